"""When a practice is over, when the next may begin, and how far it came to one member: case by case."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import DeliveryState
from rules.practice.ends import (
    PRACTICE_LIFETIME,
    PracticePush,
    PracticeState,
    next_practice_at,
    practice_over_at,
    progress,
)

BEGAN = datetime(2026, 3, 10, 18, tzinfo=UTC)
ENDS = BEGAN + PRACTICE_LIFETIME
HOUR = timedelta(hours=1)
S = DeliveryState
P = PracticeState


@pytest.mark.parametrize(
    ("ended_at", "pressed_at", "over_at"),
    [
        (None, None, ENDS),
        (BEGAN + HOUR, None, BEGAN + HOUR),
        (None, BEGAN + HOUR, BEGAN + HOUR),
        (BEGAN + 2 * HOUR, BEGAN + HOUR, BEGAN + HOUR),
        (BEGAN + HOUR, BEGAN + 2 * HOUR, BEGAN + HOUR),
        # A press that was written beside the beginning of the practice, and began a moment before it.
        (None, BEGAN - timedelta(seconds=1), BEGAN),
        (None, ENDS + HOUR, ENDS),
    ],
)
def test_a_practice_is_over(ended_at: datetime | None, pressed_at: datetime | None, over_at: datetime) -> None:
    assert practice_over_at(BEGAN, ENDS, ended_at, pressed_at) == over_at


def test_one_in_a_week() -> None:
    assert next_practice_at(None, BEGAN) == BEGAN
    assert next_practice_at(BEGAN, ENDS) == BEGAN + timedelta(days=7)
    assert next_practice_at(BEGAN, BEGAN + timedelta(days=9)) == BEGAN + timedelta(days=9)


def push(
    state: DeliveryState, *, due: int = 0, handed: bool = False, delivered: bool = False, channel: str | None = None
) -> PracticePush:
    """Return a push that is due so many hours after the beginning."""
    return PracticePush(
        state, BEGAN + due * HOUR, BEGAN if handed else None, BEGAN + HOUR if delivered else None, channel
    )


SENT = push(S.SENT, handed=True)
ARRIVED = push(S.SENT, handed=True, delivered=True)
BY_SMS = push(S.SENT, handed=True, channel="sms")
WAITING = push(S.PENDING, due=14)


@pytest.mark.parametrize(
    ("expected", "pushes", "after", "over"),
    [
        (P.ON_ITS_WAY, (push(S.PENDING),), 1, False),
        (P.ON_ITS_WAY, (SENT,), 1, False),
        (P.ON_ITS_WAY, (SENT, push(S.DEAD)), 1, False),
        (P.ON_ITS_WAY, (push(S.PENDING), push(S.FAILED)), 1, False),
        (P.ARRIVED, (ARRIVED, SENT), 1, False),
        (P.ARRIVED, (ARRIVED,), 30, True),
        (P.WAITS, (WAITING, WAITING), 1, False),
        # The hours have come, and the push is on its way.
        (P.ON_ITS_WAY, (WAITING,), 15, False),
        # Nothing arrived, for good.
        (P.NOTHING, (push(S.DEAD),), 1, False),
        (P.NOTHING, (push(S.FAILED), push(S.DEAD)), 30, True),
        # A missing receipt alone accuses nobody; that no sign came back is said once it is over.
        (P.SILENT, (SENT,), 30, True),
        (P.SILENT, (BY_SMS,), 30, True),
        (P.ON_ITS_WAY, (BY_SMS,), 1, False),
        # Called off, or nothing that their hours would let through.
        (P.QUIET, (push(S.CANCELLED),), 1, False),
        (P.QUIET, (WAITING,), 2, True),
        (P.QUIET, (), 1, False),
    ],
)
def test_how_far_it_came(
    expected: PracticeState, pushes: tuple[PracticePush, ...], after: int, over: bool
) -> None:  # fmt: skip
    come = progress(None, pushes, has_phone=True, over=over, now=BEGAN + after * HOUR)
    assert come.state is expected
    assert come.next_at == (BEGAN + 14 * HOUR if expected is P.WAITS else None)


def test_without_a_phone() -> None:
    assert progress(None, (), has_phone=False, over=False, now=BEGAN).state is P.NO_PHONE


@given(
    pushes=st.lists(st.sampled_from((SENT, ARRIVED, BY_SMS, WAITING, push(S.DEAD), push(S.CANCELLED)))),
    over=st.booleans(),
)
def test_what_was_seen_is_seen_and_the_times_are_those_of_the_pushes(pushes: list[PracticePush], over: bool) -> None:
    now = BEGAN + 2 * HOUR
    seen = progress(BEGAN + HOUR, tuple(pushes), has_phone=True, over=over, now=now)
    assert seen.state is P.SEEN
    assert seen.next_at is None
    unseen = progress(None, tuple(pushes), has_phone=True, over=over, now=now)
    assert (seen.handed_at, seen.delivered_at) == (unseen.handed_at, unseen.delivered_at)
    # SMS is another way than the phone's own notification.
    assert (seen.handed_at is not None) == any(push in {SENT, ARRIVED} for push in pushes)
    assert (unseen.state is P.ARRIVED) == (ARRIVED in pushes)
