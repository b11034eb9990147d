"""`porchlight restore FILE`: puts a backup in the place of the embedded database, which is kept beside it."""

import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from cli.sqlite_copy import COMPANIONS, copy_database, open_read_only, remove_database
from core.folder_lock import folder_locked
from core.schema import MIN_REVISION
from core.settings import Settings
from migrations.run import head_revision


class RestoreError(Exception):
    """Nothing was restored; the message says why, in one sentence."""


def restore_command(settings: Settings, backup: Path) -> int:
    """Restore the embedded database from `backup`, and return the exit status."""
    try:
        place = _embedded_file(settings)
        revision = _check_backup(backup)
        draft = place.with_name(f".{place.name}.restoring")
        place.parent.mkdir(parents=True, exist_ok=True)
        # Two at once would share the draft: one would put half of the other's copy in place, and say that it was its own.
        with folder_locked(place.parent):
            try:
                _copy(backup, draft)
                kept = _keep_aside(place)
                draft.replace(place)
            finally:
                # Whoever was erased since must not live on in a file that nobody looks for.
                remove_database(draft)
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
    # Where a link leads to, the file may have a disk of its own; the link stays.
    return Path(url.database or "").resolve()


def _check_backup(backup: Path) -> str:
    """Return the revision of a backup's tables. Raises RestoreError for anything that is no whole backup of ours."""
    if not backup.is_file():
        raise RestoreError(f"There is no file {backup}.")
    try:
        with closing(open_read_only(backup)) as copy:
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
    # One that was killed in the middle left a draft, and perhaps a journal that would be played back into this one.
    remove_database(draft)
    try:
        integrity = copy_database(backup, draft)
    except OSError as error:
        raise RestoreError(f"{draft} cannot be written: {error.strerror}.") from None
    except sqlite3.Error as error:
        raise RestoreError(f"The copy failed: {error}. Nothing was changed.") from None
    if integrity != "ok":
        raise RestoreError("The copy is incomplete. Nothing was changed.")


def _keep_aside(place: Path) -> Path | None:
    """Give the present database a second name, its log that name alone, and return it; None when there is none."""
    if not place.exists():
        remove_database(place)
        return None
    _require_unused(place)
    aside = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    # Linked, not renamed: at no moment is there no database, which the next start would take for a new installation.
    try:
        os.link(place, aside)
    except FileExistsError:
        raise RestoreError(f"{aside} exists already. Try again in a second.") from None
    except OSError:
        place.rename(aside)  # a disk that knows no second name for a file
    for companion in COMPANIONS:
        if (old := place.with_name(place.name + companion)).exists():
            old.rename(aside.with_name(aside.name + companion))
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
