"""When a push may go to somebody: their weekly hours in their own time zone, mute, and "wake me any time"."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Window = Mapping[str, object]
"""{"day": 0 (Monday) to 6, "from": "HH:MM", "to": "HH:MM"}; no window crosses midnight.

`to` is the moment at which the window ends, "24:00" the end of the day. A last minute is meant with its hour: "23:59"
ends with the day, and "12:59" when 13 o'clock begins, for a phone's clock cannot say 24:00.
"""
ONE_DAY = timedelta(days=1)
DAYS_AHEAD = 15
"""Days to look ahead: a week, and one more for a window that the change of the clocks leaves out."""


def available(
    hours: Sequence[Window] | None, time_zone: str, muted_until: datetime | None, now: datetime, *, wake_me: bool
) -> bool:
    """Whether a push may go out at `now`: not muted, and within the hours, or without any, or to be woken any time."""
    if muted_until is not None and muted_until > now:
        return False
    return wake_me or not hours or within(hours, time_zone, now)


def next_available(
    hours: Sequence[Window] | None, time_zone: str, muted_until: datetime | None, now: datetime, *, wake_me: bool
) -> datetime | None:
    """From when on a push may go out: `now` if it may already; None when no hours begin within two weeks."""
    begin = now if muted_until is None else max(now, muted_until)
    if wake_me or not hours or within(hours, time_zone, begin):
        return begin
    zone = load_zone(time_zone)
    if zone is None:
        return begin
    moments = sorted({*_beginnings(hours, zone, begin), *_changes(zone, begin)})
    return next((moment for moment in moments if moment > begin and within(hours, time_zone, moment)), None)


def within(hours: Sequence[Window], time_zone: str, now: datetime) -> bool:
    """Whether `now` lies in one of the windows. From UTC to local time is never ambiguous, so gaps and folds are not.

    Hours in a zone that this machine's database no longer knows hold nobody back: a push too many wakes, one too few
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


def _beginnings(hours: Sequence[Window], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants at which windows begin by the wall clock; both where the clock shows their time twice."""
    today = after.astimezone(zone).date()
    for ahead in range(-1, DAYS_AHEAD + 1):
        date = today + ahead * ONE_DAY
        for window in hours:
            if window["day"] == date.weekday():
                hour, minute = str(window["from"]).split(":")
                for fold in (0, 1):
                    local = datetime(date.year, date.month, date.day, int(hour), int(minute), tzinfo=zone, fold=fold)
                    yield local.astimezone(UTC)


def _changes(zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants at which the clocks change: a window may begin with one, in the middle of its time."""
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
    """A time zone by its name; None when this machine's database no longer knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
