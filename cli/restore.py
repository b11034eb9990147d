"""`porchlight restore FILE`: puts a backup in the place of the embedded database, which is kept beside it."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from core.schema import MIN_REVISION
from core.settings import Settings
from migrations.run import head_revision

PARTS: Final = ("", "-wal", "-shm")
"""The files of one database: left behind, an old log would be mixed into the restored file."""


class RestoreError(Exception):
    """Nothing was restored; the message says why, in one sentence."""


def restore_command(settings: Settings, backup: Path) -> int:
    """Restore the embedded database from `backup`, and return the exit status."""
    try:
        place = _embedded_file(settings)
        revision = _check_backup(backup)
        draft = place.with_name(f".{place.name}.restoring")
        place.parent.mkdir(parents=True, exist_ok=True)
        _copy(backup, draft)
        kept = _set_aside(place)
        draft.replace(place)
    except RestoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Restored {place} from {backup}" + (f"; what was there is {kept}." if kept else "."))
    if revision < MIN_REVISION or revision < head_revision():
        print("Its tables are of an earlier release; the next start brings them up to date.")
    print(
        f"It needs the keys as they were when it was made: {settings.master_key_path} and {settings.push_key_path}."
        " `porchlight keys show` says whether these are."
    )
    return 0


def _embedded_file(settings: Settings) -> Path:
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "sqlite":
        raise RestoreError(
            "This database is PostgreSQL: stop every server and worker, then use pg_restore --clean --if-exists."
        )
    return Path(url.database or "")


def _check_backup(backup: Path) -> str:
    """Return the revision of a backup's tables. Raises RestoreError for anything that is no whole backup of ours."""
    if not backup.is_file():
        raise RestoreError(f"There is no file {backup}.")
    try:
        with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as copy:
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            copy.execute("SELECT count(*) FROM people").fetchone()
            integrity = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise RestoreError(f"{backup} is no backup of Porchlight's: {error}.") from None
    if integrity != "ok" or revision is None:
        raise RestoreError(f"{backup} is damaged. Nothing was changed.")
    if str(revision[0]) > head_revision():
        raise RestoreError(f"{backup} is of a newer release than this one. Nothing was changed.")
    return str(revision[0])


def _copy(backup: Path, draft: Path) -> None:
    draft.unlink(missing_ok=True)
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        shutil.copyfile(backup, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise RestoreError(f"{draft} cannot be written: {error.strerror}.") from None


def _set_aside(place: Path) -> Path | None:
    """Rename the present database and its log, and return its new name; None when there is none."""
    if not place.exists():
        for part in PARTS[1:]:
            place.with_name(place.name + part).unlink(missing_ok=True)
        return None
    _require_unused(place)
    aside = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    # The log first: without it the file alone is a state of before, with it the two belong together under the new name.
    for part in reversed(PARTS):
        if (old := place.with_name(place.name + part)).exists():
            old.rename(aside.with_name(aside.name + part))
    return aside


def _require_unused(place: Path) -> None:
    try:
        with closing(sqlite3.connect(place, timeout=1, isolation_level=None)) as connection:
            # Leaving the write-ahead log needs the file alone; it also writes the log into the file.
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "locked" not in str(error):
            return  # no database any more, which may be why something is restored
        mode = "in use"
    if mode != "delete":
        raise RestoreError(f"{place} is in use. Stop the server, then restore.")
