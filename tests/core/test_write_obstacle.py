"""What a database says of the reasons for which it takes no writes."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.open_file import LEAST_ROOM, OpenFile
from core.write_obstacle import WriteObstacle
from tests.world.world import World

BLOCK = 4_096
FULL = LEAST_ROOM // BLOCK - 1


def _file_system(*, free: int, kept_for_root: int = 0, flag: int = 0) -> SimpleNamespace:
    return SimpleNamespace(f_frsize=BLOCK, f_bfree=free, f_bavail=free - kept_for_root, f_flag=flag)


@pytest.mark.parametrize(
    ("file_system", "user", "expected"),
    [
        (_file_system(free=FULL + 1), 1000, None),
        (_file_system(free=FULL), 1000, WriteObstacle.DISK_FULL),
        (_file_system(free=0), 0, WriteObstacle.DISK_FULL),
        (_file_system(free=FULL + 9, kept_for_root=9), 1000, WriteObstacle.DISK_FULL),
        (_file_system(free=FULL + 9, kept_for_root=9), 0, None),
        (_file_system(free=FULL + 1, flag=os.ST_RDONLY), 0, WriteObstacle.READ_ONLY),
        (_file_system(free=0, flag=os.ST_RDONLY), 0, WriteObstacle.READ_ONLY),
    ],
)
def test_a_file_system_says_whether_a_file_can_be_written(
    file_system: SimpleNamespace,
    user: int,
    expected: WriteObstacle | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "porchlight.db"
    path.touch()
    monkeypatch.setattr(os, "statvfs", lambda _: file_system)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert OpenFile(str(path)).write_obstacle() is expected


def test_a_file_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "porchlight.db"
    path.touch()
    # Root may write to any file, so that permissions alone would not show it.
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    assert OpenFile(str(path)).write_obstacle() is WriteObstacle.READ_ONLY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_readyz_says_that_the_disk_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: _file_system(free=0))
    full = await world.here.http.get("/readyz")
    assert (full.status_code, full.json()) == (503, {"status": "not ready", "because": "disk_full"})
    assert (await world.here.http.get("/readyz?to=serve")).status_code == 200, "inboxes can be read"
    monkeypatch.undo()
    assert (await world.here.http.get("/readyz")).status_code == 200
