"""A backup of a live server, restored elsewhere with its keys; and what still works with the wrong keys."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core import encryption
from tests.faults.installation import Circle, Installation
from tests.faults.people import PASSPHRASE, Person
from tests.faults.processes import Server, client
from tests.faults.stores import embedded

NOTE = "The stairs are dark tonight."


@pytest.mark.promise(10)
async def test_a_live_backup_restores_and_wrong_keys_withhold_but_never_refuse(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    server = await sqlite_installation.serve()
    circle = await sqlite_installation.circle(server, owners=3, members=2, browsers=1)
    reach_out = await circle.owner.press(NOTE)
    await sqlite_installation.pushed(circle.members)
    copy = tmp_path / "copy.db"
    await _back_up_while_it_is_used(sqlite_installation, circle, copy)

    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "keys").mkdir(parents=True)
    shutil.copy(copy, elsewhere / "porchlight.db")
    for name in ("master.key", "push.key", "webpush.pem"):
        shutil.copy(tmp_path / "keys" / name, elsewhere / "keys" / name)
    server.kill()
    sqlite_installation.folder, sqlite_installation.store = elsewhere, embedded(elsewhere)

    restored = await sqlite_installation.serve()
    _, second, third = _at(restored, circle)
    await _everything_is_there(circle, restored, reach_out["id"])
    pressed = await second.press("restored")
    await sqlite_installation.pushed(circle.members, times=2)  # the browsers check the signing key
    await circle.each_has_once(pressed["id"])
    restored.kill()

    key = elsewhere / "keys" / "master.key"
    right = key.read_bytes()
    key.unlink()
    encryption.create_master_key_file(key)
    wrong = key.read_bytes()
    blind = await sqlite_installation.serve()
    _at(blind, circle)
    unkept = await third.press("not kept")
    assert unkept["note"] is None
    # The alarm itself reaches every phone and browser: notes cannot be decrypted, addresses can.
    await sqlite_installation.pushed(circle.members, times=3)
    await circle.each_has_once(unkept["id"])
    seen = await circle.members[0].ask("GET", f"/v1/reach-outs/{reach_out['id']}")
    assert seen["note"] is None
    assert seen["from"]["id"] == circle.owner.id
    async with client() as http:
        metrics = (await http.get(f"{blind.url}/metrics")).text
        signing_up = {"sign_in_name": "newcomer", "passphrase": PASSPHRASE, "display_name": "New"}
        refused = await http.post(f"{blind.url}/v1/people", json=signing_up)
    assert "porchlight_master_key_good 0.0" in metrics
    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/keys-unavailable"
    assert key.read_bytes() == wrong  # never replaced
    blind.kill()

    await _without_any_key_nobody_is_said_to_be_reachable(sqlite_installation, circle)
    key.write_bytes(right)
    again = await sqlite_installation.serve()
    _at(again, circle)
    await _everything_is_there(circle, again, reach_out["id"])


def _at(server: Server, circle: Circle) -> list[Person]:
    for person in [*circle.owners, *circle.members]:
        person.at = server
    return circle.owners


async def _back_up_while_it_is_used(installation: Installation, circle: Circle, copy: Path) -> None:
    done = asyncio.Event()

    async def use() -> None:
        while not done.is_set():
            await circle.members[0].ask("POST", "/v1/inbox/read-all")
            await circle.owner.ask("PATCH", "/v1/me", {"display_name": "Maya"})

    using = asyncio.create_task(use())
    backup = installation.run("backup", str(copy))
    status = await backup.end(within=45)
    done.set()
    await using
    assert status == 0, backup.logged
    assert _mode(copy) == 0o600
    assert await embedded(copy.parent).count("people") == 5


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def _everything_is_there(circle: Circle, server: Server, reach_out_id: str) -> None:
    """Assert that the session and the passphrase work, and that names and the note can be read."""
    assert (await circle.owner.ask("GET", f"/v1/reach-outs/{reach_out_id}"))["note"] == NOTE
    ana = circle.members[0]
    async with client() as http:
        body = {"sign_in_name": ana.sign_in_name, "passphrase": PASSPHRASE}
        reply = await http.post(f"{server.url}/v1/sessions", json=body)
    assert reply.status_code == 201, reply.text
    signed_in = replace(ana, token=reply.json()["session"]["token"])
    [notice] = [notice for notice in await signed_in.inbox() if notice["reach_out_id"] == reach_out_id]
    assert notice["from"]["display_name"] == "Maya"


async def _without_any_key_nobody_is_said_to_be_reachable(installation: Installation, circle: Circle) -> None:
    """Remove the push key, beside a foreign master key, then put it back."""
    key, away = installation.folder / "keys" / "push.key", installation.folder / "push.key.away"
    key.rename(away)
    nobody = installation.start()
    await nobody.logs("serving")
    await nobody.answers(503)
    _at(nobody, circle)
    third = circle.owners[2]
    [running] = (await third.ask("GET", "/v1/reach-outs?open=true&mine=true"))["items"]
    await third.ask("POST", f"/v1/reach-outs/{running['id']}/close", {"outcome": "mistake"})
    pressed = await third.press("nobody is pushed")
    assert {row["state"] for row in pressed["recipients"]} == {"unreachable"}
    assert not any(row["reachable"] for row in (await third.ask("GET", "/v1/circle"))["items"])
    assert not key.exists(), "a missing key is never replaced"
    nobody.kill()
    away.rename(key)
