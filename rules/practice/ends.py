"""When a practice is over, when the next may begin, and how far it came to one member. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.enums import DeliveryState

PRACTICE_LIFETIME: Final = timedelta(hours=24)
PRACTICE_INTERVAL: Final = timedelta(days=7)
"""A circle is asked to practise once in this time."""


class PracticeState(StrEnum):
    """How far a practice has come to one member.

    `waits` for their hours; `on_its_way`: due or sent, and nothing said that it arrived; `arrived`; `seen`; `nothing`: every push
    was refused for good; `silent`: sent, over, and no sign came back; `quiet`: nothing is pushed to them during this practice,
    because they are muted, away, or outside their hours; `no_phone`: there is nothing to push.
    """

    WAITS = "waits"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"
    SEEN = "seen"
    NOTHING = "nothing"
    SILENT = "silent"
    QUIET = "quiet"
    NO_PHONE = "no_phone"


@dataclass(frozen=True, slots=True)
class PracticePush:
    """One push of a practice, to a device or a channel (`channel`: its kind)."""

    state: DeliveryState
    due_at: datetime
    handed_at: datetime | None
    delivered_at: datetime | None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come to one member. `next_at`: when their hours let the first push through."""

    state: PracticeState
    next_at: datetime | None
    handed_at: datetime | None
    delivered_at: datetime | None


def practice_over_at(
    created_at: datetime, ends_at: datetime, ended_at: datetime | None, pressed_at: datetime | None
) -> datetime:
    """Return when a practice is over: at its end, when its person ended it, or with a press, whichever is first.

    `pressed_at`: the first press since it began; one from before that was still open at its beginning ends it at once.
    """
    moments = [ends_at, ended_at or ends_at, max(pressed_at, created_at) if pressed_at is not None else ends_at]
    return min(moments)


def next_practice_at(last_began_at: datetime | None, now: datetime) -> datetime:
    """Return when the next practice may begin, `now` if it may already."""
    return now if last_began_at is None else max(now, last_began_at + PRACTICE_INTERVAL)


def progress(
    seen_at: datetime | None, pushes: tuple[PracticePush, ...], *, has_phone: bool, over: bool, now: datetime
) -> Progress:
    """Return how far a practice has come to one member. `has_phone`: something of theirs can be pushed at all.

    A missing receipt alone accuses nobody: while it goes on, what was sent is on its way.
    """
    to_phones = [push for push in pushes if push.channel is None]
    handed_at = min((push.handed_at for push in to_phones if push.handed_at is not None), default=None)
    delivered_at = min((push.delivered_at for push in to_phones if push.delivered_at is not None), default=None)
    pending = [push for push in pushes if push.state is DeliveryState.PENDING]
    next_at = min((push.due_at for push in pending), default=None)
    waits = not over and handed_at is None and next_at is not None and next_at > now
    state = PracticeState.QUIET
    if seen_at is not None:
        state = PracticeState.SEEN
    elif delivered_at is not None:
        state = PracticeState.ARRIVED
    elif waits:
        state = PracticeState.WAITS
    elif any(push.handed_at is not None for push in pushes):
        state = PracticeState.SILENT if over else PracticeState.ON_ITS_WAY
    elif pending and not over:
        state = PracticeState.ON_ITS_WAY
    elif pushes and all(push.state in {DeliveryState.DEAD, DeliveryState.FAILED} for push in pushes):
        state = PracticeState.NOTHING
    elif not has_phone:
        state = PracticeState.NO_PHONE
    return Progress(state, next_at if state is PracticeState.WAITS else None, handed_at, delivered_at)
