"""A backup and a restored database hold everything, wherever they lie; and nothing is left of a copy that is not used."""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cli.backup import backup_command
from cli.restore import restore_command
from cli.sqlite_copy import copy_database
from core.settings import Settings
from migrations.run import upgrade

ODD_FOLDERS = ("a b", "ü", "a#b", "a?b", "a%41b", "100%", "a;b", "a'b")


def installation(folder: Path, mark: str = "here") -> Settings:
    """Return the settings of an installation whose database holds this mark."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(_env_file=None, data_dir=folder)
    asyncio.run(upgrade(settings.sqlalchemy_url))
    write_mark(folder / "porchlight.db", mark)
    return settings


def write_mark(file: Path, mark: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("INSERT INTO installation (name, value) VALUES ('mark', ?)", (mark,))
        database.commit()


def mark_in(file: Path) -> str | None:
    with closing(sqlite3.connect(file)) as database:
        row = database.execute("SELECT value FROM installation WHERE name = 'mark'").fetchone()
        return row and str(row[0])


@pytest.mark.parametrize("name", ODD_FOLDERS)
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    settings = installation(folder)
    assert backup_command(settings, folder / "copy#1?.db") == 0
    assert mark_in(folder / "copy#1?.db") == "here"
    (folder / "porchlight.db").unlink()
    assert restore_command(settings, folder / "copy#1?.db") == 0
    assert mark_in(folder / "porchlight.db") == "here"
    assert [path.name for path in tmp_path.iterdir()] == [name], "nothing was made beside it"


def test_a_database_without_tables_is_not_called_a_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "porchlight.db").touch()
    assert backup_command(Settings(_env_file=None, data_dir=tmp_path), tmp_path / "copy.db") == 1
    assert "no such table" in capsys.readouterr().err
    assert not (tmp_path / "copy.db").exists()


def test_what_is_still_in_the_log_of_a_copied_file_is_restored(tmp_path: Path) -> None:
    """A folder that was copied whole, while the server was running or after it was killed, has a log beside the file."""
    installation(tmp_path / "copied", "older")
    copied = tmp_path / "copied" / "porchlight.db"
    target = tmp_path / "new"
    with closing(sqlite3.connect(copied, isolation_level=None)) as killed:
        killed.execute("PRAGMA journal_mode = WAL")
        killed.execute("UPDATE installation SET value = 'newest' WHERE name = 'mark'")
        assert copied.with_name("porchlight.db-wal").stat().st_size
        assert restore_command(Settings(_env_file=None, data_dir=target), copied) == 0
    assert mark_in(target / "porchlight.db") == "newest"


def test_a_refused_restore_leaves_no_copy_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = installation(tmp_path, "present")
    assert backup_command(settings, tmp_path / "copy.db") == 0
    before = {path.name for path in tmp_path.iterdir()}
    with closing(sqlite3.connect(tmp_path / "porchlight.db", isolation_level=None)) as server:
        server.execute("PRAGMA journal_mode = WAL")
        server.execute("BEGIN IMMEDIATE")
        assert restore_command(settings, tmp_path / "copy.db") == 1
        assert "in use" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= before


def test_at_no_moment_of_a_restore_is_there_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = installation(tmp_path, "present")
    assert backup_command(settings, tmp_path / "copy.db") == 0

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        restore_command(settings, tmp_path / "copy.db")
    assert mark_in(tmp_path / "porchlight.db") == "present"


def test_of_two_restores_at_once_one_waits_for_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = installation(tmp_path, "present")
    for name in ("one", "two"):
        installation(tmp_path / name, name)

    def copy_slowly(source: Path, target: Path) -> str:
        integrity = copy_database(source, target)
        time.sleep(1.1)  # longer than a second, which is how finely the names of what is kept aside differ
        return integrity

    monkeypatch.setattr("cli.restore.copy_database", copy_slowly)
    with ThreadPoolExecutor() as both:
        restored = [
            both.submit(restore_command, settings, tmp_path / name / "porchlight.db") for name in ("one", "two")
        ]
    assert [one.result() for one in restored] == [0, 0]
    last = mark_in(tmp_path / "porchlight.db")
    kept = {mark_in(file) for file in tmp_path.glob("porchlight.db.before-*")}
    assert kept | {last} == {"present", "one", "two"}
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_link_to_the_database_stays_one(tmp_path: Path) -> None:
    disk, folder = tmp_path / "disk", tmp_path / "folder"
    settings = installation(folder)
    disk.mkdir()
    (folder / "porchlight.db").rename(disk / "moved.db")
    (folder / "porchlight.db").symlink_to(disk / "moved.db")
    assert backup_command(settings, tmp_path / "copy.db") == 0
    assert restore_command(settings, tmp_path / "copy.db") == 0
    assert (folder / "porchlight.db").readlink() == disk / "moved.db"
    assert mark_in(disk / "moved.db") == "here"
