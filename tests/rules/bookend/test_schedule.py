"""Bookend decisions, case by case: `next_step` and the derived state."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bookend.schedule import BookendStep, State, derive_state, next_step

DUE = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return DUE + timedelta(minutes=minutes)


# minutes after the due time, nudges so far -> nudge now, tell the companion, nudges after, minutes of the next step
CASES = [
    (-60, 0, False, False, 0, 0),  # not due: the next step is at the due time
    (-0.001, 0, False, False, 0, 0),
    (0, 0, True, False, 1, 10),  # due: a nudge
    (3, 0, True, False, 1, 10),  # the worker was late: the second nudge keeps its time
    (3, 1, False, False, 1, 10),  # no second nudge before its time
    (10, 1, True, False, 2, 20),  # the second nudge
    (12, 0, True, False, 2, 20),  # both missed: one nudge stands for both
    (12, 2, False, False, 2, 20),
    (20, 2, False, True, 2, None),  # the companion
    (20, 1, False, True, 1, None),  # the second nudge was missed: that does not delay the companion
    (300, 0, True, True, 1, None),  # a long outage: the companion is never told without a nudge
]


@pytest.mark.parametrize(("minutes", "nudges", "nudge", "tell", "then", "again"), CASES)
def test_next_step_follows_the_table(minutes, nudges, nudge, tell, then, again):
    expected = BookendStep(nudge=nudge, tell=tell, nudges=then, next_at=None if again is None else at(again))
    assert next_step(DUE, nudges, at(minutes)) == expected


@given(st.lists(st.floats(min_value=0.01, max_value=45), min_size=1, max_size=40))
def test_late_or_frequent_workers_give_the_same_nudges(waits):
    """Expect one or two nudges, then the companion once, never early, and a next step until then."""
    minutes, nudges, nudged_at, told_at = -30.0, 0, [], []
    for wait in [*waits, 60.0, 60.0]:
        minutes += wait
        step = next_step(DUE, nudges, at(minutes))
        nudges = step.nudges
        nudged_at += [minutes] if step.nudge else []
        told_at += [minutes] if step.tell else []
        if step.tell:
            break
        assert step.next_at is not None
        assert step.next_at > at(minutes)
    assert 1 <= len(nudged_at) <= 2
    assert min(nudged_at) >= 0
    assert len(told_at) == 1
    assert told_at[0] >= 20


@pytest.mark.parametrize(
    ("minutes", "next_at", "checked_in", "expected"),
    [
        (-5, at(0), None, State.PLANNED),
        (0, at(0), None, State.DUE),  # due, and not yet handled by a worker
        (5, at(10), None, State.DUE),
        (25, None, None, State.MISSED),
        (25, None, at(24), State.CHECKED_IN),
        (-5, None, at(-6), State.CHECKED_IN),
    ],
)
def test_derived_state(minutes, next_at, checked_in, expected):
    assert derive_state(DUE, next_at, checked_in, at(minutes)) is expected
