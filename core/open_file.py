"""Notices when the file of an open SQLite database was deleted, or another file was put in its place."""

import sqlite3
from pathlib import Path


class DatabaseFileGone(sqlite3.OperationalError):
    """Whatever were written now would go into a file without a name, and be lost with the last process that has it open."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN


class OpenFile:
    """The file that a path named when it was first opened. SQLite itself looks at it no more once it is open."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._identity: tuple[int, int] | None = None

    def note_opened(self) -> None:
        self._identity = self._identity or self._look()

    def note_closed(self) -> None:
        self._identity = None

    def require_in_place(self) -> None:
        """Raise DatabaseFileGone when the path has come to name no file, or another one."""
        if self._identity is not None and self._look() != self._identity:
            raise DatabaseFileGone

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
