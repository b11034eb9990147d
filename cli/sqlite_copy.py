"""Copies an SQLite database into a new file, with what is still in its write-ahead log, and checks the copy."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by what it appends to the name: left behind, it would be mixed into another file."""


def open_read_only(file: Path) -> sqlite3.Connection:
    """Open a database, whose name may hold a #, ? or % as well; the caller closes it. Raises sqlite3.Error."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def copy_database(source: Path, target: Path) -> str:
    """Copy into `target`, made with mode 600, and return what SQLite's integrity check says: "ok", or what is wrong.

    Raises FileExistsError, OSError, and sqlite3.Error; also for a source without tables of ours.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(open_read_only(source)) as live, closing(sqlite3.connect(target)) as copy:
        # SQLite's online backup makes a consistent copy while other processes keep writing.
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(copy.execute("PRAGMA integrity_check").fetchone()[0])


def remove_database(file: Path) -> None:
    """Remove a database and what SQLite keeps beside it; does nothing when there is none."""
    for companion in ("", *COMPANIONS):
        file.with_name(file.name + companion).unlink(missing_ok=True)
