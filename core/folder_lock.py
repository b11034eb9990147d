"""Lets one process at a time change the files of a folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for this folder. A process that is killed leaves no lock behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
