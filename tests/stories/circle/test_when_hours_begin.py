"""Members told outside of their hours, or muted, are pushed as soon as they may be, while nobody has answered."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person, alarms
from tests.world.world import World

# The world begins on Tuesday, 10 March 2026, at 20:00 UTC.
TUESDAY, WEDNESDAY = 1, 2


async def keeps(person: Person, day: int, begin: str, end: str = "24:00") -> None:
    hours: list[dict[str, Any]] = [{"day": day, "from": begin, "to": end}]
    await person.patch("/v1/me", {"time_zone": "UTC", "hours": hours, "wake_me": False})


async def test_a_press_shortly_before_hours_begin_pushes_the_moment_they_do(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await keeps(sponsor, TUESDAY, "20:01")
    await keeps(friend, TUESDAY, "20:02")
    reach_out = await maya.press()
    assert reach_out["unanswered_at"] is not None, "nobody is reachable now, and she is told so at once"
    await world.passes(59)
    assert await alarms(sponsor) == 0
    await world.passes(1)
    assert (await alarms(sponsor), await alarms(friend)) == (1, 0)
    assert await maya.sees_state(sponsor) == "handed"
    push = (await sponsor.pushes())[0].push
    assert push.urgent
    await world.passes(59)
    assert await alarms(friend) == 0
    await world.passes(1)
    assert (await alarms(sponsor), await alarms(friend)) == (1, 1)
    assert not await world.here.worker.tick(), "and it is not due over and over"


async def test_hours_that_begin_in_the_morning_after_the_last_repetition(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    number = await world.gives_channel(sponsor)
    await keeps(sponsor, WEDNESDAY, "07:00", "23:59")
    await maya.press()
    for _ in range(5):
        await world.passes(600)
    row = await world.row()
    assert (row.next_rung_at, row.rung) == (None, 7)
    other = await world.another_process()
    await world.forward((11 * 60 - 50) * 60 - 1)
    await other.work()
    assert await alarms(sponsor) == 0
    await world.forward(1)
    await other.work()
    assert await alarms(sponsor) == 1, "a row with a due time: any worker takes it"
    await world.settle()
    assert world.gateway.handed == [number], "and the channel that the rungs had skipped"


async def test_a_mute_that_ends_by_time_or_by_hand(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    until = (world.now() + timedelta(seconds=40)).isoformat()
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": until})
    await friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": "2026-03-20T00:00:00Z"})
    await maya.press()
    await world.passes(39)
    assert (await alarms(sponsor), await alarms(friend)) == (0, 0)
    await world.passes(1)
    assert (await alarms(sponsor), await alarms(friend)) == (1, 0)
    await friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": None})
    assert await alarms(friend) == 1


async def test_hours_that_are_changed_while_somebody_waits(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await keeps(sponsor, WEDNESDAY, "07:00")
    await keeps(friend, WEDNESDAY, "07:00")
    await maya.press()
    await keeps(sponsor, TUESDAY, "20:10")
    await friend.patch("/v1/me", {"wake_me": True})
    assert (await alarms(sponsor), await alarms(friend)) == (0, 1)
    await world.passes(600)
    assert await alarms(sponsor) == 1


async def test_hours_that_begin_while_somebody_is_there_wake_nobody_until_nobody_is(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await keeps(friend, TUESDAY, "20:05")
    await maya.press()
    await sponsor.answer("calling")
    await world.passes(599)
    assert await alarms(friend) == 0
    await world.passes(2)
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(friend) == 1, "once, by the rung due then or by their hours"


@pytest.mark.parametrize("how", ["cannot", "closed", "removed"])
async def test_hours_that_begin_too_late_bring_no_push(world: World, how: str) -> None:
    maya, _sponsor, friend = await world.circle("sponsor", "friend")
    await keeps(friend, TUESDAY, "20:01")
    await maya.press()
    if how == "cannot":
        await friend.answer("cannot")
    elif how == "closed":
        await maya.close()
    else:
        await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    await world.passes(61)
    assert await alarms(friend) == 0
    assert not await world.here.worker.tick()


async def test_whose_phone_is_gone_when_their_hours_begin_is_shown_as_unreachable(world: World) -> None:
    maya, _sponsor, friend = await world.circle("sponsor", "friend")
    await keeps(friend, TUESDAY, "20:01")
    await maya.press()
    for device in list(friend.devices):
        await friend.delete(f"/v1/devices/{device}")
    assert await maya.sees_state(friend) == "inbox_only"
    await world.passes(60)
    assert await maya.sees_state(friend) == "unreachable"
    assert not await world.here.worker.tick()
