"""Weekly hours in every time zone over two years: no instant is lost or doubled, whatever its clocks do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.accounts.people import time_zones
from rules.circle import hours

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=731)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKS = timedelta(days=7)
"""No zone changes its clocks twice within this time."""
# Not a divisor of a day, so that every time of day is visited.
STRIDE = timedelta(hours=37, minutes=13)
ALIAS = timedelta(days=97, hours=7, minutes=13)
"""Stride for a further name of a zone that has been tested already."""
PARTS = [("00:00", "01:30"), ("01:30", "02:30"), ("02:30", "03:00"), ("03:00", "12:00"), ("12:00", "24:00")]
"""A whole day, cut at the times when clocks usually change."""
WEEK = [{"day": day, "from": begin, "to": end} for day in range(7) for begin, end in PARTS]


def instants(name: str, stride: timedelta) -> Iterator[datetime]:
    """Yield instants across the two years, and every minute of interest around each clock change."""
    moment = START
    while moment < END:
        yield moment
        moment += stride
    for change in changes(name):
        for minutes in (-90, -61, -60, -59, -31, -1, 0, 1, 29, 30, 31, 59, 60, 61, 90):
            yield change + minutes * MINUTE


@cache
def changes(name: str) -> list[datetime]:
    """Return the instants, to the minute, at which the zone's UTC offset changes."""
    zone = ZoneInfo(name)
    changed_at: list[datetime] = []
    day = START
    while day < END:
        if _offset(zone, day) != _offset(zone, day + WEEKS):
            low, high = day, day + WEEKS
            while high - low > MINUTE:
                middle = low + (high - low) // (2 * MINUTE) * MINUTE
                if _offset(zone, middle) == _offset(zone, low):
                    low = middle
                else:
                    high = middle
            changed_at.append(high)
        day += WEEKS
    return changed_at


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def local_day_and_minute(name: str, moment: datetime) -> tuple[int, int]:
    """Return day of the week and minute of the day, computed from the UTC offset alone."""
    since_monday = moment - datetime(2026, 1, 5, tzinfo=UTC) + _offset(ZoneInfo(name), moment)
    days, rest = divmod(since_monday, DAY)
    return days % 7, rest // MINUTE


def test_every_time_zone_over_two_years():
    """At every instant exactly one window of a partitioned week is open: the one at the local time."""
    looked = 0
    walked: set[tuple[timedelta, ...]] = set()
    for name in sorted(time_zones()):
        zone = ZoneInfo(name)
        shape = tuple(_offset(zone, START + n * WEEKS) for n in range(105))
        stride = ALIAS if shape in walked else STRIDE
        walked.add(shape)
        for moment in instants(name, stride):
            day, minute = local_day_and_minute(name, moment)
            clock = f"{minute // 60:02}:{minute % 60:02}"
            expected = next(w for w in WEEK if w["day"] == day and str(w["from"]) <= clock < str(w["to"]))
            nearby = [w for w in WEEK if w["day"] in {day, (day + 1) % 7, (day - 1) % 7}]
            if moment.minute % 7 == 0:
                assert [w for w in nearby if hours.within([w], name, moment)] == [expected], (name, moment)
            else:
                assert hours.within([expected], name, moment), (name, moment)
            looked += 1
    assert len(walked) > 50
    assert looked > 25_000


@pytest.mark.parametrize(
    ("name", "night", "begin", "end", "minutes"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC), "01:00", "04:00", 120),  # the clocks go forward
        ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC), "02:00", "03:00", 0),  # this hour does not happen
        ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC), "01:00", "04:00", 240),  # and back
        ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC), "02:00", "03:00", 120),  # this one happens twice
        ("America/New_York", datetime(2026, 3, 7, tzinfo=UTC), "02:15", "02:45", 0),
        ("America/New_York", datetime(2026, 10, 31, tzinfo=UTC), "01:00", "02:00", 120),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC), "01:00", "03:00", 150),  # half an hour back
        ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC), "01:00", "03:00", 90),
        ("Asia/Kathmandu", datetime(2026, 5, 2, tzinfo=UTC), "01:00", "03:00", 120),  # 5:45 ahead, never changed
        ("Pacific/Kiritimati", datetime(2026, 5, 2, tzinfo=UTC), "00:00", "24:00", 1440),  # 14 hours ahead
    ],
)
def test_a_window_in_a_night_of_a_clock_change(name, night, begin, end, minutes):
    """Count the minutes of one Sunday's window."""
    window = {"day": 6, "from": begin, "to": end}
    opened = [
        moment for moment in (night + n * MINUTE for n in range(3 * 1440)) if hours.within([window], name, moment)
    ]
    assert len(opened) == minutes


