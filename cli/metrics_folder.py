"""The folder in which the processes of one supervisor keep their metrics, and the removal of those that nobody uses any more."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from cli.operator_errors import OperatorError

METRICS_FOLDER_PREFIX: Final = "porchlight-metrics-"
ABANDONED_SECONDS: Final = 60.0
"""Seconds without a new file after which an unlocked folder is one that nobody uses; a younger one may be locked next."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MetricsFolder:
    """A folder, and the descriptor whose lock says that it is in use, also by each process that inherits it."""

    name: str
    lock: int


@contextmanager
def open_metrics_folder() -> Iterator[MetricsFolder]:
    """Yield a new folder, so that each process can report the metrics of all. Raises OperatorError where there is no room."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=METRICS_FOLDER_PREFIX)
    except OSError as error:
        raise OperatorError("--processes needs a folder for temporary files: set TMPDIR to one.") from error
    with folder as name:
        descriptor = os.open(name, os.O_RDONLY)
        try:
            # systemd-tmpfiles leaves a locked folder alone, however old its files are.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            remove_abandoned_folders(Path(name).parent)
            yield MetricsFolder(name, descriptor)
        finally:
            os.close(descriptor)


def remove_abandoned_folders(temporary: Path) -> None:
    """Remove what killed supervisors have left: folders of this user whose lock went with the last process that held it."""
    for path in temporary.glob(f"{METRICS_FOLDER_PREFIX}*"):
        # Another start may be removing the same one.
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                status = os.fstat(descriptor)
                if status.st_uid == os.geteuid() and time.time() - status.st_mtime > ABANDONED_SECONDS:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path)
                    log.info("metrics_folder_removed", path=str(path))
            finally:
                os.close(descriptor)
