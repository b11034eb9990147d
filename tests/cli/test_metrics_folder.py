"""Folders of metrics that a killed supervisor has left are removed by the next one; those in use are not."""

import fcntl
import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from cli.metrics_folder import ABANDONED_SECONDS, METRICS_FOLDER_PREFIX, open_metrics_folder, remove_abandoned_folders

KEPT_FOLDERS = ("porchlight-metrics", "other")


def folder(temporary: Path, name: str, age: float = 2 * ABANDONED_SECONDS) -> Path:
    path = temporary / name
    path.mkdir()
    (path / "counter_1.db").write_bytes(b"x")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_next_start_removes_what_a_killed_supervisor_has_left(temporary: Path) -> None:
    left = folder(temporary, f"{METRICS_FOLDER_PREFIX}left")
    young = folder(temporary, f"{METRICS_FOLDER_PREFIX}young", age=0)
    others = [folder(temporary, name) for name in KEPT_FOLDERS]
    behind_link = folder(temporary, "behind")
    link = temporary / f"{METRICS_FOLDER_PREFIX}link"
    link.symlink_to(behind_link)
    with open_metrics_folder() as opened:
        assert Path(opened.name).parent == temporary
        assert not left.exists()
        assert all(path.exists() for path in (young, *others, behind_link, behind_link / "counter_1.db"))
    assert not Path(opened.name).exists()


def test_a_folder_stays_until_the_last_process_that_inherited_it_has_ended(temporary: Path) -> None:
    used = folder(temporary, f"{METRICS_FOLDER_PREFIX}used")
    lock = os.open(used, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    process = subprocess.Popen(["sleep", "600"], pass_fds=(lock,))
    # The supervisor is gone; one of its processes still finishes its requests.
    os.close(lock)
    try:
        remove_abandoned_folders(temporary)
        assert used.exists()
    finally:
        process.kill()
        process.wait()
    remove_abandoned_folders(temporary)
    assert not used.exists()
