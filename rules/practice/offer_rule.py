"""Whether to offer somebody a practice, and when to look again. Pure."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

from rules.daily.local_time import next_moment
from rules.practice.proof import UNPROVED_AFTER

LOOK_AT: Final = "10:00"
"""When a circle is looked at, once a day, on its owner's clock: an offer comes by day."""


def is_offered(unproved: Iterable[datetime], offered_at: datetime | None, now: datetime) -> bool:
    """Return whether to offer a practice at `now`. `unproved`: when each member counts as untried, which may lie ahead.

    Once for each member who is untried for long, and for all of them together: whoever was untried when a practice was offered
    last is not offered again, and between two offers pass 35 days.
    """
    if offered_at is not None and now < offered_at + UNPROVED_AFTER:
        return False
    return any(at <= now and (offered_at is None or at > offered_at) for at in unproved)


def next_look(zone: tzinfo, now: datetime) -> datetime:
    """Return when to look at a circle next."""
    return next_moment(LOOK_AT, range(7), zone, now)
