"""The decision of a bookend, case by case: `next_step` and the state that is shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bookend.schedule import BookendStep, State, derive_state, next_step

DUE = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return DUE + timedelta(minutes=minutes)


# minutes after the due time, nudges so far -> nudge now, tell the companion, nudges then, minutes of the next look
CASES = [
    (-60, 0, False, False, 0, 0),  # not due: look again when it is
    (-0.001, 0, False, False, 0, 0),
    (0, 0, True, False, 1, 10),  # due: a nudge
    (3, 0, True, False, 1, 10),  # the worker was late: the second one keeps its time
    (3, 1, False, False, 1, 10),  # nothing twice
    (10, 1, True, False, 2, 20),  # the second nudge
    (12, 0, True, False, 2, 20),  # both missed: one nudge does for both
    (12, 2, False, False, 2, 20),
    (20, 2, False, True, 2, None),  # the companion
    (20, 1, False, True, 1, None),  # the second nudge was missed: the companion is not told later for it
    (300, 0, True, True, 1, None),  # a long outage: nobody is told of somebody who was not nudged at all
]


@pytest.mark.parametrize(("minutes", "nudges", "nudge", "tell", "then", "again"), CASES)
def test_the_table(minutes, nudges, nudge, tell, then, again):
    expected = BookendStep(nudge=nudge, tell=tell, nudges=then, next_at=None if again is None else at(again))
    assert next_step(DUE, nudges, at(minutes)) == expected


@given(st.lists(st.floats(min_value=0.01, max_value=45), min_size=1, max_size=40))
def test_whenever_the_worker_comes_by_the_story_is_the_same(waits):
    """One or two nudges, then the companion once, never early, and each look leaves a clock until then."""
    minutes, nudges, nudged, told = -30.0, 0, [], []
    for wait in [*waits, 60.0, 60.0]:
        minutes += wait
        step = next_step(DUE, nudges, at(minutes))
        nudges = step.nudges
        nudged += [minutes] if step.nudge else []
        told += [minutes] if step.tell else []
        if step.tell:
            break
        assert step.next_at is not None
        assert step.next_at > at(minutes)
    assert 1 <= len(nudged) <= 2
    assert min(nudged) >= 0
    assert len(told) == 1
    assert told[0] >= 20


@pytest.mark.parametrize(
    ("minutes", "next_at", "checked_in", "expected"),
    [
        (-5, at(0), None, State.PLANNED),
        (0, at(0), None, State.DUE),  # due, and the worker has not come by yet
        (5, at(10), None, State.DUE),
        (25, None, None, State.MISSED),
        (25, None, at(24), State.CHECKED_IN),
        (-5, None, at(-6), State.CHECKED_IN),
    ],
)
def test_the_state_that_is_shown(minutes, next_at, checked_in, expected):
    assert derive_state(DUE, next_at, checked_in, at(minutes)) is expected
