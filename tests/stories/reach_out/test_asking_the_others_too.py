"""Asking the others too: the ladder continues beside an answer, and no answer holds it forever, through HTTP."""

import pytest
from sqlalchemy import select

from models import Delivery, Notice
from tests.world.person import alarms
from tests.world.world import World


@pytest.mark.parametrize("how", ["nudge", "press"])
async def test_after_an_answer_the_others_are_asked_at_once(world: World, how: str) -> None:
    """Also seconds after the press: asking the others is not a double tap."""
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 1, 2])
    await maya.press()
    await world.forward(5)
    await sponsor.answer("soon", minutes=10)
    await world.settle()
    await world.forward(5)
    if how == "nudge":
        await maya.does("nudge", expect=200)
    else:
        await maya.press(expect=200)
    seen = await maya.reach_out()
    assert seen["state"] == "waiting"
    assert await maya.sees_state(sponsor) == "answered"
    for other in (friend, fellow):
        row = await other.sees(sponsor)
        assert row is not None, "whoever is asked sees that somebody has answered already"
        assert (row["answer"], row["minutes"]) == ("soon", 10)
    assert (await alarms(sponsor), await alarms(friend), await alarms(fellow)) == (1, 1, 1)
    assert (await world.row()).rung == 2
    await world.passes(90)
    assert (await alarms(sponsor), await alarms(friend), await alarms(fellow)) == (1, 2, 2), "rung 3, beside his answer"
    await fellow.answer("calling")
    assert (await maya.reach_out())["state"] == "answered", "a new answer holds it again"
    await maya.does("nudge", expect=200)
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await alarms(sponsor), await alarms(fellow)) == (1, 2)


async def test_nothing_says_that_nobody_has_answered_while_a_word_runs(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.settle()
    await world.forward(40)
    await sponsor.answer("soon", minutes=10)
    await world.settle()
    await maya.does("nudge", expect=200)
    alarms_before = await alarms(friend)
    assert alarms_before == 2
    await world.passes(12 * 60 - 1)
    seen = await maya.reach_out()
    assert (seen["state"], seen["unanswered_at"], await alarms(sponsor)) == ("waiting", None, 1)
    await world.passes(1)
    assert (await maya.reach_out())["unanswered_at"] is not None, "his twelve minutes are over"
    await world.passes(600)
    assert await alarms(sponsor) == 2, "and he is asked again like everyone"


async def test_with_everyone_standing_there_is_nobody_to_ask_and_a_word_taken_back_is_felt_at_once(
    world: World,
) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("soon", minutes=15)
    await world.settle()
    await world.forward(31)
    for _ in range(2):
        await maya.does("nudge", expect=200)
        assert (await maya.reach_out())["unanswered_at"] is None
        await world.passes(31)
    assert await alarms(sponsor) == 1
    await sponsor.answer("cannot")
    assert (await maya.reach_out())["unanswered_at"] is not None


@pytest.mark.parametrize("soon_after", [True, False])
async def test_after_the_truth_an_answer_does_not_keep_the_others_from_being_asked(
    world: World, soon_after: bool
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    while (await maya.reach_out())["unanswered_at"] is None:
        await world.passes(90)
    await world.passes(600)
    await sponsor.answer("calling")
    await world.settle()
    alarms_before = await alarms(friend)
    await world.forward(5 if soon_after else 60)
    await maya.does("nudge", expect=200)
    seen = await maya.reach_out()
    assert (seen["state"], seen["unanswered_at"]) == ("waiting", None)
    await world.passes(30)
    assert await alarms(friend) == alarms_before + 1
    assert await alarms(sponsor) == alarms_before


async def test_who_she_is_talking_with_is_not_alarmed_when_she_asks_the_others_too(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await sponsor.answer("calling")
    await maya.does("together")
    await world.settle()
    await world.passes(1800)
    await maya.does("nudge", expect=200)
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await alarms(sponsor), await alarms(friend)) == (1, 1)
    await world.passes(90)
    assert (await alarms(sponsor), await alarms(friend)) == (1, 2)


async def test_a_retried_nudge_asks_once(world: World) -> None:
    """A retry of a request whose reply was lost does not override answers given since."""
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 2, 2])
    await maya.press()
    await sponsor.answer("here")
    await maya.does("nudge", key="others")
    await friend.answer("calling")
    await world.forward(60)
    assert (await maya.does("nudge", key="others"))["state"] == "answered"
    assert await alarms(fellow) == 1
    rounds = await world.rows(select(Delivery.round).join(Notice).where(Notice.kind == "reach_out"))
    assert {row.round for row in rounds} == {1}


async def test_calling_and_then_together_does_not_end_the_ladder(world: World) -> None:
    """One hasty or hostile member: step 2 is still told, and the person is asked."""
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await sponsor.answer("calling")
    await world.passes(301)
    await sponsor.does("together")
    row = await world.row()
    assert row.paused_until is not None
    assert (row.state, round((row.paused_until - world.now()).total_seconds())) == ("answered", 600)
    question = (await maya.inbox("are_you_talking"))[0]
    assert question["from"]["id"] == sponsor.id
    await world.passes(599)
    assert await alarms(friend) == 0
    await world.passes(2)
    assert (await maya.reach_out())["state"] == "waiting"
    assert await alarms(friend) == 1


@pytest.mark.parametrize(("word", "every"), [("calling", 290), ("soon", 400), ("together", 100), ("together", 400)])
async def test_nobody_holds_the_ladder_for_ever(world: World, word: str, every: int) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    for _ in range(2400 // every):
        if word == "together":
            await sponsor.does("together", expect=200)
        elif word == "soon":
            await sponsor.answer("soon", minutes=15)
        else:
            await sponsor.answer(word)
        await world.passes(every)
    assert await alarms(friend) >= 1, "half an hour in all, then the next are told"
    assert await maya.sees_state(sponsor) == "answered", "an answer is never refused"
    assert len(await maya.inbox("are_you_talking")) <= 2400 / 150
    await friend.answer("here")
    assert (await maya.reach_out())["state"] == "answered", "somebody else's answer counts"
    await maya.does("nudge", expect=200)
    await sponsor.answer("calling")
    assert (await maya.reach_out())["state"] == "answered", "she pressed again: so does theirs"
