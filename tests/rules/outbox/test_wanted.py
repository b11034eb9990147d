"""Whether a push may still be sent, case by case; and when a failed push is retried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import AnswerKind, NoticeKind
from rules.outbox.wanted import (
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    MAX_ATTEMPTS_BEFORE_PARKED,
    MAX_DELIVERY_AGE,
    Facts,
    next_try,
    wanted,
)

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)

TO_A_MEMBER = Facts(
    kind=NoticeKind.REACH_OUT,
    address_open=True,
    address_is_recipients=True,
    dismissed=False,
    about_reach_out=True,
    about_bookend=False,
    to_its_owner=False,
    open=True,
    answered=False,
    told=True,
    gone=False,
    muted=False,
    answer=None,
    member=True,
    available=True,
)
K = NoticeKind


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (True, {}),
        (False, {"address_open": False}),
        (False, {"address_is_recipients": False}),
        (False, {"dismissed": True}),
        (False, {"told": False}),
        (False, {"gone": True}),
        (False, {"member": False}),
        (False, {"open": False}),
        (False, {"available": False}),
        (False, {"answer": AnswerKind.CANNOT}),
        (True, {"answer": AnswerKind.CALLING}),
        # That somebody has answered is news for those who could not, and no reason to wake those who are asleep.
        (True, {"kind": K.ANSWERED, "answered": True, "answer": AnswerKind.CANNOT}),
        (True, {"kind": K.MESSAGE}),
        (False, {"kind": K.MESSAGE, "open": False}),
        # A message waits for the hours of members who have not said that they are there.
        (False, {"kind": K.MESSAGE, "available": False}),
        (False, {"kind": K.MESSAGE, "available": False, "answer": AnswerKind.CANNOT}),
        (True, {"kind": K.MESSAGE, "available": False, "answer": AnswerKind.HERE}),
        (False, {"kind": K.MESSAGE, "available": False, "answer": AnswerKind.HERE, "muted": True}),
        (False, {"kind": K.ANSWERED, "answered": True, "available": False}),
        (True, {"kind": K.ANSWERED, "answered": True, "available": False, "answer": AnswerKind.SOON}),
        (True, {"kind": K.MESSAGE, "available": False, "to_its_owner": True}),
        (True, {"kind": K.ALL_CLEAR, "open": False, "available": False}),
        (False, {"kind": K.MESSAGE, "gone": True}),
        (False, {"kind": K.ANSWERED, "answered": True, "member": False}),
        # The all-clear follows the close; `ended` may come when the reach-out no longer exists.
        (True, {"kind": K.ALL_CLEAR, "open": False}),
        (False, {"kind": K.ALL_CLEAR, "open": False, "member": False}),
        (False, {"kind": K.ALL_CLEAR, "open": False, "dismissed": True}),
        (True, {"kind": K.ENDED, "open": False, "told": False, "member": False}),
        (False, {"kind": K.ENDED, "open": False, "dismissed": True}),
        (False, {"kind": K.ENDED, "open": False, "muted": True}),
        # Shared check-ins and reach-ins wait for the recipient's hours.
        (True, {"kind": K.CHECK_IN, "about_reach_out": False, "told": False, "member": False}),
        (False, {"kind": K.REACH_IN, "about_reach_out": False, "available": False}),
        # To the person who pressed.
        (True, {"kind": K.ANSWERED, "answered": True, "to_its_owner": True, "told": False, "member": False}),
        (False, {"kind": K.ANSWERED, "to_its_owner": True, "open": False}),
        (True, {"kind": K.UNANSWERED, "to_its_owner": True, "told": False, "member": False}),
        # No push says that somebody is there, or that nobody is, once that is no longer true.
        (False, {"kind": K.ANSWERED, "to_its_owner": True}),
        (False, {"kind": K.ANSWERED}),
        (False, {"kind": K.ARE_YOU_TALKING, "to_its_owner": True}),
        (False, {"kind": K.UNANSWERED, "to_its_owner": True, "answered": True}),
        # While the practice goes on and waits for them, within their hours.
        (True, {"kind": K.PRACTICE, "about_reach_out": False, "practising": True, "told": False, "member": False}),
        (False, {"kind": K.PRACTICE, "about_reach_out": False, "practising": False}),
        (False, {"kind": K.PRACTICE, "about_reach_out": False, "practising": True, "available": False}),
        (False, {"kind": K.PRACTICE, "about_reach_out": False, "practising": True, "dismissed": True}),
        # About the circle or the phone itself.
        (True, {"kind": K.INVITATION_ACCEPTED, "about_reach_out": False, "member": False, "open": False}),
        (False, {"kind": K.INVITATION_ACCEPTED, "about_reach_out": False, "dismissed": True}),
        (True, {"kind": K.TEST, "about_reach_out": False, "dismissed": True}),
        (False, {"kind": K.TEST, "about_reach_out": False, "address_open": False}),
    ],
)
def test_recheck_at_the_moment_of_sending(expected: bool, changes: dict[str, object]) -> None:
    assert wanted(replace(TO_A_MEMBER, **changes)) is expected  # type: ignore[arg-type]


@given(
    kind=st.sampled_from(list(NoticeKind)),
    facts=st.fixed_dictionaries(
        {name: st.booleans() for name in ("dismissed", "open", "told", "gone", "member", "available")}
    ),
    answer=st.none() | st.sampled_from(list(AnswerKind)),
)
def test_somebody_outside_is_pushed_only_the_end_of_a_reach_out(
    kind: NoticeKind, facts: dict[str, bool], answer: AnswerKind | None
) -> None:
    outside = facts["gone"] or not facts["told"] or not facts["member"]
    delivery_facts = replace(TO_A_MEMBER, kind=kind, answer=answer, **facts)
    if outside and kind not in {NoticeKind.ENDED, NoticeKind.TEST}:
        assert not wanted(delivery_facts)


def retry_waits(jitter: float) -> list[float]:
    seconds = []
    for attempt in range(1, 14):
        again = next_try(attempt, NOW, NOW, None, jitter)
        assert again is not None
        seconds.append((again - NOW).total_seconds())
    return seconds


def test_retry_waits_double_up_to_five_minutes() -> None:
    assert retry_waits(1.0) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert retry_waits(0.0) == [wait / 2 for wait in retry_waits(1.0)]


@given(attempt=st.integers(1, MAX_ATTEMPTS_BEFORE_PARKED - 1), jitter=st.floats(0, 1))
def test_retry_waits_stay_within_their_bounds(attempt: int, jitter: float) -> None:
    again = next_try(attempt, NOW, NOW, None, jitter)
    assert again is not None
    assert FIRST_RETRY_SECONDS / 2 <= (again - NOW).total_seconds() <= LONGEST_RETRY_SECONDS


def test_retry_after_wins_but_is_never_in_the_past() -> None:
    retry_after = NOW + timedelta(minutes=30)
    assert next_try(1, NOW, NOW, retry_after, 0.5) == retry_after
    assert next_try(1, NOW, NOW, NOW - timedelta(hours=1), 0.5) == NOW


def test_a_delivery_is_given_up_after_a_day_or_fifty_attempts() -> None:
    assert next_try(1, NOW - MAX_DELIVERY_AGE + timedelta(seconds=1), NOW, None, 0) is not None
    assert next_try(1, NOW - MAX_DELIVERY_AGE, NOW, None, 0) is None
    assert next_try(MAX_ATTEMPTS_BEFORE_PARKED, NOW, NOW, NOW + timedelta(seconds=1), 0) is None
