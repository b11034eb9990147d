"""Push addresses sealed with the push key: readable without the master key, and never a stale address."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest

from core import key_file
from core.push_keys import PushKeys, create_push_key_file, load_push_keys

ROW, OTHER = uuid4(), uuid4()
COLUMN = "devices.address"
BESIDE = b"the copy under the master key"


def test_a_sealed_address_opens_only_in_its_row_and_with_its_copy(tmp_path: Path) -> None:
    create_push_key_file(tmp_path / "push.key")
    keys = load_push_keys(tmp_path / "push.key")
    sealed = keys.seal(COLUMN, ROW, "token", BESIDE)
    assert sealed is not None
    assert b"token" not in sealed
    assert keys.open(COLUMN, ROW, sealed, BESIDE) == "token"
    for column, row, beside in (
        ("channels.address", ROW, BESIDE),
        (COLUMN, OTHER, BESIDE),
        # An older release stored another address there and left this column as it was.
        (COLUMN, ROW, b"another copy"),
        # Or it retired the device.
        (COLUMN, ROW, None),
    ):
        assert keys.open(column, row, sealed, beside) is None
    for broken in (b"", b"\x05", sealed[:-1], b"\xff" + sealed):
        assert keys.open(COLUMN, ROW, broken, BESIDE) is None


def test_key_rotation_works_in_a_process_that_was_not_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys" / "push.key"
    create_push_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running = load_push_keys(path)
    monkeypatch.setattr("core.key_file.RELOAD_SECONDS", 0.0)
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


def test_a_missing_or_foreign_key_neither_opens_nor_seals(tmp_path: Path) -> None:
    for name in ("own", "foreign"):
        create_push_key_file(tmp_path / name)
    own, foreign = load_push_keys(tmp_path / "own"), load_push_keys(tmp_path / "foreign")
    assert own.fingerprint != foreign.fingerprint
    sealed = own.seal(COLUMN, ROW, "token", BESIDE)
    foreign.trusted = False
    for lost in (foreign, PushKeys(), load_push_keys(tmp_path / "missing")):
        assert lost.open(COLUMN, ROW, sealed, BESIDE) is None
        assert lost.seal(COLUMN, ROW, "token", BESIDE) is None
        assert not lost.trusted
    assert PushKeys().fingerprint is load_push_keys(tmp_path / "missing").fingerprint is None
