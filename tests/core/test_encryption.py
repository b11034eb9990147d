"""Encryption at rest: bound to column, row and person; keys can be rotated without loss."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import key_file
from core.encryption import Keyring, create_master_key_file, load_keyring
from core.errors import KeysUnavailable
from tests.world.world import fresh_keyring

PERSON, OTHER, ROW = uuid4(), uuid4(), uuid4()
COLUMN = "reach_outs.note"


@given(st.text(max_size=200))
def test_sealed_text_opens_only_in_its_own_column_and_row(text: str) -> None:
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
def test_changed_ciphertext_opens_as_none_and_never_raises(place: int, change: int) -> None:
    keyring = fresh_keyring()
    vault = keyring.vault(PERSON, keyring.new_data_key(PERSON))
    sealed = bytearray(vault.seal(COLUMN, ROW, "Please come.") or b"")
    sealed[place % len(sealed)] ^= change
    assert vault.open(COLUMN, ROW, bytes(sealed)) is None


@given(st.binary(max_size=60))
def test_garbage_opens_as_none_and_never_raises(held: bytes) -> None:
    keyring = fresh_keyring()
    assert keyring.vault(PERSON, keyring.new_data_key(PERSON)).open(COLUMN, ROW, held) is None
    assert keyring.vault(PERSON, held).has_key is False


def test_without_the_master_key_reads_give_none_and_new_keys_raise() -> None:
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


def test_lookup_digests_are_keyed_and_differ_by_purpose() -> None:
    keyring, other = fresh_keyring(), fresh_keyring()
    assert keyring.digest("name", b"maya") == keyring.digest("name", b"maya")
    assert keyring.digest("name", b"maya") != keyring.digest("address", b"maya")
    assert keyring.digest("name", b"maya") != other.digest("name", b"maya")
    assert len(keyring.digest("name", b"maya")) == 32
    assert keyring.best_effort_digest("name", b"maya") == keyring.digest("name", b"maya")
    keyring.trusted = False
    with pytest.raises(KeysUnavailable):
        keyring.digest("name", b"maya")


def test_a_rotated_key_file_opens_old_data_and_rewraps_data_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    create_master_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_text()
    create_master_key_file(path)
    assert path.read_text() == written, "an existing key file is kept"
    old = load_keyring(path)
    wrapped = old.new_data_key(PERSON)
    sealed = old.vault(PERSON, wrapped).seal(COLUMN, ROW, "Please come.")

    key_file.add_key(path)
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
def test_a_malformed_key_file_is_not_trusted(tmp_path: Path, held: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(held, encoding="utf-8")
    assert load_keyring(path).trusted is False
    assert load_keyring(tmp_path / "missing").fingerprint is None


def test_forget_drops_the_cached_vault() -> None:
    keyring = fresh_keyring()
    wrapped = keyring.new_data_key(PERSON)
    first = keyring.vault(PERSON, wrapped)
    assert keyring.vault(PERSON, wrapped) is first
    keyring.forget(PERSON)
    assert keyring.vault(PERSON, wrapped) is not first
