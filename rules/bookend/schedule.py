"""The schedule of a bookend, decided purely: when the person is nudged, when the companion is told, what state it is in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NUDGE_INTERVAL = timedelta(minutes=10)
"""How long after the due time the person is nudged again."""
COMPANION_TOLD_AFTER = timedelta(minutes=20)
"""How long after the due time the companion is told."""


class State(StrEnum):
    """The state of a bookend, derived and never stored. MISSED: not checked in 20 minutes after the due time."""

    PLANNED = "planned"
    DUE = "due"
    MISSED = "missed"
    CHECKED_IN = "checked_in"


@dataclass(frozen=True, slots=True)
class BookendStep:
    """What to do with a bookend that is due. `nudges`: how many there will have been; `next_at`: when it is due next, if ever."""

    nudge: bool
    tell: bool
    nudges: int
    next_at: datetime | None


def next_step(due_at: datetime, nudges: int, now: datetime) -> BookendStep:
    """Return what is due at `now`: a nudge at the due time, another 10 minutes later, the companion 20 minutes later.

    After an outage everything overdue is done in one step, so that the companion is told no later than planned. The
    person is always nudged at least once first.
    """
    late = now - due_at
    if late < timedelta(0):
        return BookendStep(nudge=False, tell=False, nudges=nudges, next_at=due_at)
    if late >= COMPANION_TOLD_AFTER:
        return BookendStep(nudge=nudges == 0, tell=True, nudges=max(nudges, 1), next_at=None)
    wanted = 2 if late >= NUDGE_INTERVAL else 1
    return BookendStep(
        nudge=nudges < wanted,
        tell=False,
        nudges=max(nudges, wanted),
        next_at=due_at + (COMPANION_TOLD_AFTER if wanted == 2 else NUDGE_INTERVAL),
    )


def derive_state(due_at: datetime, next_at: datetime | None, checked_in_at: datetime | None, now: datetime) -> State:
    """Return the state of a bookend at `now`, from its columns."""
    if checked_in_at is not None:
        return State.CHECKED_IN
    if next_at is None:
        return State.MISSED
    return State.DUE if due_at <= now else State.PLANNED
