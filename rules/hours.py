"""When a push may go to somebody: their weekly hours in their own time zone, mute, and "wake me any time"."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Window = Mapping[str, object]
"""{"day": 0 (Monday) to 6, "from": "HH:MM", "to": "HH:MM"}; "24:00" ends a day, no window crosses midnight."""


def available(
    hours: Sequence[Window] | None, time_zone: str, muted_until: datetime | None, now: datetime, *, wake_me: bool
) -> bool:
    """Whether a push may go out at `now`: not muted, and within the hours, or without any, or to be woken any time."""
    if muted_until is not None and muted_until > now:
        return False
    return wake_me or not hours or within(hours, time_zone, now)


def within(hours: Sequence[Window], time_zone: str, now: datetime) -> bool:
    """Whether `now` lies in one of the windows. From UTC to local time is never ambiguous, so gaps and folds are not.

    Hours in a zone that this machine's database no longer knows hold nobody back: a push too many wakes, one too few
    leaves somebody alone.
    """
    zone = zone_of(time_zone)
    if zone is None:
        return True
    local = now.astimezone(zone)
    clock = f"{local:%H:%M}"
    return any(
        window["day"] == local.weekday() and str(window["from"]) <= clock < str(window["to"]) for window in hours
    )


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """A time zone by its name; None when this machine's database no longer knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
