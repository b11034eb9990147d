"""Answers and the ladder: what pauses it, what is asked at half time, and what resumes it, through HTTP."""

import pytest

from notifications.transports.protocol import RetryAt, Sent
from tests.world.person import alarms
from tests.world.world import World


async def test_an_answer_pauses_is_asked_about_at_half_time_and_falls_back(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.passes(10)
    await sponsor.answer("calling")
    seen = await maya.reach_out()
    assert seen["state"] == "answered"
    assert seen["next_rung_at"] is None
    await world.passes(299)
    assert "are_you_talking" not in await maya.kinds()
    await world.passes(2)
    assert (await maya.kinds())[-1] == "are_you_talking"
    assert (await sponsor.kinds())[-1] == "are_you_talking"
    assert await alarms(friend) == 0
    await world.passes(297)
    assert (await maya.reach_out())["state"] == "answered"
    await world.passes(3)
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(friend) == 1, "the next rung is due at once"
    row = await world.row()
    assert row.next_rung_at is not None
    assert (row.rung, round((row.next_rung_at - world.now()).total_seconds())) == (2, 90), (
        "later ones keep their distance"
    )


async def test_soon_pauses_for_its_minutes_and_two_more(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("soon", minutes=5)
    row = await world.row()
    assert row.paused_until is not None
    assert row.ask_at is not None
    assert round((row.paused_until - world.now()).total_seconds()) == 5 * 60 + 120
    assert round((row.ask_at - world.now()).total_seconds()) == (5 * 60 + 120) / 2
    await sponsor.answer("calling")
    row = await world.row()
    assert row.paused_until is not None
    assert round((row.paused_until - world.now()).total_seconds()) == 600, "the last answer counts"


async def test_being_together_stops_the_ladder(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await sponsor.answer("here")
    await maya.does("together")
    for _ in range(6):
        await world.passes(600)
    assert (await maya.reach_out())["state"] == "together"
    assert await alarms(friend) == 0


async def test_an_answer_taken_back_and_a_member_removed_bring_the_next_rung_at_once(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 2, 2])
    await maya.press()
    await sponsor.answer("calling")
    await world.passes(20)
    await sponsor.answer("cannot")
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await alarms(friend), await alarms(fellow)) == (1, 1)
    await friend.answer("here")
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(fellow) == 2, "rung 3 at once"


async def test_an_answer_that_was_spent_holds_nothing_when_the_next_one_falls_away(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 1, 2])
    await maya.press()
    await sponsor.answer("calling")
    await world.passes(601)
    assert await alarms(fellow) == 1, "the sponsor never called: rung 2"
    await friend.answer("calling")
    await world.passes(5)
    await friend.answer("cannot")
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(fellow) == 2


async def test_an_answer_from_before_a_further_press_holds_nothing_either(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 1, 2])
    await maya.press()
    await sponsor.answer("calling")
    await world.forward(60)
    await maya.does("nudge")
    await friend.answer("calling")
    alarms_before = await alarms(fellow)
    await friend.answer("cannot")
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(fellow) == alarms_before + 1, "the sponsor said so a minute ago, and she had to press again"


async def test_a_decline_leaves_an_answer_that_still_holds(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("calling")
    await friend.answer("soon", minutes=15)
    await friend.answer("cannot")
    assert (await maya.reach_out())["state"] == "answered"
    row = await world.row()
    assert row.paused_until is not None
    assert round((row.paused_until - world.now()).total_seconds()) == 600, "for as long as the sponsor's own answer"


async def test_who_answers_anew_is_heard_of_anew(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("calling")
    await world.passes(601)
    assert (await maya.reach_out())["state"] == "waiting"
    await sponsor.answer("calling")
    assert (await maya.kinds()).count("answered") == 2
    assert (await maya.reach_out())["state"] == "answered"


async def test_nothing_says_that_nobody_has_answered_once_somebody_has(world: World) -> None:
    """The push of the answer has no receipt and would be repeated, but the answer no longer holds."""
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    await maya.press()
    while await maya.pushed() != ["unanswered"]:
        await world.passes(90)
    await sponsor.answer("calling")
    await world.settle()
    await world.passes(121)
    assert await maya.pushed() == ["unanswered", "answered"]


async def test_nothing_says_that_somebody_is_there_once_they_are_not(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    [phone] = maya.devices.values()
    await maya.press()
    world.transport.answer(phone, RetryAt("unavailable"))
    await sponsor.answer("calling")
    await world.settle()
    await sponsor.answer("cannot")
    await world.settle()
    world.transport.answer(phone, Sent())
    await world.passes(10)
    assert [push.kind for push in await maya.pushes() if push.result == Sent()] == ["unanswered"]


async def test_the_alarm_is_not_sent_once_more_while_somebody_is_there(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.settle()
    await sponsor.answer("calling")
    await world.settle()
    await world.passes(121)
    assert await friend.pushed() == ["reach_out", "answered"], "the last push says that somebody is there"


async def test_a_word_made_more_precise_and_then_taken_back_brings_the_next_rung_at_once(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await sponsor.answer("calling")
    await sponsor.answer("soon", minutes=5)
    await sponsor.answer("cannot")
    assert await alarms(friend) == 1, "it is the first time that anything was taken back"


async def test_whoever_takes_it_back_a_second_time_is_waited_for_half_a_minute(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": "2026-03-11T20:00:00Z"})
    await maya.press()
    for kind in ("cannot", "calling", "cannot", "here", "cannot"):
        await sponsor.answer(kind)
    next_rung_at = (await world.row()).next_rung_at
    assert next_rung_at is not None
    assert round((next_rung_at - world.now()).total_seconds()) == 30


@pytest.mark.parametrize("how", ["cannot", "time", "removed"])
async def test_an_answer_after_the_truth_that_falls_away_brings_the_truth_once_more(world: World, how: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    await maya.press()
    while await maya.pushed() != ["unanswered"]:
        await world.passes(90)
    await sponsor.answer("calling")
    await world.settle()
    alarms_before = await alarms(friend)
    if how == "cannot":
        await sponsor.answer("cannot")
    elif how == "removed":
        await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    else:
        await world.passes(601)
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(friend) == alarms_before + 1
    assert (await maya.pushed())[-1] == "unanswered", "or she would still believe that somebody calls"
    assert len(await maya.inbox("unanswered")) == 2
    await world.passes(601)
    assert len(await maya.inbox("unanswered")) == 2, "once for each time"
