"""What time brings: every kind of row with a due time. A new kind is one entry here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from core.telemetry import BOOKENDS, COMMITMENTS, FOLLOW_UPS, MOMENTS, PRACTICE_OFFERS, RUNGS
from core.unit_of_work import UnitOfWork
from rules.bookend import lifecycle
from rules.daily import follow_up_rows, moments
from rules.daily.commitment import due
from rules.practice import offers
from rules.reach_out import advance

ListDue = Callable[[UnitOfWork, int], Awaitable[Sequence[UUID]]]
"""Returns the ids of due rows, the most overdue first, at most so many."""
AdvanceOne = Callable[[UnitOfWork, UUID], Awaitable[bool]]
"""Locks one row and does what is due; returns False when another process holds it or has done it."""
AdvanceTogether = Callable[[UnitOfWork, Sequence[UUID]], Awaitable[int]]
"""The same for many rows in one transaction; returns for how many it was done."""
DUE_BATCH: Final = 50
"""Most rows of one kind that are moved in one turn, each in a transaction of its own, so that deliveries are not delayed."""


@dataclass(frozen=True, slots=True)
class DueRows:
    """One kind of row with a due time.

    `name`: the part of a turn, in metrics and logs; `row`: one of them, in the log of a failure. `advance_together`: for a
    kind of which thousands are due in the same minute; when it fails, `advance_one` finds the row that is to blame.
    `urgent`: never rests (`worker/pace.py`). `batch`: most rows of one turn; `small_batch`: those of one transaction.
    """

    name: str
    row: str
    list_due: ListDue
    advance_one: AdvanceOne
    moves: Counter
    advance_together: AdvanceTogether | None = None
    urgent: bool = False
    batch: int = DUE_BATCH
    small_batch: int = 1


DUE_ROWS: Final = (
    DueRows("ladders", "reach_out", advance.due, advance.advance_if_due, RUNGS, urgent=True),
    DueRows(
        "bookends", "bookend", lifecycle.list_due_bookends, lifecycle.advance_bookend_if_due, BOOKENDS, urgent=True
    ),
    DueRows("commitments", "commitment", due.list_due_commitments, due.advance_commitment_if_due, COMMITMENTS),
    DueRows(
        "rhythms",
        "rhythm",
        moments.list_due_moments,
        moments.give_moment_if_due,
        MOMENTS,
        moments.give_moments,
        batch=moments.MOMENTS_TOGETHER,
        small_batch=moments.MOMENTS_BESIDE_PRESSES,
    ),
    DueRows(
        "follow_ups",
        "follow_up",
        follow_up_rows.list_due_follow_ups,
        follow_up_rows.advance_follow_up_if_due,
        FOLLOW_UPS,
    ),
    DueRows("practice_offers", "practice_offer", offers.list_due_offers, offers.offer_if_due, PRACTICE_OFFERS),
)
"""In the order of a turn: reach-outs before anything else."""
UNREACHABLE: Final = "unreachable"
"""The search for people whom no push can reach, which no row has a time for."""
CAN_WAIT: Final = frozenset({UNREACHABLE, *(rows.name for rows in DUE_ROWS if not rows.urgent)})
