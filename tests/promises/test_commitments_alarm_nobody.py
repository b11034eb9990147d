"""Promise 12: a "not today", a silence, a low day alarm nobody. Here for commitments, with the witness's phone at hand."""

import pytest

from tests.world.commitments import asked_and_accepted, at_moment, looks_at, says_of
from tests.world.world import World


@pytest.mark.promise(12)
@pytest.mark.parametrize("said", [None, False, True])
async def test_promise_12_a_not_today_and_a_silence_tell_nobody(world: World, said: bool | None) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    await maya.device()
    made = await asked_and_accepted(maya, ana, ends_on="2026-03-14")
    known, inbox = await ana.pushed(), await ana.inbox()
    for day in ("2026-03-10", "2026-03-11", "2026-03-12"):
        await at_moment(world, f"{day}T21:00")
        if said is not None:
            await says_of(maya, made, day, done=said, text="A word")
        await at_moment(world, f"{day}T23:00")
    await at_moment(world, "2026-03-15T10:00")
    assert await ana.pushed() == known == ["commitment_asked"]
    assert await ana.inbox() == inbox
    assert await ben.pushed() == []
    assert await ben.inbox() == []
    # What was said stands where the witness may look, and nowhere else.
    assert {day["done"] for day in (await looks_at(ana, made))["recent"]} == {None, said}


@pytest.mark.promise(12)
async def test_promise_12_the_witness_who_looks_sees_not_today_and_silence_alike_calmly(world: World) -> None:
    maya, ana = await world.circle("friend")
    made = await asked_and_accepted(maya, ana)
    await says_of(maya, made, "2026-03-10", done=False)
    await at_moment(world, "2026-03-11T23:00")
    assert [day["done"] for day in (await looks_at(ana, made))["recent"]] == [None, False]
    assert await ana.inbox(unread=True) == []
