"""The weeks of connections in every time zone, and their medians."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.accounts.people import time_zones
from rules.daily.connection_weeks import Feelings, FeltWeek, middle_seconds, monday_of, week_starts

BERLIN = ZoneInfo("Europe/Berlin")
SPRING_SUNDAY_END = datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
"""The last second, in Berlin, of the Sunday on which its clocks go forward."""
INSTANT = timedelta(microseconds=1)


def test_a_week_with_a_clock_change_begins_and_ends_on_time() -> None:
    assert monday_of(SPRING_SUNDAY_END, BERLIN) == date(2026, 3, 23)
    assert monday_of(SPRING_SUNDAY_END + timedelta(seconds=1), BERLIN) == date(2026, 3, 30)
    starts = week_starts(BERLIN, SPRING_SUNDAY_END + timedelta(days=1), 3)
    assert [start.day.day for start in starts] == [30, 23, 16]
    assert [start.at for start in starts] == [
        SPRING_SUNDAY_END + timedelta(seconds=1),
        SPRING_SUNDAY_END + timedelta(seconds=1) - timedelta(days=7, hours=-1),
        SPRING_SUNDAY_END + timedelta(seconds=1) - timedelta(days=14, hours=-1),
    ]


@pytest.mark.parametrize("name", sorted(time_zones()))
def test_every_week_begins_with_its_monday_for_two_years(name: str) -> None:
    zone = ZoneInfo(name)
    starts = week_starts(zone, datetime(2028, 1, 5, tzinfo=UTC), 105)
    for start in starts:
        assert monday_of(start.at, zone) == start.day
        assert monday_of(start.at - INSTANT, zone) == start.day - timedelta(days=7)


@pytest.mark.parametrize(("waits", "expected"), [([], None), ([4.0], 4), ([1.0, 2.0], 2), ([9.0, 1.0, 2.4], 2)])
def test_the_median_time_to_an_answer(waits: list[float], expected: int | None) -> None:
    assert middle_seconds(waits) == expected


def test_a_median_of_few_waits_says_nothing_where_more_are_wanted() -> None:
    assert middle_seconds([1.0, 2.0], least=3) is None
    assert middle_seconds([1.0, 2.0, 3.0], least=3) == 2


def test_medians_count_what_was_given_and_how_often() -> None:
    feelings = Feelings()
    assert not feelings.any()
    feelings.add(seen=None, safe=None, soothed=None)
    assert not feelings.any()
    for _ in range(3):
        feelings.add(seen=3, safe=0, soothed=None)
    for _ in range(2):
        feelings.add(seen=0, safe=None, soothed=None)
    assert feelings.any()
    assert feelings.middle(date(2026, 3, 9)) == FeltWeek(date(2026, 3, 9), 3, 0, None)
