"""Times of the day in every time zone over two years: each comes once on its day, whatever the clocks there do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.accounts.people import time_zones
from rules.daily.local_time import end_of_day, moment_on, next_moment

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=731)
EVERY_DAY = range(7)
AT = ["00:00", "02:30", "09:00"]
"""Midnight, which some zones skip; a time that most clock changes skip or show twice; one that none touches."""


@pytest.mark.parametrize("name", sorted(time_zones()))
def test_a_time_comes_once_a_day_for_two_years(name: str) -> None:
    zone = ZoneInfo(name)
    at = AT[len(name) % 2]
    days: list[date] = []
    moment = next_moment(at, EVERY_DAY, zone, START)
    while moment < END:
        days.append(moment.astimezone(zone).date())
        shown = f"{moment.astimezone(zone):%H:%M}"
        # In a gap it comes with the first instant after it, which is never more than a few hours later.
        assert shown == at or (at < shown and moment - timedelta(seconds=1) < _as_before(moment, at, zone))
        moment = next_moment(at, EVERY_DAY, zone, moment)
    assert days == [days[0] + timedelta(days=count) for count in range(len(days))]


def _as_before(moment: datetime, at: str, zone: ZoneInfo) -> datetime:
    """The instant at which clocks would have shown `at`, had they not been changed."""
    offset = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta()
    hour, minute = map(int, at.split(":"))
    local = moment.astimezone(zone)
    return datetime(local.year, local.month, local.day, hour, minute, tzinfo=UTC) - offset


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "02:30", "2026-03-29T01:00"),  # a gap: the first instant after it
        ("Europe/Berlin", date(2026, 10, 25), "02:30", "2026-10-25T00:30"),  # shown twice: the first time
        ("America/New_York", date(2026, 3, 8), "02:00", "2026-03-08T07:00"),
        ("Africa/Cairo", date(2026, 4, 24), "00:30", "2026-04-23T22:00"),  # midnight itself is skipped
        ("Pacific/Apia", date(2011, 12, 30), "21:00", "2011-12-30T10:00"),  # the whole day is skipped
        ("Asia/Kathmandu", date(2026, 7, 1), "21:00", "2026-07-01T15:15"),
        ("UTC", date(2026, 7, 1), "21:00", "2026-07-01T21:00"),
    ],
)
def test_clock_changes(zone: str, day: date, at: str, expected: str) -> None:
    assert moment_on(day, at, ZoneInfo(zone)) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 23 * 60 + 59),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 (bounds are naive)
)
def test_the_next_moment_lies_ahead_on_a_chosen_day_and_none_is_left_out(
    name: str, days: set[int], minutes: int, after: datetime
) -> None:
    zone, at = ZoneInfo(name), f"{minutes // 60:02}:{minutes % 60:02}"
    moment = next_moment(at, days, zone, after)
    assert after < moment <= after + timedelta(days=8, hours=3)
    assert moment.astimezone(zone).weekday() in days
    between = [moment_on(after.date() + timedelta(days=ahead), at, zone) for ahead in range(-2, 10)]
    assert not [
        early for early in between if after < early < moment and early.astimezone(zone).date().weekday() in days
    ]


def test_a_day_ends_at_its_own_midnight() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert end_of_day(datetime(2026, 7, 1, 21, 59, tzinfo=UTC), berlin) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert end_of_day(datetime(2026, 7, 1, 22, tzinfo=UTC), berlin) == datetime(2026, 7, 2, 22, tzinfo=UTC)


def test_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no weekday"):
        next_moment("09:00", (), UTC, START)
