"""The loop itself: what is wrong with one thing that time drives holds back no other."""

import pytest

from rules.reach_out import turn
from tests.night import Night


async def test_a_part_that_fails_holds_back_no_push(world: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    world.forward(10.1)
    worker = world.here.worker

    async def broken() -> int:
        raise LookupError

    for part in ("_move_ladders", "_move_bookends", "_once_more"):
        monkeypatch.setattr(worker, part, broken)
    with pytest.raises(LookupError):
        await worker.turn()
    assert await sponsor.pushed() == ["reach_out"]
    assert worker.last_turn is None, "and this is no sign of life"


async def test_a_reach_out_that_cannot_be_moved_holds_up_no_other(
    world: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    circles = [await world.circle("sponsor", "friend", steps=[1, 2]) for _ in range(3)]
    made = [(await maya.press())["id"] for maya, *_ in circles]
    await world.settle()
    world.forward(90)
    move = turn._move

    async def poisoned(unit: object, found: object) -> None:
        if str(found.id) == made[0]:  # type: ignore[attr-defined]  # a reach-out
            raise ValueError
        await move(unit, found)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(turn, "_move", poisoned)
    await world.here.worker.turn()
    assert [await friend.pushed() for _, _, friend in circles] == [[], ["reach_out"], ["reach_out"]]
