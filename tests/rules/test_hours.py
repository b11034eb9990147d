"""Weekly hours in every time zone over two years: no instant is lost or doubled, whatever the clocks there do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from rules import hours
from rules.people import time_zones

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=731)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKS = timedelta(days=7)
"""No zone changes its clocks twice within so long."""
# No divisors of a day, so that all times of the day come by.
STRIDE = timedelta(hours=37, minutes=13)
ALIAS = timedelta(days=97, hours=7, minutes=13)
"""For one more name of a zone that has been walked through already."""
PARTS = [("00:00", "01:30"), ("01:30", "02:30"), ("02:30", "03:00"), ("03:00", "12:00"), ("12:00", "24:00")]
"""A day without a hole, cut where clocks are usually changed."""
WEEK = [{"day": day, "from": begin, "to": end} for day in range(7) for begin, end in PARTS]


def instants(name: str, stride: timedelta) -> Iterator[datetime]:
    """Through the two years, and around every change of the clocks to the minute."""
    moment = START
    while moment < END:
        yield moment
        moment += stride
    for change in changes(name):
        for minutes in (-90, -61, -60, -59, -31, -1, 0, 1, 29, 30, 31, 59, 60, 61, 90):
            yield change + minutes * MINUTE


@cache
def changes(name: str) -> list[datetime]:
    """The instants, to the minute, at which this zone's distance from UTC changes."""
    zone = ZoneInfo(name)
    found: list[datetime] = []
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
            found.append(high)
        day += WEEKS
    return found


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def on_the_wall(name: str, moment: datetime) -> tuple[int, int]:
    """Day of the week and minute of the day, worked out from the distance to UTC alone."""
    since_monday = moment - datetime(2026, 1, 5, tzinfo=UTC) + _offset(ZoneInfo(name), moment)
    days, rest = divmod(since_monday, DAY)
    return days % 7, rest // MINUTE


def test_every_zone_over_two_years():
    """Of a week cut into pieces exactly the one that the wall clock shows is open, at every instant."""
    looked = 0
    walked: set[tuple[timedelta, ...]] = set()
    for name in sorted(time_zones()):
        zone = ZoneInfo(name)
        shape = tuple(_offset(zone, START + n * WEEKS) for n in range(105))
        stride = ALIAS if shape in walked else STRIDE
        walked.add(shape)
        for moment in instants(name, stride):
            day, minute = on_the_wall(name, moment)
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
def test_a_window_in_a_night_when_the_clocks_change(name, night, begin, end, minutes):
    """How many minutes of one Sunday's window there are."""
    window = {"day": 6, "from": begin, "to": end}
    opened = [
        moment for moment in (night + n * MINUTE for n in range(3 * 1440)) if hours.within([window], name, moment)
    ]
    assert len(opened) == minutes


def test_the_end_of_a_window_is_not_in_it():
    evening = [{"day": 1, "from": "20:00", "to": "22:00"}]
    assert not hours.within(evening, "UTC", datetime(2026, 3, 10, 19, 59, 59, 999999, tzinfo=UTC))
    assert hours.within(evening, "UTC", datetime(2026, 3, 10, 20, 0, tzinfo=UTC))
    assert hours.within(evening, "UTC", datetime(2026, 3, 10, 21, 59, 59, 999999, tzinfo=UTC))
    assert not hours.within(evening, "UTC", datetime(2026, 3, 10, 22, 0, tzinfo=UTC))
    assert not hours.within(evening, "UTC", datetime(2026, 3, 11, 21, 0, tzinfo=UTC))


def test_a_zone_that_is_no_longer_known_holds_nobody_back():
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
        (OUTSIDE, None, True, True),  # to be woken any time
        (INSIDE, NOW + MINUTE, True, False),  # mute wins over all
        (None, NOW + MINUTE, False, False),
        (None, NOW, False, True),  # until then, not longer
        (INSIDE, NOW - MINUTE, False, True),
    ],
)
def test_available(declared, muted_until, wake_me, expected):
    assert hours.available(declared, "UTC", muted_until, NOW, wake_me=wake_me) is expected
