"""When somebody may be pushed: weekly hours in their time zone, mutes, and "wake me any time"."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HoursWindow = Mapping[str, object]
"""{"day": 0 (Monday) to 6, "from": "HH:MM", "to": "HH:MM"}; no window crosses midnight.

`to` is exclusive, "24:00" is the end of the day. A `to` that ends in ":59" includes that minute, because time pickers do
not offer 24:00: "23:59" ends with the day, and "12:59" at 13:00.
"""
ONE_DAY = timedelta(days=1)
DAYTIME: Final = tuple({"day": day, "from": "07:00", "to": "22:00"} for day in range(7))
"""The hours, for what wakes nobody, of somebody who has declared none."""
MAX_SILENCE: Final = timedelta(days=366)
"""How far ahead a break from everybody, or the pause of one's reminders, may end."""
DAYS_AHEAD = 15
"""Days to look ahead: a week, and another in case a clock change skips the window."""


def available(
    hours: Sequence[HoursWindow] | None, time_zone: str, muted_until: datetime | None, now: datetime, *, wake_me: bool
) -> bool:
    """Return whether a push may be sent at `now`: not muted; and within hours, without any, or "wake me any time"."""
    if muted_until is not None and muted_until > now:
        return False
    return wake_me or not hours or within(hours, time_zone, now)


def next_available(
    hours: Sequence[HoursWindow] | None, time_zone: str, muted_until: datetime | None, now: datetime, *, wake_me: bool
) -> datetime | None:
    """Return when a push may be sent next: `now` if it may already; None when no hours begin within two weeks."""
    begin = now if muted_until is None else max(now, muted_until)
    if wake_me or not hours or within(hours, time_zone, begin):
        return begin
    zone = load_zone(time_zone)
    if zone is None:
        return begin
    moments = sorted({*_window_beginnings(hours, zone, begin), *_clock_changes(zone, begin)})
    return next((moment for moment in moments if moment > begin and within(hours, time_zone, moment)), None)


def silent_until(*moments: datetime | None) -> datetime | None:
    """Return when the last of these silences (a mute, a break from everybody) ends; None when there is none."""
    ends = [moment for moment in moments if moment is not None]
    return max(ends) if ends else None


def silence_end(until: datetime, now: datetime) -> datetime | None:
    """Return the end of a silence that somebody chooses, None for one that is over. Raises ValueError beyond a year."""
    if until > now + MAX_SILENCE:
        raise ValueError("must be at most a year ahead")
    return until if until > now else None


def calm(hours: Sequence[HoursWindow] | None, time_zone: str, muted_until: datetime | None, now: datetime) -> bool:
    """Return whether a push that must wake nobody may be sent: within hours, by day without any, whatever `wake_me` says."""
    return available(hours or DAYTIME, time_zone, muted_until, now, wake_me=False)


def next_calm(
    hours: Sequence[HoursWindow] | None, time_zone: str, now: datetime, muted_until: datetime | None = None
) -> datetime | None:
    """Return when a push that must wake nobody may be sent next, as `next_available`."""
    return next_available(hours or DAYTIME, time_zone, muted_until, now, wake_me=False)


def within(hours: Sequence[HoursWindow], time_zone: str, now: datetime) -> bool:
    """Return whether `now` lies in one of the windows. UTC maps to exactly one local time, also in gaps and folds.

    Hours in a time zone that this machine does not know are ignored: a push too many wakes somebody up, a push too few
    leaves somebody alone.
    """
    zone = load_zone(time_zone)
    if zone is None:
        return True
    local = now.astimezone(zone)
    clock = f"{local:%H:%M}"
    return any(
        window["day"] == local.weekday() and str(window["from"]) <= clock and _before_end(clock, str(window["to"]))
        for window in hours
    )


def _before_end(clock: str, end: str) -> bool:
    return clock < end or (clock == end and end.endswith(":59"))


def _window_beginnings(hours: Sequence[HoursWindow], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield the instants at which windows begin by the wall clock, both instants where the clock shows a time twice."""
    today = after.astimezone(zone).date()
    for ahead in range(-1, DAYS_AHEAD + 1):
        date = today + ahead * ONE_DAY
        for window in hours:
            if window["day"] == date.weekday():
                hour, minute = str(window["from"]).split(":")
                for fold in (0, 1):
                    local = datetime(date.year, date.month, date.day, int(hour), int(minute), tzinfo=zone, fold=fold)
                    yield local.astimezone(UTC)


def _clock_changes(zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield the instants at which the clocks change: they may jump into the middle of a window."""
    low = after.replace(microsecond=0)
    for _ in range(DAYS_AHEAD):
        begin, end = low, low + ONE_DAY
        before = _offset(zone, begin)
        if before != _offset(zone, end):
            while end - begin > timedelta(seconds=1):
                middle = begin + timedelta(seconds=(end - begin) // timedelta(seconds=2))
                if _offset(zone, middle) == before:
                    begin = middle
                else:
                    end = middle
            yield end
        low += ONE_DAY


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its name; None when this machine's database does not have it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