def test_the_end_of_a_window_is_exclusive():
    evening = [{"day": 1, "from": "20:00", "to": "22:00"}]
    assert not hours.within(evening, "UTC", datetime(2026, 3, 10, 19, 59, 59, 999999, tzinfo=UTC))
    assert hours.within(evening, "UTC", datetime(2026, 3, 10, 20, 0, tzinfo=UTC))
    assert hours.within(evening, "UTC", datetime(2026, 3, 10, 21, 59, 59, 999999, tzinfo=UTC))
    assert not hours.within(evening, "UTC", datetime(2026, 3, 10, 22, 0, tzinfo=UTC))
    assert not hours.within(evening, "UTC", datetime(2026, 3, 11, 21, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("begin", "end", "at", "expected"),
    [
        ("22:00", "23:59", (23, 58, 59), True),
        ("22:00", "23:59", (23, 59, 0), True),
        ("22:00", "23:59", (23, 59, 59), True),  # the day's last minute is never lost
        ("22:00", "24:00", (23, 59, 59), True),
        ("09:00", "12:59", (12, 59, 30), True),  # nor is any hour's
        ("09:00", "12:59", (13, 0, 0), False),
        ("09:00", "12:58", (12, 58, 0), False),
        ("20:00", "22:00", (22, 0, 0), False),
    ],
)
def test_a_window_that_ends_at_minute_59_includes_that_minute(begin, end, at, expected):
    window = {"day": 1, "from": begin, "to": end}
    assert (
        hours.within(
            [window], "UTC", datetime(2026, 3, 10, tzinfo=UTC) + timedelta(hours=at[0], minutes=at[1], seconds=at[2])
        )
        is expected
    )


def test_adjacent_windows_leave_no_gap():
    ends = [("23:59", "00:00"), ("24:00", "00:00"), ("12:59", "13:00"), ("12:00", "12:00")]
    for end, begin in ends:
        over_night = begin == "00:00"
        first = {"day": 1, "from": "10:00", "to": end}
        second = {"day": 2 if over_night else 1, "from": begin, "to": "14:00"}
        moment = datetime(2026, 3, 10, 11, tzinfo=UTC)
        last = datetime(2026, 3, 11 if over_night else 10, 13, 59, tzinfo=UTC)
        while moment < last:
            assert hours.within([first, second], "UTC", moment), moment
            moment += timedelta(seconds=20)


TIMES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 59)]


@st.composite
def weeks(draw):
    """Draw some windows of a week, as people declare them."""
    declared = []
    for day in draw(st.sets(st.integers(0, 6), min_size=1, max_size=7)):
        begin, end = sorted(draw(st.lists(st.sampled_from([*TIMES, "24:00"]), min_size=2, max_size=2, unique=True)))
        declared.append({"day": day, "from": begin, "to": end})
    return declared


@settings(max_examples=300)
@given(data=st.data(), week=weeks(), seconds=st.integers(-3 * 86400, 3 * 86400), muted=st.integers(-100_000, 100_000))
def test_next_available_is_the_earliest_available_moment(data, week, seconds, muted):
    """In any zone, around its clock changes: available from this moment on, and not a moment earlier."""
    name = data.draw(st.sampled_from(sorted(time_zones())))
    near = data.draw(st.sampled_from(changes(name) or [START + WEEKS]))
    now = near + timedelta(seconds=seconds)
    muted_until = now + timedelta(seconds=muted)
    begin = hours.next_available(week, name, muted_until, now, wake_me=False)
    assert begin is not None
    assert begin >= now
    assert hours.available(week, name, muted_until, begin, wake_me=False)
    if begin == now:
        return
    before = [begin - timedelta(microseconds=1), begin - MINUTE / 2]
    moment = now
    while moment < begin:
        before.append(moment)
        moment += MINUTE if begin - moment < timedelta(hours=4) else 11 * MINUTE
    for moment in before:
        assert moment < now or not hours.available(week, name, muted_until, moment, wake_me=False), moment


@pytest.mark.parametrize(
    ("name", "now", "begin", "end", "expected"),
    [
        # The clocks go forward into the window: it begins with the change.
        ("Europe/Berlin", "03-29T00:30", "02:30", "05:00", "03-29T01:00"),
        # The clocks go back into the window: it opens again with the change.
        ("Europe/Berlin", "10-25T00:45", "01:00", "02:30", "10-25T01:00"),
        ("Europe/Berlin", "10-25T00:30", "02:45", "03:00", "10-25T00:45"),
        ("Europe/Berlin", "10-25T01:00", "02:45", "03:00", "10-25T01:45"),
        # A window skipped on one Sunday opens a week later.
        ("Europe/Berlin", "03-29T00:30", "02:15", "02:45", "04-05T00:15"),
    ],
)
def test_next_available_around_a_clock_change(name, now, begin, end, expected):
    window = {"day": 6, "from": begin, "to": end}
    next_available = hours.next_available([window], name, None, datetime.fromisoformat(f"2026-{now}Z"), wake_me=False)
    assert next_available == datetime.fromisoformat(f"2026-{expected}Z")


def test_an_unknown_time_zone_counts_as_available():
    nothing = [{"day": 0, "from": "00:00", "to": "00:01"}]
    for name in ("Nowhere/Lost", "", "../etc"):
        assert hours.within(nothing, name, datetime(2026, 3, 10, 20, 0, tzinfo=UTC))


NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
INSIDE = [{"day": 1, "from": "19:00", "to": "21:00"}]
OUTSIDE = [{"day": 1, "from": "08:00", "to": "17:00"}]


@pytest.mark.parametrize(
    ("declared", "muted_until", "wake_me", "expected"),
    [
        (None, None, False, True),
        ([], None, False, True),
        (INSIDE, None, False, True),
        (OUTSIDE, None, False, False),
        (OUTSIDE, None, True, True),  # may be woken any time
        (INSIDE, NOW + MINUTE, True, False),  # mute wins over everything
        (None, NOW + MINUTE, False, False),
        (None, NOW, False, True),  # until then, not longer
        (INSIDE, NOW - MINUTE, False, True),
    ],
)
def test_available_by_hours_mute_and_wake_me(declared, muted_until, wake_me, expected):
    assert hours.available(declared, "UTC", muted_until, NOW, wake_me=wake_me) is expected
