"""When a push may go to somebody: hours in their own time zone, over gaps and folds; mute; to be woken any time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import available, within

BERLIN = "Europe/Berlin"
SUNDAY = 6
TUESDAY = 1


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(day: int, start: str, end: str) -> dict[str, object]:
    return {"day": day, "from": start, "to": end}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-10 08:59:59", False),
        ("2026-03-10 09:00", True),
        ("2026-03-10 16:59:59", True),
        ("2026-03-10 17:00", False),
        ("2026-03-11 12:00", False),
    ],
)
def test_hours_begin_on_time_and_end_on_time(moment: str, expected: bool) -> None:
    assert within([window(TUESDAY, "09:00", "17:00")], "UTC", utc(moment)) is expected


def test_it_is_the_day_where_the_person_is_that_counts() -> None:
    tuesday = [window(TUESDAY, "00:00", "24:00")]
    assert within(tuesday, "Pacific/Auckland", utc("2026-03-09 12:00"))
    assert not within(tuesday, "Pacific/Auckland", utc("2026-03-10 12:00"))
    assert within(tuesday, "America/Los_Angeles", utc("2026-03-11 06:00"))
    assert within([window(2, "05:30", "06:00")], "Asia/Kolkata", utc("2026-03-11 00:15"))


def test_the_hour_that_spring_takes_away_is_missed_by_nobody() -> None:
    # On 29 March 2026, Berlin's clocks go from 02:00 straight to 03:00.
    inside = [window(SUNDAY, "02:00", "03:00")]
    assert not any(within(inside, BERLIN, utc("2026-03-29 00:30") + timedelta(minutes=m)) for m in range(120))
    around = [window(SUNDAY, "01:30", "03:30")]
    minutes = sum(within(around, BERLIN, utc("2026-03-29 00:00") + timedelta(minutes=m)) for m in range(240))
    assert minutes == 60


def test_the_hour_that_autumn_gives_back_counts_twice() -> None:
    # On 25 October 2026, Berlin's clocks go from 03:00 back to 02:00.
    fold = [window(SUNDAY, "02:00", "03:00")]
    minutes = sum(within(fold, BERLIN, utc("2026-10-24 22:00") + timedelta(minutes=m)) for m in range(480))
    assert minutes == 120


@given(
    minutes=st.integers(0, 15 * 365 * 1440),
    zone=st.sampled_from([BERLIN, "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_a_week_without_gaps_is_always_within_hours(minutes: int, zone: str) -> None:
    now = utc("2020-01-01") + timedelta(minutes=minutes)
    assert within([window(day, "00:00", "24:00") for day in range(7)], zone, now)
    today = now.astimezone(ZoneInfo(zone)).weekday()
    assert not within([window((today + 1) % 7, "00:00", "24:00")], zone, now)


@pytest.mark.parametrize(
    ("hours", "muted", "wake_me", "expected"),
    [
        (None, False, False, True),
        ([], False, False, True),
        ("now", False, False, True),
        ("later", False, False, False),
        ("later", False, True, True),
        (None, True, False, False),
        ("now", True, True, False),
    ],
)
def test_who_is_available(hours: object, muted: bool, wake_me: bool, expected: bool) -> None:
    now = utc("2026-03-10 20:00")
    windows = {"now": [window(TUESDAY, "20:00", "21:00")], "later": [window(TUESDAY, "21:00", "22:00")]}
    until = now + timedelta(hours=1) if muted else now - timedelta(hours=1)
    declared = windows[hours] if isinstance(hours, str) else hours
    assert available(declared, "UTC", until, now, wake_me=wake_me) is expected  # type: ignore[arg-type]
