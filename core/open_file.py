"""Notices what SQLite does not say of its file: that it was deleted or replaced, and that it takes no more writes."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from core.write_obstacle import WriteObstacle

LEAST_ROOM: Final = 1 << 20
"""Bytes: a change goes into the write-ahead log first, a page of 4 KiB for each part of the tables and indexes it touches."""


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

    def write_obstacle(self) -> WriteObstacle | None:
        """Return why nothing can be written to the file, as far as the file system says it. Raises OSError without a file."""
        room = os.statvfs(self._path)
        if room.f_flag & os.ST_RDONLY or not os.access(self._path, os.W_OK):
            return WriteObstacle.READ_ONLY
        # Some blocks may be kept back for root.
        blocks = room.f_bavail if os.geteuid() else room.f_bfree
        return WriteObstacle.DISK_FULL if blocks * room.f_frsize < LEAST_ROOM else None

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
