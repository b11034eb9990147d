"""When a commitment is due, ends, and may be spoken of: decided without a database, in zones whose clocks change."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.accounts.people import time_zones
from rules.daily.commitment.schedule import (
    CommitmentTerms,
    decide_turn,
    due_event,
    end_moment,
    ended_push_at,
    is_speakable,
    next_clock,
    next_due,
    recent_days,
)
from rules.daily.local_time import local_date

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAYS = CommitmentTerms([1], "18:00", date(2026, 4, 7))
ID = UUID("0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e")


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_time_still_to_come_today_is_due_today() -> None:
    assert next_due(TUESDAYS, BERLIN, utc("2026-03-10T16:59")) == utc("2026-03-10T17:00")
    assert next_due(TUESDAYS, BERLIN, utc("2026-03-10T17:00")) == utc("2026-03-17T17:00")
    assert next_due(TUESDAYS, BERLIN, utc("2026-03-24T17:00")) == utc("2026-03-31T16:00"), "summer time has begun"
    assert next_due(TUESDAYS, BERLIN, utc("2026-04-07T16:00")) is None, "that was the last"


@pytest.mark.parametrize(
    ("now", "due", "push", "following"),
    [
        ("2026-03-10T16:59", None, False, "2026-03-10T17:00"),
        ("2026-03-10T17:00", date(2026, 3, 10), True, "2026-03-10T23:00"),
        ("2026-03-10T18:00", date(2026, 3, 10), True, "2026-03-10T23:00"),
        ("2026-03-10T18:01", date(2026, 3, 10), False, "2026-03-10T23:00"),  # too late for a push, not for the inbox
        ("2026-03-10T23:00", None, False, "2026-03-17T17:00"),  # the day is over
        ("2026-03-12T09:00", None, False, "2026-03-17T17:00"),  # after a long outage
    ],
)
def test_a_turn(now: str, due: date | None, push: bool, following: str) -> None:
    turn = decide_turn(TUESDAYS, BERLIN, utc(now))
    assert (turn.due_day, turn.push, turn.ended, turn.next_at) == (due, push, False, utc(following))


def test_it_ends_when_its_last_day_is_over_and_says_so_in_the_morning() -> None:
    midnight = utc("2026-04-07T22:00")
    assert end_moment(TUESDAYS, BERLIN) == midnight
    assert not decide_turn(TUESDAYS, BERLIN, midnight - timedelta(seconds=1)).ended
    assert decide_turn(TUESDAYS, BERLIN, midnight).ended
    assert decide_turn(TUESDAYS, BERLIN, midnight).next_at is None
    assert ended_push_at(BERLIN, midnight) == utc("2026-04-08T07:00")
    assert ended_push_at(BERLIN, utc("2026-04-08T12:00")) == utc("2026-04-08T12:00")


def test_of_which_days_one_may_speak() -> None:
    today = date(2026, 3, 31)
    assert is_speakable(TUESDAYS, today, today)
    assert is_speakable(TUESDAYS, date(2026, 3, 25), today)
    assert not is_speakable(TUESDAYS, date(2026, 3, 24), today)
    assert not is_speakable(TUESDAYS, date(2026, 4, 1), today)
    assert is_speakable(TUESDAYS, date(2026, 4, 7), date(2026, 4, 10)), (
        "it has ended; the days before can still be told"
    )
    assert not is_speakable(TUESDAYS, date(2026, 4, 8), date(2026, 4, 10))
    daily = CommitmentTerms(range(7), "18:00", date(2026, 4, 7))
    assert recent_days(daily, date(2026, 3, 29), today) == [today, date(2026, 3, 30), date(2026, 3, 29)]
    assert recent_days(TUESDAYS, date(2026, 1, 1), date(2026, 3, 30)) == [date(2026, 3, 24)]


def test_a_due_moment_has_one_event_until_it_is_moved() -> None:
    moved = CommitmentTerms([1], "20:00", TUESDAYS.ends_on)
    day = date(2026, 3, 10)
    assert due_event(ID, TUESDAYS, day) == due_event(ID, TUESDAYS, day)
    assert len({due_event(ID, terms, one) for terms in (TUESDAYS, moved) for one in (day, date(2026, 3, 17))}) == 4


@given(
    st.sampled_from(sorted(time_zones())),
    st.integers(0, 23),
    st.sampled_from([0, 30]),
    st.integers(0, 700 * 24 * 60),
)
def test_clocks_go_forward_and_each_day_is_due_once(name: str, hour: int, minute: int, begin: int) -> None:
    zone, now = ZoneInfo(name), utc("2026-01-01T00:00") + timedelta(minutes=begin)
    first = local_date(now, zone)
    terms = CommitmentTerms(range(7), f"{hour:02}:{minute:02}", first + timedelta(days=10))
    due: list[date] = []
    clock: datetime | None = next_clock(terms, zone, now)
    while clock is not None:
        assert clock > now
        now = clock
        turn = decide_turn(terms, zone, now)
        if turn.due_day is not None and turn.due_day not in due:
            assert turn.push
            due.append(turn.due_day)
        clock = turn.next_at
    assert turn.ended
    assert due == [due[0] + timedelta(days=count) for count in range(len(due))]
    assert due[-1] == terms.ends_on or local_date(end_moment(terms, zone), zone) > terms.ends_on + timedelta(days=1)
