"""Push addresses under a key of their own: opened without the master key, and never an address of yesterday."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest

from core import key_file
from core.push_keys import PushKeys, create_push_key_file, load_push_keys

ROW, OTHER = uuid4(), uuid4()
COLUMN = "devices.address"
BESIDE = b"the copy under the master key"


def test_what_is_sealed_opens_at_its_place_and_beside_its_copy_alone(tmp_path: Path) -> None:
    create_push_key_file(tmp_path / "push.key")
    keys = load_push_keys(tmp_path / "push.key")
    sealed = keys.seal(COLUMN, ROW, "token", BESIDE)
    assert sealed is not None
    assert b"token" not in sealed
    assert keys.open(COLUMN, ROW, sealed, BESIDE) == "token"
    for column, row, beside in (
        ("channels.address", ROW, BESIDE),
        (COLUMN, OTHER, BESIDE),
        # An older release has put another address there, and knew nothing of this one.
        (COLUMN, ROW, b"another copy"),
        # Or has taken the device out of use.
        (COLUMN, ROW, None),
    ):
        assert keys.open(column, row, sealed, beside) is None
    for broken in (b"", b"\x05", sealed[:-1], b"\xff" + sealed):
        assert keys.open(COLUMN, ROW, broken, BESIDE) is None


def test_a_new_key_in_front_opens_what_the_old_one_sealed_also_in_a_process_that_has_not_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys" / "push.key"
    create_push_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running = load_push_keys(path)
    monkeypatch.setattr("core.push_keys.PUSH_KEY_RELOAD_SECONDS", 0.0)
    old = running.seal(COLUMN, ROW, "token", BESIDE)
    key_file.add_key(path)
    started = load_push_keys(path)
    assert started.fingerprint == running.fingerprint, "still the key file of this database"
    assert started.open(COLUMN, ROW, old, BESIDE) == "token"
    assert old is not None
    assert not started.current(old)
    new = started.seal(COLUMN, ROW, "token", BESIDE)
    assert new is not None
    assert started.current(new)
    assert running.open(COLUMN, ROW, new, BESIDE) == "token"


def test_a_key_that_is_missing_or_of_another_house_opens_and_seals_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        create_push_key_file(tmp_path / name)
    one, two = load_push_keys(tmp_path / "one"), load_push_keys(tmp_path / "two")
    assert one.fingerprint != two.fingerprint
    sealed = one.seal(COLUMN, ROW, "token", BESIDE)
    two.trusted = False
    for lost in (two, PushKeys(), load_push_keys(tmp_path / "missing")):
        assert lost.open(COLUMN, ROW, sealed, BESIDE) is None
        assert lost.seal(COLUMN, ROW, "token", BESIDE) is None
        assert not lost.trusted
