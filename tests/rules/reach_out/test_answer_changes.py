"""When a changed answer is announced: six changes a minute at once, the seventh when the minute is over, and none twice."""

from dataclasses import replace
from datetime import datetime
from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.enums import AnswerKind, NoticeKind
from rules.reach_out.bounds.answer_changes import CHANGES_WINDOW, MAX_CHANGES_A_MINUTE, announced_from
from rules.reach_out.machine import decide
from rules.reach_out.state import AnswerGiven, ClockDue, Snapshot, Talking
from rules.reach_out.storage.stages import due_at
from tests.world.participants import NOW, OWNER, participant, reach_out, seconds, told

A = participant("A").person_id
CALLING, CANNOT = AnswerKind.CALLING, AnswerKind.CANNOT


@pytest.mark.parametrize(
    ("sixth", "held", "expected"),
    [
        (None, None, None),
        (-60, None, None),
        (-59, None, 1),
        (0, None, 60),
        (-1, 30, 30),
        (-61, -1, None),
    ],
    ids=["fewer changes", "a minute ago", "just within", "at once", "keeps its time", "the minute is over"],
)
def test_when_a_change_is_announced(sixth: float | None, held: float | None, expected: float | None) -> None:
    def moment(offset: float | None) -> datetime | None:
        return None if offset is None else NOW + seconds(offset)

    one = told("A", sixth_change_at=moment(sixth), announce_at=moment(held))
    assert announced_from(one, NOW) == moment(expected)


def flip(snapshot: Snapshot, made: list[datetime], kind: AnswerKind, now: datetime) -> tuple[Snapshot, int]:
    """Let A answer, as the store reads it: return the state after, and how many notices of an answer the person gets."""
    changes = made[1:]
    sixth = changes[-MAX_CHANGES_A_MINUTE] if len(changes) >= MAX_CHANGES_A_MINUTE else None
    one = snapshot.participant(A)
    assert one is not None
    change = decide(snapshot.with_participants(replace(one, sixth_change_at=sixth)), AnswerGiven(A, kind), now)
    made.append(now)
    return change.after, notices(change.announcements)


def notices(announcements: object) -> int:
    return sum(each.kind is NoticeKind.ANSWERED and each.person_id == OWNER for each in announcements)  # type: ignore[attr-defined]


def test_the_seventh_change_is_kept_holds_the_ladder_and_is_announced_when_the_minute_is_over() -> None:
    snapshot, made = reach_out(told("A"), told("B")), list[datetime]()
    kinds = [CALLING, CANNOT, CALLING, CANNOT, CALLING, CANNOT, CALLING, CANNOT, CALLING]
    told_at_once = 0
    for second, kind in enumerate(kinds):
        snapshot, count = flip(snapshot, made, kind, NOW + seconds(second))
        told_at_once += count
    assert told_at_once == 4, "the first answer, and three of the six changes; a word taken back is no notice"
    one = snapshot.participant(A)
    assert one is not None
    assert one.answer is CALLING, "it is kept"
    assert one.announce_at == NOW + seconds(2) + CHANGES_WINDOW, "a minute after the sixth change before it"
    assert due_at(snapshot) == one.announce_at, "a row with a due time: a crash loses nothing"
    early = decide(snapshot, ClockDue(), one.announce_at - seconds(1))
    assert notices(early.announcements) == 0
    late = decide(snapshot, ClockDue(), one.announce_at)
    assert notices(late.announcements) == 1
    assert [each.person_id for each in late.announcements if each.kind is NoticeKind.ANSWERED] == [
        OWNER,
        told("B").person_id,
    ]
    assert notices(decide(late.after, ClockDue(), one.announce_at + seconds(1)).announcements) == 0


def test_what_was_taken_back_meanwhile_is_not_announced() -> None:
    one = told("A", answer=CANNOT, answered_at=NOW, announce_at=NOW)
    change = decide(reach_out(one, told("B")), ClockDue(), NOW)
    assert notices(change.announcements) == 0
    assert all(each.announce_at is None for each in change.after.participants)


def test_the_question_whether_they_are_talking_waits_too() -> None:
    one = told("A", answer=CALLING, answered_at=NOW, sixth_change_at=NOW)
    change = decide(reach_out(one, told("B")), Talking(A), NOW)
    assert NoticeKind.ARE_YOU_TALKING not in {each.kind for each in change.announcements}
    assert due_at(change.after) is not None
    after = decide(change.after, ClockDue(), NOW + CHANGES_WINDOW)
    assert NoticeKind.ARE_YOU_TALKING in {each.kind for each in after.announcements}


@given(st.lists(st.sampled_from([0.1, 1.0, 3.0, 30.0]), max_size=60))
@example([0.1] * 40)
def test_no_minute_announces_more_than_seven_and_the_last_word_is_never_lost(waits: list[float]) -> None:
    steps = list(zip(waits, cycle([CALLING, CANNOT]), strict=False))
    snapshot, made, announced = reach_out(told("A"), told("B")), list[datetime](), list[datetime]()
    now = NOW
    for wait, kind in steps:
        until = now + seconds(wait)
        snapshot, announced = run(snapshot, until, announced)
        now = until
        snapshot, count = flip(snapshot, made, kind, now)
        announced += [now] * count
    one = snapshot.participant(A)
    assert one is not None
    assert one.answer is (steps[-1][1] if steps else None)
    assert one.announce_at is None or one.announce_at <= now + CHANGES_WINDOW
    for begin in announced:
        assert len([at for at in announced if begin <= at < begin + CHANGES_WINDOW]) <= MAX_CHANGES_A_MINUTE + 1
    owed = one.announce_at is not None and one.stands
    _, after = run(snapshot, now + CHANGES_WINDOW, [])
    assert len(after) == owed


def run(snapshot: Snapshot, until: datetime, announced: list[datetime]) -> tuple[Snapshot, list[datetime]]:
    """Let the worker do what is due for A's word alone, as soon as it is due."""
    one = snapshot.participant(A)
    if one is None or one.announce_at is None or one.announce_at > until:
        return snapshot, announced
    change = decide(snapshot, ClockDue(), one.announce_at)
    return change.after, [*announced, *[one.announce_at] * notices(change.announcements)]
