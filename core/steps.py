"""Steps of a process at which tests may let it crash, reported to a hook."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Step(StrEnum):
    COMMITTED = "committed"
    """Deliveries are committed but not dispatched, and the request is not answered yet."""
    RECHECKED = "rechecked"
    """A recheck let deliveries through; they may be sent once the claim is committed."""
    CLAIMED = "claimed"
    """A claim of deliveries is committed; none of them is sent yet."""
    SENT = "sent"
    """A push service has accepted a push, which is not recorded yet."""
    MID_RUNG = "mid_rung"
    """A rung of a ladder is half written: the recipients are, their notices are not."""


class OnStep(Protocol):
    """Called synchronously at every step; must return immediately.

    `rechecked_at`, by `core.clock.elapsed`, is when the recheck that let the deliveries through began.
    """

    def __call__(self, step: Step, deliveries: Sequence[UUID] = (), rechecked_at: float = 0.0) -> None: ...


def ignore_step(step: Step, deliveries: Sequence[UUID] = (), rechecked_at: float = 0.0) -> None:
    """Do nothing."""
