"""The access log: sign-ins and changes of an account's credentials, for its owner only, without IP addresses."""

from typing import Any

from tests.world.person import Person
from tests.world.world import World


async def log(person: Person) -> list[dict[str, Any]]:
    """Return the whole access log, oldest first; events of the same moment by kind."""
    events = (await person.get("/v1/me/access-log?limit=100"))["items"]
    return sorted(events, key=lambda event: (event["created_at"], event["kind"]))


async def kinds(person: Person) -> list[str]:
    return [event["kind"] for event in await log(person)]


async def test_sign_ins_and_account_changes_are_logged(world: World) -> None:
    maya = await world.person("Maya")
    elsewhere = await maya.again()
    await maya.post("/v1/sessions/current/proof", {"passphrase": "a guess"}, expect=401)
    device = await maya.device()
    await maya.device(address=maya.devices[device["id"]])
    await maya.delete(f"/v1/devices/{device['id']}")
    await maya.delete(f"/v1/devices/{device['id']}")
    await maya.post("/v1/recovery-codes", expect=201, key="k")
    await maya.post("/v1/recovery-codes", expect=201, key="k")
    await maya.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204)
    await maya.get("/v1/me/export")
    events = await log(maya)
    own, other = maya.session_id, elsewhere.session_id
    assert [(event["kind"], event["about_id"], event["session_id"]) for event in events] == [
        ("signed_up", None, own),
        ("signed_in", None, other),
        ("proof_failed", None, own),
        ("device_added", device["id"], own),
        ("device_removed", device["id"], own),
        ("codes_renewed", None, own),
        ("passphrase_changed", None, own),
        ("signed_out", other, own),
        ("exported", None, own),
    ]
    assert [event["current"] for event in events] == [event["session_id"] == own for event in events]
    assert set(events[0]) == {"id", "kind", "about_id", "session_id", "current", "created_at"}


async def test_a_recovery_and_the_sessions_it_ended_are_logged(world: World) -> None:
    maya = await world.person("Maya")
    body = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": maya.recovery_codes[0],
        "new_passphrase": "another lantern",
    }
    reply = await world.here.http.post("/v1/sessions/recovery", json=body)
    back = Person(world, world.here, "Maya", maya.sign_in_name, reply.json())
    assert await kinds(back) == ["signed_up", "recovered", "signed_out"]
    await back.delete("/v1/sessions/current")
    back.passphrase = "another lantern"
    assert (await kinds(await back.again()))[-2:] == ["signed_out", "signed_in"]


async def test_a_retried_sign_in_is_logged_once(world: World) -> None:
    maya = await world.person("Maya")
    body = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    for _ in range(2):
        await world.here.http.post("/v1/sessions", json=body, headers={"Idempotency-Key": "k"})
    assert await kinds(maya) == ["signed_up", "signed_in"]


async def test_a_device_taken_over_by_somebody_else_is_logged_as_removed(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    device = await maya.device()
    await ana.device(address=maya.devices[device["id"]])
    assert [(event["kind"], event["session_id"]) for event in await log(maya)][-1] == ("device_removed", None)


async def test_channel_changes_are_logged(world: World) -> None:
    maya = await world.person("Maya")
    address = await world.gives_channel(maya)
    [channel] = (await maya.get("/v1/channels"))["items"]
    assert channel["address"] == address
    await maya.delete(f"/v1/channels/{channel['id']}")
    assert [(event["kind"], event["about_id"]) for event in await log(maya)][-1] == ("channel_removed", channel["id"])


async def test_the_log_is_paged_and_only_for_its_owner(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(3):
        await maya.again()
    assert sorted(await kinds(sponsor)) == ["circle_joined", "device_added", "signed_up"]
    first = await maya.get("/v1/me/access-log?limit=3")
    rest = await maya.get(f"/v1/me/access-log?limit=3&cursor={first['next']}")
    listed = [event["kind"] for event in first["items"] + rest["items"]]
    assert listed == ["signed_in"] * 3 + ["member_confirmed", "member_invited", "signed_up"]
    assert rest["next"] is None
    assert (await world.here.http.get("/v1/me/access-log")).status_code == 401


async def test_no_ip_address_is_stored(world: World) -> None:
    await world.person("Maya")
    async with world.database.read() as session:
        connection = await session.connection()
        held = repr((await connection.exec_driver_sql("SELECT * FROM access_events")).all())
    assert "signed_up" in held
    assert "127.0.0.1" not in held


async def test_events_are_kept_for_90_days(world: World) -> None:
    maya = await world.person("Maya")
    await world.forward(89.9 * 24 * 3600)
    assert (await world.purge().run())["access_events"] == 0
    assert await kinds(maya) == ["signed_up"]
    await world.forward(0.2 * 24 * 3600)
    assert (await world.purge().run())["access_events"] == 1


async def test_failed_requests_are_not_logged(world: World) -> None:
    maya = await world.person("Maya")
    await maya.delete("/v1/devices/0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e", expect=404)
    await maya.delete("/v1/sessions/0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e", expect=404)
    assert await kinds(maya) == ["signed_up"]
