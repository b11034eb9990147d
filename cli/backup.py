"""`porchlight backup FILE`: makes a consistent copy of a live SQLite database. Keys are backed up separately, on purpose."""

import sqlite3
import sys
from pathlib import Path

from sqlalchemy.engine import make_url

from cli.sqlite_copy import copy_database, remove_database
from core.settings import Settings


class BackupError(Exception):
    """The backup failed; the message says why, in one sentence."""


def backup_command(settings: Settings, target: Path) -> int:
    """Copy the database into `target` (mode 600), which must not exist yet, and return the exit status."""
    try:
        _copy_database(_sqlite_file(settings), target)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"Copied to {target}. Keep a copy of {settings.master_key_path}, {settings.push_key_path} "
        f"and {settings.webpush_key_path} apart from it."
    )
    return 0


def _sqlite_file(settings: Settings) -> Path:
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "sqlite":
        raise BackupError(
            "This database is PostgreSQL: run pg_dump --format=custom --file=porchlight.dump, with its address. The keys are not in it."
        )
    source = Path(url.database or "")
    if not source.exists():
        raise BackupError(f"There is no database at {source}.")
    return source


def _copy_database(source: Path, target: Path) -> None:
    try:
        integrity = copy_database(source, target)
    except FileExistsError:
        raise BackupError(f"{target} exists already; choose another name.") from None
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    except sqlite3.Error as error:
        remove_database(target)
        raise BackupError(f"The copy failed: {error}.") from None
    if integrity != "ok":
        remove_database(target)
        raise BackupError("The copy is incomplete.")
