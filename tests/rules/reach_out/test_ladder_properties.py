"""What holds for every ladder, every circle and every night, whatever happens in between."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from models.enums import AnswerKind
from rules.reach_out import ladder
from rules.reach_out.ladder import (
    LAST_RUNG,
    LONGEST_STEP,
    REACH_OUT_LIFETIME,
    REPEAT_COUNT,
    RUNG_UNANSWERED,
    SHORTEST_STEP,
    Move,
    next_move,
    own_ladder,
)
from rules.reach_out.state import Participant
from tests.world.participants import NOW, participant, ways


@st.composite
def ladders(draw: st.DrawFn) -> tuple[int, ...]:
    """A ladder that a person may set."""
    steps = draw(st.lists(st.integers(SHORTEST_STEP, LONGEST_STEP // 3), min_size=3, max_size=3))
    return own_ladder([sum(steps[:place]) for place in range(4)])


@st.composite
def circles(draw: st.DrawFn) -> list[Participant]:
    size = draw(st.integers(0, 6))
    return [
        participant(
            chr(number),
            draw(st.sampled_from([1, 2])),
            available=draw(st.booleans()),
            devices=draw(st.integers(0, 2)),
            channels=draw(st.integers(0, 1)),
            calls=draw(st.integers(0, 1)),
        )
        for number in range(size)
    ]


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["declines", "loses_phone", "gets_phone", "sleeps", "wakes", "receives", "leaves"]),
        st.integers(0, 6),
    ),
    max_size=12,
)
"""After which move, what, and whose."""


@dataclass
class Night:
    """A reach-out that nobody ever answers, as time drives it; `people` change as the night goes on."""

    steps: tuple[int, ...]
    people: dict[UUID, Participant]
    now: datetime = NOW
    rung: int = 0
    moves: list[tuple[datetime, Move]] = field(default_factory=list)

    def move(self) -> Move:
        made = next_move(self.steps, self.rung, list(self.people.values()), self.now)
        for person_id in made.notify:
            self.people[person_id] = replace(self.people[person_id], told_at=self.now)
        self.rung = made.rung
        self.moves.append((self.now, made))
        return made

    def happens(self, what: str, number: int) -> None:
        person_id = UUID(int=number)
        one = self.people.get(person_id)
        if one is None:
            return
        if what == "leaves":
            del self.people[person_id]
            return
        changes: dict[str, dict[str, Any]] = {
            "declines": {"answer": AnswerKind.CANNOT if one.told else None},
            "loses_phone": {"devices": ()},
            "gets_phone": {"devices": ways(1, 7)},
            "sleeps": {"available": False},
            "wakes": {"available": True},
            "receives": {"delivered_at": self.now if one.told else None},
        }
        self.people[person_id] = replace(one, **changes[what])


def run(steps: tuple[int, ...], circle: list[Participant], events: list[tuple[int, str, int]]) -> Night:
    night = Night(steps, {one.person_id: one for one in circle})
    while True:
        made = night.move()
        for after, what, number in events:
            if after == len(night.moves):
                night.happens(what, number)
        if made.next_at is None:
            return night
        hurried = night.rung < RUNG_UNANSWERED and ladder.nobody_reachable(
            night.rung, list(night.people.values()), night.now
        )
        night.now = night.now + timedelta(seconds=1) if hurried else made.next_at


@given(ladders(), circles(), EVENTS)
def test_every_ladder_that_nobody_answers_ends_with_the_truth(
    steps: tuple[int, ...], circle: list[Participant], events: list[tuple[int, str, int]]
) -> None:
    night = run(steps, circle, events)
    truths = [at for at, move in night.moves if move.announce_unanswered]
    assert len(truths) == 1
    assert truths[0] <= NOW + timedelta(seconds=steps[-1]), "never later than the ladder says"
    assert night.rung == LAST_RUNG
    assert night.moves[-1][0] == truths[0] + REPEAT_COUNT * ladder.REPEAT_EVERY
    assert night.now < NOW + REACH_OUT_LIFETIME
    assert len(night.moves) <= LAST_RUNG


@given(ladders(), circles(), EVENTS)
def test_time_passes_between_two_moves(
    steps: tuple[int, ...], circle: list[Participant], events: list[tuple[int, str, int]]
) -> None:
    moments = [at for at, _ in run(steps, circle, events).moves]
    assert all(earlier < later for earlier, later in pairwise(moments))


@given(ladders(), circles(), EVENTS)
def test_nobody_is_told_twice_and_no_move_reaches_one_phone_twice(
    steps: tuple[int, ...], circle: list[Participant], events: list[tuple[int, str, int]]
) -> None:
    night = run(steps, circle, events)
    told = [person_id for _, move in night.moves for person_id in move.notify]
    assert len(told) == len(set(told))
    for _, move in night.moves:
        assert len(set(move.notify) | set(move.repush)) == len(move.notify) + len(move.repush)
        assert len(set(move.channels)) == len(move.channels)
        assert len(set(move.calls)) == len(move.calls)
        assert not move.calls or move.rung >= ladder.RUNG_AGAIN


@given(ladders(), circles())
def test_everyone_is_told_by_rung_3_and_nobody_who_cannot_hear_is_pushed(
    steps: tuple[int, ...], circle: list[Participant]
) -> None:
    night = Night(steps, {one.person_id: one for one in circle})
    while night.rung < ladder.RUNG_AGAIN:
        before = dict(night.people)
        made = night.move()
        assert all(ladder.pushable(before[person_id], night.now) for person_id in made.repush)
        assert all(ladder.callable_by_channel(before[person_id], night.now) for person_id in made.channels)
        assert all(ladder.callable_by_phone(before[person_id], night.now) for person_id in made.calls)
        night.now = made.next_at or night.now
    assert all(one.told for one in night.people.values())


@given(ladders(), circles(), st.integers(1, 3))
def test_a_move_rests_only_where_somebody_can_hear_it(
    steps: tuple[int, ...], circle: list[Participant], rung: int
) -> None:
    move = next_move(steps, rung - 1, circle, NOW)
    by_id = {one.person_id: one for one in circle}
    if move.rung < RUNG_UNANSWERED:
        pushed = any(ladder.pushable(by_id[person_id], NOW) for person_id in move.notify)
        assert move.repush or move.channels or move.calls or pushed
