"""When a follow-up comes: in the morning after a reach-out, inside the hours of whoever gets it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.enums import FollowUpKind
from rules.circle.hours import ONE_DAY, HoursWindow, next_calm
from rules.daily.local_time import local_date, moment_on, zone_of

FOLLOW_UP_AT: Final = "10:00"
HELPER_DAYS: Final = (1, 3, 7)
"""Days after the end of a reach-out on which those who answered are asked to be in touch."""
REST_BEFORE_MORNING: Final = timedelta(hours=2)
"""The morning after a reach-out that nobody answered begins this long after it ended, at the earliest."""
FOLLOW_UP_LAPSES: Final = timedelta(days=2)
"""How long one that hours have held back may wait; later it is left out."""
MAX_FOLLOW_UPS_A_DAY: Final = 3
"""How many follow-ups one person gets on one day; further ones are left out."""


@dataclass(frozen=True, slots=True)
class FollowUpTime:
    """The next follow-up. `round`: how many of its days came before."""

    round: int
    at: datetime


def next_follow_up(
    kind: FollowUpKind,
    closed_at: datetime,
    round_number: int,
    hours: Sequence[HoursWindow] | None,
    time_zone: str,
    now: datetime,
) -> FollowUpTime | None:
    """Return the next one from this round on, at `now` at the earliest; None after the last.

    One that would come when the next is due, or too late to be meant, is left out. "Wake me" never counts.
    """
    mornings = _mornings(kind, closed_at, time_zone)
    for number in range(round_number, len(mornings)):
        at = next_calm(hours, time_zone, max(mornings[number], now))
        lapses_at = min([mornings[number] + FOLLOW_UP_LAPSES, *mornings[number + 1 : number + 2]])
        if at is not None and at < lapses_at:
            return FollowUpTime(number, at)
    return None


def _mornings(kind: FollowUpKind, closed_at: datetime, time_zone: str) -> list[datetime]:
    zone = zone_of(time_zone)
    day = local_date(closed_at, zone)
    if kind is FollowUpKind.HELPER:
        return [moment_on(day + days * ONE_DAY, FOLLOW_UP_AT, zone) for days in HELPER_DAYS]
    rested_at = closed_at + REST_BEFORE_MORNING
    mornings = (moment_on(day + ahead * ONE_DAY, FOLLOW_UP_AT, zone) for ahead in range(3))
    return [next(morning for morning in mornings if morning >= rested_at)]
