"""A machine starts with a clock that is ahead, somebody presses, and the clock is set right."""

import pytest
from sqlalchemy import select

from models import Delivery, ReachOut
from notifications.transports.protocol import RetryAt, Sent
from tests.world.world import World

AHEAD = 24 * 3600
"""As where a clock was set to another day; an hour, for the local time where another is expected, is nothing else."""


async def clock_is_set_right(world: World) -> list[str]:
    """Set it back, and let a worker look; return what the audit has found."""
    await world.forward(-AHEAD)
    await world.work()
    found = await world.auditor().audit_once()
    assert all(mended for _, mended in found), found
    await world.work()
    await world.settle()
    return [str(finding.what) for finding, _ in found]


@pytest.mark.promise(2)
async def test_the_ladder_goes_on_at_its_own_pace(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await world.forward(AHEAD)
    await maya.press()
    await world.settle()
    assert await sponsor.pushed() == ["reach_out"]
    assert await clock_is_set_right(world) == ["reach_out_written_ahead"]
    assert await friend.pushed() == []
    await world.passes(91)
    assert await friend.pushed() == ["reach_out"]
    assert await world.auditor().audit_once() == []


async def test_an_answer_that_is_given_after_it_counts(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await world.forward(AHEAD)
    await maya.press()
    await clock_is_set_right(world)
    await sponsor.answer("calling")
    await world.passes(91)
    assert await friend.pushed() == [], "an answer holds the ladder"
    assert (await maya.get("/v1/reach-outs"))["items"][0]["state"] == "answered"


async def test_an_answer_that_was_given_before_it_does_not_hold_for_a_day(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.forward(AHEAD / 2)
    await sponsor.answer("calling")
    await world.forward(-AHEAD / 2)
    [(finding, mended)] = await world.auditor().audit_once()
    assert (str(finding.what), mended) == ("reach_out_written_ahead", True)
    await world.passes(30 * 60)
    assert await friend.pushed() == ["reach_out"]


async def test_a_push_that_was_to_be_tried_again_is(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.forward(AHEAD)
    [phone] = sponsor.devices.values()
    world.transport.answer(phone, RetryAt("unavailable"), Sent())
    await maya.press()
    await world.settle()
    assert [push.result for push in world.transport.handed] == [RetryAt("unavailable")]
    await clock_is_set_right(world)
    assert [push.result for push in world.transport.handed] == [RetryAt("unavailable"), Sent()]


async def test_it_ends_a_day_after_the_clock_was_set_right(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await world.forward(AHEAD)
    await maya.press()
    await clock_is_set_right(world)
    await world.passes(24 * 3600 + 60)
    assert await world.rows(select(ReachOut.state)) == [("closed",)]
    assert await world.rows(select(Delivery.id).where(Delivery.state == "pending")) == []


async def test_clocks_that_are_a_minute_apart_change_nothing(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await world.forward(60)
    await maya.press()
    await world.forward(-60)
    assert await world.auditor().audit_once() == []
