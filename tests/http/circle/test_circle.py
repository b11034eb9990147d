"""The circle from both sides: its size, steps, hours and mute, and the ways to leave it."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.world.person import Person
from tests.world.world import World

HOUR = 3600


async def full_circle(world: World) -> tuple[Person, list[Person]]:
    maya = await world.person("Maya")
    members = [await world.person() for _ in range(15)]
    for member in members:
        await maya.welcomes(member)
    return maya, members


async def test_a_circle_holds_at_most_15_people(world: World) -> None:
    maya, members = await full_circle(world)
    assert [member["step"] for member in await maya.circle()] == [1] * 4 + [2] * 11
    refused = await maya.post("/v1/invitations", {"role": "friend"}, expect=409)
    assert refused["type"] == "/problems/circle-full"
    # A link from before the circle was full is refused for the same reason when somebody accepts it.
    await members[0].delete(f"/v1/supporting/{members[0].places[maya.id]}")
    last, late = await maya.invites(), await maya.invites()
    joins, waits = await world.person(), await world.person()
    await joins.post("/v1/invitations/accept", {"token": last["token"]}, expect=201)
    refused = await waits.post("/v1/invitations/accept", {"token": late["token"]}, expect=409)
    assert refused["type"] == "/problems/circle-full"
    pressed = await maya.press()
    assert len(pressed["recipients"]) == 14, "one has not been confirmed yet"


async def test_a_step_is_the_number_one_or_two(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", steps=[2])
    for step in (True, 1.5, "1", 0, 3):
        for method, path in (("POST", "/v1/invitations"), ("PATCH", f"/v1/circle/{sponsor.places[maya.id]}")):
            await maya.ask(method, path, {"role": "friend", "step": step}, expect=422)
    assert (await maya.get("/v1/invitations"))["items"] == []
    assert [(member["role"], member["step"]) for member in await maya.circle()] == [("sponsor", 2)]


async def test_step_one_holds_at_most_four_members(world: World) -> None:
    maya, *_ = await world.circle("friend", "friend", "friend", "friend", "fellow", devices=False)
    members = await maya.circle()
    assert [member["step"] for member in members] == [1, 1, 1, 1, 2]
    refused = await maya.post("/v1/invitations", {"role": "friend", "step": 1}, expect=409)
    assert refused["type"] == "/problems/step-one-full"
    refused = await maya.patch(f"/v1/circle/{members[4]['id']}", {"step": 1}, expect=409)
    assert refused["type"] == "/problems/step-one-full"
    await maya.patch(f"/v1/circle/{members[0]['id']}", {"step": 2})
    moved = await maya.patch(f"/v1/circle/{members[4]['id']}", {"step": 1, "role": "sponsor"})
    assert (moved["step"], moved["role"]) == (1, "sponsor")
    # Setting step 1 again changes nothing and is no error.
    assert (await maya.patch(f"/v1/circle/{members[4]['id']}", {"step": 1}))["role"] == "sponsor"


async def test_the_circle_is_listed_in_pages(world: World) -> None:
    maya, *members = await world.circle("friend", "friend", "friend", devices=False)
    first = await maya.get("/v1/circle?limit=2")
    assert [row["person"]["id"] for row in first["items"]] == [members[0].id, members[1].id]
    second = await maya.get(f"/v1/circle?limit=2&cursor={first['next']}")
    assert [row["person"]["id"] for row in second["items"]] == [members[2].id]
    assert second["next"] is None
    for limit in ("0", "101", "many"):
        await maya.get(f"/v1/circle?limit={limit}", expect=422)
    await maya.get("/v1/circle?cursor=nonsense", expect=422)


async def test_another_persons_circle_cannot_be_changed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    stranger = await world.person()
    place = sponsor.places[maya.id]
    for other in (stranger, sponsor):
        await other.patch(f"/v1/circle/{place}", {"step": 2}, expect=404)
        await other.post(f"/v1/circle/{place}/confirm", expect=404)
        await other.delete(f"/v1/circle/{place}", expect=404)
    for other in (stranger, maya):
        await other.patch(f"/v1/supporting/{place}", {"muted_until": None}, expect=404)
        await other.delete(f"/v1/supporting/{place}", expect=404)
    await stranger.post("/v1/blocks", {"person_id": maya.id}, expect=404)
    assert len(await maya.circle()) == 1


async def test_only_the_owner_can_confirm_a_member(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    accepted = await ana.post("/v1/invitations/accept", {"token": invited["token"]})
    await ana.post(f"/v1/circle/{accepted['id']}/confirm", expect=404)
    assert (await maya.circle())[0]["state"] == "accepted"
    refused = await maya.press(expect=409)
    assert refused["type"] == "/problems/empty-circle"


async def test_mute_and_hours_suppress_pushes_and_never_notices(world: World) -> None:
    maya, muted, asleep, woken = await world.circle("friend", "friend", "friend")
    until = datetime.fromtimestamp(world.now().timestamp() + HOUR, UTC).isoformat()
    shown = await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": until})
    assert shown["muted_until"]
    # It is Tuesday, 20:00 UTC, which is Wednesday, 05:00 in Tokyo.
    hours = [{"day": 2, "from": "08:00", "to": "24:00"}]
    for member in (asleep, woken):
        await member.patch("/v1/me", {"hours": hours, "time_zone": "Asia/Tokyo"})
    await woken.patch("/v1/me", {"wake_me": True})
    assert [member["available_now"] for member in await maya.circle()] == [False, False, True]
    pressed = await maya.press()
    assert [row["state"] for row in pressed["recipients"]] == ["inbox_only", "inbox_only", "queued"]
    assert [await member.pushed() for member in (muted, asleep, woken)] == [[], [], ["reach_out"]]
    assert [await member.kinds() for member in (muted, asleep, woken)] == [["reach_out"]] * 3
    await maya.close()
    assert [await member.pushed() for member in (muted, asleep, woken)] == [[], [], ["reach_out", "all_clear"]]
    await world.forward(3 * HOUR)
    assert [member["available_now"] for member in await maya.circle()] == [True, True, True]
    assert (await muted.get("/v1/supporting"))["items"][0]["muted_until"] is None


@pytest.mark.parametrize("blocking_side", ["owner", "member"])
async def test_a_block_ends_both_memberships_until_it_is_removed(world: World, blocking_side: str) -> None:
    maya, ana = await world.circle("friend")
    await ana.welcomes(maya)
    await maya.press()
    blocker, blocked = (maya, ana) if blocking_side == "owner" else (ana, maya)
    block = await blocker.post("/v1/blocks", {"person_id": blocked.id}, expect=201)
    assert block["person"] == {"id": blocked.id, "display_name": blocked.name}
    assert await blocker.post("/v1/blocks", {"person_id": blocked.id}, expect=201) == block
    for person in (maya, ana):
        assert await person.circle() == []
        assert (await person.get("/v1/supporting"))["items"] == []
        # A person whose circle is now empty is told at once; the member's notices are gone.
        assert await person.kinds() == (["unanswered"] if person is maya else [])
    assert (await blocked.get("/v1/blocks"))["items"] == []
    for inviter, invited in ((blocker, blocked), (blocked, blocker)):
        link = await inviter.invites()
        refused = await invited.post("/v1/invitations/accept", {"token": link["token"]}, expect=404)
        assert refused["type"] == "/problems/invitation-not-valid"
    await blocked.delete(f"/v1/blocks/{blocker.id}", expect=404)
    await blocker.delete(f"/v1/blocks/{blocked.id}")
    assert await maya.circle() == []
    await blocker.welcomes(blocked)


async def test_supporting_lists_the_people_somebody_supports(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [row] = (await sponsor.get("/v1/supporting"))["items"]
    assert (row["role"], row["open_reach_out_id"], row["last_connected_at"]) == ("sponsor", None, None)
    pressed = await maya.press()
    await sponsor.answer("here")
    [row] = (await sponsor.get("/v1/supporting"))["items"]
    assert row["open_reach_out_id"] == pressed["id"]
    assert row["last_connected_at"]
    await maya.close()
    assert (await sponsor.get("/v1/supporting"))["items"][0]["open_reach_out_id"] is None


async def test_the_default_ladder(world: World) -> None:
    maya = await world.person("Maya")
    assert await maya.get("/v1/circle/ladder") == {
        "ladder": [0, 90, 180, 300],
        "own": False,
        "default": [0, 90, 180, 300],
    }


async def test_blocking_repeatedly_at_once_creates_one_block(world: World) -> None:
    maya, other = await world.circle("friend")
    blocks = await asyncio.gather(*(maya.post("/v1/blocks", {"person_id": other.id}, expect=201) for _ in range(5)))
    assert blocks == [blocks[0]] * 5
    assert len((await maya.get("/v1/blocks"))["items"]) == 1
