"""Key files while processes run: followed when another process changes them, never emptied, changed by one at a time."""

import fcntl
import os
import time
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from core import encryption, key_file
from core.key_file import NamedKeys
from tests.world.world import fresh_keyring

COMMENT = "A file of a test."
PEOPLE = (UUID(int=1), UUID(int=2), UUID(int=3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    key_file.create_key_file(tmp_path / "keys" / "some.key", COMMENT)
    return tmp_path / "keys" / "some.key"


def names(keys: NamedKeys) -> tuple[str, ...]:
    current = keys.current()
    assert current is not None
    return (current[0], *keys.older)


def test_a_key_that_another_process_adds_is_used_from_the_next_seal_on(path: Path) -> None:
    running = key_file.load_named_keys(path)
    [first] = names(running)
    key_file.add_key(path)
    added, older = names(running)
    assert older == first != added
    key_file.remove_keys(path, [first])
    assert names(running) == (added,)
    assert not list(path.parent.glob(".*")), "no draft is left"


def test_a_link_to_a_file_elsewhere_stays_one_and_the_file_gets_the_key(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "folder" / "linked.next"
    link.parent.mkdir()
    link.symlink_to(path)
    key_file.add_key(link)
    assert link.readlink() == path
    assert len(key_file.load_named_keys(path).names) == 2
    assert [file.name for file in link.parent.iterdir()] == ["linked.next"]
    key_file.remove_keys(link, key_file.load_named_keys(link).older)
    assert link.is_symlink()
    assert len(key_file.load_named_keys(path).names) == 1


def test_the_current_key_is_never_removed(path: Path) -> None:
    key_file.add_key(path)
    written = path.read_text()
    with pytest.raises(ValueError, match="current"):
        key_file.remove_keys(path, names(key_file.load_named_keys(path)))
    assert path.read_text() == written


def test_a_file_that_is_lost_or_of_another_installation_changes_nothing(path: Path, tmp_path: Path) -> None:
    running = key_file.load_named_keys(path)
    before = names(running)
    key_file.create_key_file(tmp_path / "other.key", COMMENT)
    (tmp_path / "other.key").replace(path)
    assert names(running) == before
    path.unlink()
    with capture_logs() as lines:
        assert names(running) == before
    assert [line["event"] for line in lines] == ["key_file_unreadable"]
    assert names(NamedKeys(None, {"kept": bytes(32)})) == ("kept",)


def test_an_unknown_key_is_searched_once_a_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = key_file.load_named_keys(path)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    assert running.find("unknown") is None
    key_file.add_key(path)
    added = names(key_file.load_named_keys(path))[0]
    assert running.find(added) is None, "the second has not passed"
    monkeypatch.setattr(time, "monotonic", lambda: 101.0)
    assert running.find(added) is not None


def test_its_age_is_that_of_its_last_change(path: Path) -> None:
    os.utime(path, (time.time() - 500,) * 2)
    assert 499 < key_file.age(path) < 600
    key_file.add_key(path)
    assert key_file.age(path) < 100


def test_one_process_at_a_time_changes_a_file(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with key_file.changing(path), pytest.raises(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(folder)


def test_unwrapped_keys_that_were_not_used_for_longest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "MAX_CACHED_VAULTS", 2)
    keyring = fresh_keyring()
    people = [(person, keyring.new_data_key(person)) for person in PEOPLE]
    first, second = (keyring.vault(*person) for person in people[:2])
    assert keyring.vault(*people[0]) is first
    keyring.vault(*people[2])
    assert keyring.vault(*people[0]) is first
    assert keyring.vault(*people[1]) is not second
    assert not keyring.vault(people[0][0], None).has_key, "a person without a key"
