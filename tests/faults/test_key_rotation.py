"""Master and push keys are rotated and retired while a server is serving: nothing is lost, nothing is removed that is needed."""

import asyncio
import os
from pathlib import Path

import pytest

from core import key_file
from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import client

NOTE = "The stairs are dark tonight."
LONG_AGO = 1_600_000_000


def _names(path: Path) -> list[str]:
    return [line.split()[1] for line in path.read_text().splitlines() if line.startswith("key ")]


async def _keys(installation: Installation, what: str) -> tuple[int, str]:
    process = installation.run("keys", what)
    return await process.end(within=90), process.logged


@pytest.mark.promise(10)
async def test_keys_are_rotated_and_retired_while_serving(installation: Installation) -> None:
    server = await installation.serve()
    circle = await installation.circle(server, members=1)
    reach_out = await circle.owner.press(NOTE)
    folder = installation.folder / "keys"
    files = (folder / "master.key", folder / "push.key")
    [old_master], [old_push] = (_names(path) for path in files)

    status, said = await _keys(installation, "retire")
    assert status == 0, said
    assert said.count("nothing to retire") == 2

    assert (await _keys(installation, "rotate"))[0] == 0
    assert (await _keys(installation, "push"))[0] == 0
    # The running server uses the new keys at once, so that nothing new needs the old ones.
    late = await Person.sign_up(server, "Lena")
    await circle.owner.welcomes(late)
    await late.phone()
    for path in files:
        assert len(_names(path)) == 2
        os.utime(path, (LONG_AGO, LONG_AGO))
    status, said = await _keys(installation, "retire")
    assert status == 0, said
    assert said.count("1 older key was removed") == 2
    for path, old in zip(files, (old_master, old_push), strict=True):
        assert old not in _names(path)
        assert path.stat().st_mode & 0o777 == 0o600

    async def everything_is_there() -> None:
        assert (await circle.owner.ask("GET", f"/v1/reach-outs/{reach_out['id']}"))["note"] == NOTE
        assert (await circle.members[0].ask("GET", "/v1/me"))["display_name"] == "Ana"

    await everything_is_there()
    server.kill()
    again = await installation.serve()
    for person in (circle.owner, *circle.members, late):
        person.at = again
    await everything_is_there()
    await circle.owner.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await circle.owner.press("once more")
    await installation.pushed([*circle.members, late])


async def test_keys_of_another_time_than_the_backup_are_named(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    server = await sqlite_installation.serve()
    circle = await sqlite_installation.circle(server, members=1)
    folder = sqlite_installation.folder / "keys"
    copy = tmp_path / "copy.db"
    assert await sqlite_installation.run("backup", str(copy)).end(within=90) == 0
    earlier = {path: path.read_bytes() for path in (folder / "master.key", folder / "push.key")}
    for what in ("rotate", "push"):
        assert (await _keys(sqlite_installation, what))[0] == 0
    for path in earlier:
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert (await _keys(sqlite_installation, "retire"))[0] == 0
    assert (await _keys(sqlite_installation, "show"))[0] == 0
    server.kill()

    restoring = sqlite_installation.run("restore", str(copy))
    assert await restoring.end(within=90) == 0
    assert "as they were when it was made" in restoring.logged
    status, said = await _keys(sqlite_installation, "show")
    assert status == 1
    assert "it lacks the key of 2 of the data keys." in said
    assert "it lacks the key of 1 of the addresses of devices." in said
    again = await sqlite_installation.serve()
    circle.owner.at = again
    assert (await circle.owner.ask("GET", "/v1/me"))["display_name"] is None
    assert again.logged.count("key_file_of_another_time") == 2

    # Put back, they are used without a restart, and nothing is said any more.
    for path, content in earlier.items():
        path.write_bytes(content)
    assert (await _keys(sqlite_installation, "show"))[0] == 0
    # A server looks into the file at most once a second.
    await asyncio.sleep(key_file.RELOAD_SECONDS + 0.1)
    assert (await circle.owner.ask("GET", "/v1/me"))["display_name"] == "Maya"
    await circle.owner.press(NOTE)
    await sqlite_installation.pushed(circle.members)


async def test_a_key_that_a_row_still_needs_is_not_retired(installation: Installation) -> None:
    server = await installation.serve()
    maya = await Person.sign_up(server, "Maya")
    await maya.phone()
    files = [installation.folder / "keys" / name for name in ("master.key", "push.key")]
    for path in files:
        # As if a rotation had been killed before it sealed anything anew.
        key_file.add_key(path)
        os.utime(path, (LONG_AGO, LONG_AGO))
    before = [path.read_bytes() for path in files]
    status, said = await _keys(installation, "retire")
    assert status == 1
    assert "1 of the data keys" in said
    assert "1 of the addresses of devices" in said
    assert [path.read_bytes() for path in files] == before
    assert (await maya.ask("GET", "/v1/me"))["display_name"] == "Maya"


async def test_two_rotations_at_once_keep_both_keys(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    people = [await Person.sign_up(server, name) for name in ("Maya", "Noor", "Omar")]
    statuses = await asyncio.gather(*(_keys(sqlite_installation, "rotate") for _ in range(3)))
    assert [status for status, _ in statuses] == [0, 0, 0]
    assert len(_names(sqlite_installation.folder / "keys" / "master.key")) == 4
    for person, name in zip(people, ("Maya", "Noor", "Omar"), strict=True):
        assert (await person.ask("GET", "/v1/me"))["display_name"] == name


async def test_nothing_is_retired_with_a_file_of_another_database(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    await Person.sign_up(server, "Maya")
    path = sqlite_installation.folder / "keys" / "master.key"
    path.unlink()
    key_file.create_key_file(path, "another installation's")
    key_file.add_key(path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    before = path.read_bytes()
    status, said = await _keys(sqlite_installation, "retire")
    assert status == 1
    assert "not the key file of this database" in said
    assert path.read_bytes() == before
    # The server that runs keeps the right keys in memory.
    async with client() as http:
        assert (await http.get(f"{server.url}/readyz")).status_code == 200
    assert (await Person.sign_up(server, "Noor")).name == "Noor"
