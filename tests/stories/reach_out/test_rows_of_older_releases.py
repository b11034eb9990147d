"""Rows as an older release, or a fault, leaves them: timers of another stage, or columns that it does not know."""

from datetime import timedelta

from tests.world.person import Person
from tests.world.world import World


async def test_timers_of_another_stage_are_cleared(world: World, people: list[Person]) -> None:
    maya, sponsor, _friend = people
    await maya.press()
    past = world.now() - timedelta(seconds=5)
    await world.set(paused_until=past, ask_at=past, due_at=past)
    await world.work()
    row = await world.row()
    assert (row.state, row.paused_until, row.ask_at) == ("waiting", None, None)
    assert row.due_at == row.next_rung_at == row.created_at + timedelta(seconds=90)
    await sponsor.answer("calling")
    await maya.does("together")
    await world.set(next_rung_at=past, due_at=past)
    await world.work()
    row = await world.row()
    assert (row.state, row.next_rung_at) == ("together", None)
    assert row.due_at == row.created_at + timedelta(hours=24), "and it is not due forever"


async def test_an_answer_without_its_pause_is_over(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await maya.press()
    await world.set(state="answered", next_rung_at=None, paused_until=None, ask_at=None, due_at=None)
    await world.work()
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await world.row()).next_rung_at is not None


async def test_an_unset_asked_at_of_an_older_release_stays_unset(world: World, people: list[Person]) -> None:
    """The older release does not maintain it, so a value written by this one would soon be wrong."""
    maya, sponsor, _friend = people
    await maya.press()
    await world.set(asked_at=None)
    await world.passes(90)
    assert (await world.row()).asked_at is None
    await sponsor.answer("calling")
    assert (await maya.reach_out())["state"] == "answered", "an answer counts from the last push then"
    await maya.does("nudge")
    assert (await world.row()).asked_at is not None
