"""The next time a wall clock shows "HH:MM" on one of some weekdays, in a time zone with its clock changes. Pure."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from rules.circle import hours

MOMENT_DAYS_AHEAD = 9
"""Days to look ahead: a week, and two more where a zone skips a whole day (Samoa, 30 December 2011)."""


def zone_of(name: str) -> tzinfo:
    """Return this time zone, or UTC where this machine's database does not have it."""
    return hours.load_zone(name) or UTC


def local_date(moment: datetime, zone: tzinfo) -> date:
    """Return the date that a calendar in this zone shows at this moment."""
    return moment.astimezone(zone).date()


def moment_on(day: date, at: str, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which clocks show `at` ("HH:MM") on this day.

    A time inside a gap comes with the first instant after it; a time that is shown twice counts the first time.
    """
    hour, minute = at.split(":")
    wall = datetime.combine(day, time(int(hour), int(minute)), zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    return _end_of_gap(wall, zone)


def next_moment(at: str, days: Collection[int], zone: tzinfo, after: datetime) -> datetime:
    """Return the first instant later than `after` at which clocks show `at` on one of `days` (Monday is 0).

    `days` must not be empty.
    """
    today = local_date(after, zone)
    for ahead in range(-1, MOMENT_DAYS_AHEAD):
        day = today + ahead * hours.ONE_DAY
        if day.weekday() in days:
            instant = moment_on(day, at, zone)
            if instant > after:
                return instant
    raise ValueError("no weekday to wait for")


def end_of_day(moment: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the local day of this moment ends."""
    return moment_on(local_date(moment, zone) + hours.ONE_DAY, "00:00", zone)


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    """Return the first instant after the gap in which this wall time lies.

    PEP 495: with fold=0 a time in a gap is read with the offset from before it, with fold=1 with the offset from after it,
    so the two instants enclose the change.
    """
    late, early = wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
