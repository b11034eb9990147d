"""Steps: the moments of a process at which a crash would be instructive, reported to whoever composed it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Step(StrEnum):
    COMMITTED = "committed"
    """Deliveries were committed and are not dispatched yet; nobody has had a reply."""
    LOOKED = "looked"
    """A look-again let deliveries through; they may be sent once the claim is committed."""
    CLAIMED = "claimed"
    """A claim of deliveries is committed, and none of them is sent yet."""
    SENT = "sent"
    """A push service has taken a push, and that is not recorded yet."""
    MID_RUNG = "mid_rung"
    """A rung of a ladder is half written: who is told, and not yet their notices."""


class OnStep(Protocol):
    """Is called at every step, in the middle of the work, and returns at once.

    `looked_at`, of `core.clock.elapsed`, is when the look-again began that let the deliveries through.
    """

    def __call__(self, step: Step, deliveries: Sequence[UUID] = (), looked_at: float = 0.0) -> None: ...


def ignore_step(step: Step, deliveries: Sequence[UUID] = (), looked_at: float = 0.0) -> None:
    """Do nothing."""
