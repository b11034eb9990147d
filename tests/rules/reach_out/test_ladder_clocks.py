"""When the ladder moves: distances between rungs, and the timer by which a worker finds it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.enums import AnswerKind, Outcome
from rules.reach_out import ladder
from rules.reach_out.state import Answered, Closed, Participant, Together, Waiting
from rules.reach_out.storage.stages import due_at
from tests.world.participants import LADDER, NOW, reach_out, seconds, told


def test_later_rungs_keep_their_distances() -> None:
    late = NOW + timedelta(seconds=37)
    assert ladder.due_after((0, 60, 200, 900), 1, late) == late + timedelta(seconds=60)
    assert ladder.due_after((0, 60, 200, 900), 2, late) == late + timedelta(seconds=140)
    assert ladder.due_after((0, 60, 200, 900), 3, late) == late + timedelta(seconds=700)
    assert [ladder.due_after(LADDER, rung, NOW) for rung in (4, 5, 6)] == [NOW + timedelta(seconds=600)] * 3
    assert ladder.due_after(LADDER, 7, NOW) is None
    assert ladder.due_after(LADDER, 0, NOW) == NOW


@pytest.mark.parametrize("rung", range(1, 7))
def test_when_a_rung_began_follows_from_when_the_next_one_comes(rung: int) -> None:
    following = ladder.due_after(LADDER, rung, NOW)
    assert following is not None
    assert ladder.rung_began_at(LADDER, rung, following) == NOW


def test_the_timer_is_the_earliest_clock_and_at_the_latest_the_end_after_24_hours() -> None:
    def due(*people: Participant, stage: Waiting | Answered | Together | Closed) -> timedelta | None:
        at = due_at(reach_out(*people, stage=stage, created_at=NOW))
        return None if at is None else at - NOW

    asleep = told("A", available=False, quiet_at=NOW, hears_at=NOW + seconds(45))
    assert due(stage=Together(None)) == due(stage=Waiting(None)) == timedelta(hours=24)
    assert due(stage=Waiting(NOW + seconds(90))) == seconds(90)
    assert due(stage=Answered(NOW + seconds(600), NOW + seconds(300))) == seconds(300)
    assert due(stage=Answered(NOW + seconds(600), None)) == seconds(600)
    assert due(stage=Waiting(NOW + seconds(90_000))) == timedelta(hours=24)
    assert due(asleep, stage=Waiting(NOW + seconds(90))) == seconds(45), "who sleeps is pushed when they wake"
    assert due(replace(asleep, answer=AnswerKind.CANNOT), stage=Waiting(NOW + seconds(90))) == seconds(90)
    assert due(asleep, stage=Answered(NOW + seconds(600), None)) == seconds(600)
    assert due(stage=Closed(Outcome.OK_NOW, NOW)) is None
