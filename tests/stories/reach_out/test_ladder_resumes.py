"""The ladder resumes when the member it waits for drops out, in every way that can happen; and nobody can make it race."""

from collections.abc import Awaitable, Callable

import pytest

from notifications.transports.protocol import DeadAddress, Rejected
from tests.world.person import Person, alarms
from tests.world.world import World

LONG = "2100-01-01T00:00:00Z"
NEVER_NOW = [{"day": day, "from": "03:00", "to": "03:01"} for day in range(7)]

Falls = Callable[[World, Person, Person], Awaitable[object]]


async def _cannot(_: World, __: Person, helper: Person) -> object:
    return await helper.answer("cannot")


async def _leaves(_: World, owner: Person, helper: Person) -> object:
    return await helper.delete(f"/v1/supporting/{helper.places[owner.id]}")


async def _removed(_: World, owner: Person, helper: Person) -> object:
    return await owner.delete(f"/v1/circle/{helper.places[owner.id]}")


@pytest.mark.parametrize("falls", [_cannot, _leaves, _removed])
async def test_an_expired_answer_does_not_hold_the_ladder_when_the_person_together_drops_out(
    world: World, falls: Falls
) -> None:
    maya, early, late, friend = await world.circle("sponsor", "friend", "friend", steps=[1, 1, 2])
    await maya.press()
    await early.answer("soon", minutes=1)
    await world.passes(181)
    assert (await maya.reach_out())["state"] == "waiting", "they never came"
    await late.answer("calling")
    await maya.does("together", {"person_id": late.id})
    alarms_before = await alarms(friend)
    await falls(world, maya, late)
    await world.work()
    seen = await maya.reach_out()
    assert seen["state"] == "waiting"
    assert seen["next_rung_at"] is not None
    assert await alarms(friend) > alarms_before, "the next rung was due at once"


async def test_a_running_answer_holds_the_ladder_when_the_person_together_drops_out(world: World) -> None:
    maya, early, late, friend = await world.circle("sponsor", "friend", "friend", steps=[1, 1, 2])
    await maya.press()
    await early.answer("soon", minutes=10)
    await late.answer("calling")
    await maya.does("together", {"person_id": late.id})
    await world.passes(60)
    await late.answer("cannot")
    seen = await maya.reach_out()
    assert seen["state"] == "answered"
    assert seen["paused_until"] is not None
    assert await alarms(friend) == 0
    await world.passes(12 * 60)
    assert await alarms(friend) == 1, "and then the ladder goes on"


async def _mutes(_: World, owner: Person, helper: Person) -> object:
    return await helper.patch(f"/v1/supporting/{helper.places[owner.id]}", {"muted_until": LONG})


async def _ends_their_hours(_: World, __: Person, helper: Person) -> object:
    return await helper.patch("/v1/me", {"hours": NEVER_NOW})


async def _takes_their_phone_away(world: World, _: Person, helper: Person) -> object:
    # A channel is left, and only the next rung tries it.
    await world.gives_channel(helper)
    [device] = (await helper.get("/v1/devices"))["items"]
    return await helper.delete(f"/v1/devices/{device['id']}")


@pytest.mark.parametrize("falls", [_mutes, _ends_their_hours, _takes_their_phone_away])
async def test_a_member_who_becomes_unreachable_is_not_waited_for(world: World, falls: Falls) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.settle()
    assert await alarms(friend) == 0
    await falls(world, maya, sponsor)
    await world.settle()
    assert await alarms(friend) == 1


@pytest.mark.parametrize("came", [DeadAddress("unregistered"), Rejected("bad_payload")])
async def test_an_undelivered_push_is_not_waited_for(world: World, came: DeadAddress | Rejected) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    if isinstance(came, DeadAddress):
        await world.gives_channel(sponsor)
    world.transport.answer(next(iter(sponsor.devices.values())), came)
    await maya.press()
    await world.settle()
    await world.settle()
    assert await alarms(friend) == 1


async def test_a_member_added_with_only_a_channel_is_tried_there(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 1], devices=False)
    await sponsor.device()
    number = await world.gives_channel(friend)
    await maya.press(to=[sponsor.places[maya.id]])
    await world.passes(91)
    assert (await world.row()).rung >= 2, "the rung that tries channels has gone by"
    await maya.press(to=[friend.places[maya.id]], expect=200)
    await world.settle()
    assert world.gateway.handed == [number]


async def test_toggling_one_members_reach_neither_floods_nor_exhausts_the_ladder(world: World) -> None:
    maya, wavering, sponsor = await world.circle("friend", "sponsor", steps=[1, 1])
    await maya.device()
    await maya.press()
    await world.settle()
    began = await alarms(sponsor)
    for _ in range(8):
        await wavering.answer("calling")
        await wavering.answer("cannot")
    await world.work()
    assert await alarms(sponsor) - began <= 1
    assert len(await maya.pushes("answered")) == 1
    seen = await maya.reach_out()
    assert seen["state"] == "waiting"
    assert seen["next_rung_at"] is not None
    # It is delayed by half a minute, not cancelled.
    await world.passes(31)
    assert await alarms(sponsor) - began >= 1
