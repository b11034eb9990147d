"""Content at rest: bound to its column and row, opened by one person's key alone, and rotated without being lost."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encryption import Keyring, add_master_key, create_master_key_file, load_keyring
from core.errors import KeysUnavailable
from tests.world.world import fresh_keyring

PERSON, OTHER, ROW = uuid4(), uuid4(), uuid4()
COLUMN = "reach_outs.note"


@given(st.text(max_size=200))
def test_what_is_sealed_opens_at_its_place_alone(text: str) -> None:
    keyring = fresh_keyring()
    wrapped = keyring.new_data_key(PERSON)
    vault = keyring.vault(PERSON, wrapped)
    sealed = vault.seal(COLUMN, ROW, text)
    assert sealed is not None
    assert vault.open(COLUMN, ROW, sealed) == text
    assert vault.open("messages.text", ROW, sealed) is None, "moved to another column"
    assert vault.open(COLUMN, OTHER, sealed) is None, "moved to another row"
    assert keyring.vault(OTHER, keyring.new_data_key(OTHER)).open(COLUMN, ROW, sealed) is None, "another person's key"
    assert keyring.vault(OTHER, wrapped).open(COLUMN, ROW, sealed) is None, "a key moved to another person"
    assert vault.seal(COLUMN, ROW, text) != sealed, "a nonce is used once"


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_withholds_and_never_raises(place: int, change: int) -> None:
    keyring = fresh_keyring()
    vault = keyring.vault(PERSON, keyring.new_data_key(PERSON))
    sealed = bytearray(vault.seal(COLUMN, ROW, "Please come.") or b"")
    sealed[place % len(sealed)] ^= change
    assert vault.open(COLUMN, ROW, bytes(sealed)) is None


@given(st.binary(max_size=60))
def test_nonsense_withholds_and_never_raises(held: bytes) -> None:
    keyring = fresh_keyring()
    assert keyring.vault(PERSON, keyring.new_data_key(PERSON)).open(COLUMN, ROW, held) is None
    assert keyring.vault(PERSON, held).has_key is False


def test_without_the_key_it_withholds_and_says_what_cannot_be_done() -> None:
    keyring = fresh_keyring()
    wrapped = keyring.new_data_key(PERSON)
    sealed = keyring.vault(PERSON, wrapped).seal(COLUMN, ROW, "Please come.")
    for lost in (Keyring(None, {}), fresh_keyring()):
        vault = lost.vault(PERSON, wrapped)
        assert (vault.has_key, vault.open(COLUMN, ROW, sealed), vault.seal(COLUMN, ROW, "x")) == (False, None, None)
    with pytest.raises(KeysUnavailable):
        Keyring(None, {}).new_data_key(PERSON)
    with pytest.raises(KeysUnavailable):
        Keyring(None, {}).digest("name", b"maya")
    assert Keyring(None, {}).best_effort_digest("throttle", b"x") != Keyring(None, {}).best_effort_digest(
        "throttle", b"x"
    )


def test_hashes_for_look_ups_are_keyed_and_kept_apart_by_purpose() -> None:
    one, other = fresh_keyring(), fresh_keyring()
    assert one.digest("name", b"maya") == one.digest("name", b"maya")
    assert one.digest("name", b"maya") != one.digest("address", b"maya")
    assert one.digest("name", b"maya") != other.digest("name", b"maya")
    assert len(one.digest("name", b"maya")) == 32
    assert one.best_effort_digest("name", b"maya") == one.digest("name", b"maya")
    one.trusted = False
    with pytest.raises(KeysUnavailable):
        one.digest("name", b"maya")


def test_a_rotated_master_key_opens_the_old_and_rewraps_to_the_new(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    create_master_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_text()
    create_master_key_file(path)
    assert path.read_text() == written, "a key file that is there stays"
    old = load_keyring(path)
    wrapped = old.new_data_key(PERSON)
    sealed = old.vault(PERSON, wrapped).seal(COLUMN, ROW, "Please come.")

    add_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    both = load_keyring(path)
    assert both.fingerprint == old.fingerprint, "still the key file of this database"
    assert both.vault(PERSON, wrapped).open(COLUMN, ROW, sealed) == "Please come."
    rewrapped = both.rewrap(PERSON, wrapped)
    assert rewrapped is not None
    path.write_text("\n".join(line for line in path.read_text().splitlines() if line not in written.splitlines()[2:]))
    new = load_keyring(path)
    assert new.vault(PERSON, wrapped).has_key is False
    assert new.vault(PERSON, rewrapped).open(COLUMN, ROW, sealed) == "Please come."
    assert new.rewrap(PERSON, wrapped) is None


@pytest.mark.parametrize("held", ["", "index", "index AAAA", "key one AAAA", "index !!!!", "\u00e9"])
def test_a_file_that_is_no_key_file_is_no_key(tmp_path: Path, held: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(held, encoding="utf-8")
    assert load_keyring(path).trusted is False
    assert load_keyring(tmp_path / "missing").fingerprint is None


def test_somebody_who_was_erased_is_forgotten() -> None:
    keyring = fresh_keyring()
    wrapped = keyring.new_data_key(PERSON)
    first = keyring.vault(PERSON, wrapped)
    assert keyring.vault(PERSON, wrapped) is first
    keyring.forget(PERSON)
    assert keyring.vault(PERSON, wrapped) is not first
