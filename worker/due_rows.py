"""What time brings: every kind of row with a due time. A new kind is one entry here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from core.telemetry import BOOKENDS, COMMITMENTS, RUNGS
from core.unit_of_work import UnitOfWork
from rules.bookend import lifecycle
from rules.daily.commitment import due
from rules.reach_out import advance

ListDue = Callable[[UnitOfWork, int], Awaitable[Sequence[UUID]]]
"""Returns the ids of due rows, the most overdue first, at most so many."""
AdvanceOne = Callable[[UnitOfWork, UUID], Awaitable[bool]]
"""Locks one row and does what is due; returns False when another process holds it or has done it."""


@dataclass(frozen=True, slots=True)
class DueRows:
    """One kind of row with a due time.

    `name`: the part of a turn, in metrics and logs; `row`: one of them, in the log of a failure.
    """

    name: str
    row: str
    list_due: ListDue
    advance_one: AdvanceOne
    moves: Counter


DUE_ROWS: Final = (
    DueRows("ladders", "reach_out", advance.due, advance.advance_if_due, RUNGS),
    DueRows("bookends", "bookend", lifecycle.list_due_bookends, lifecycle.advance_bookend_if_due, BOOKENDS),
    DueRows("commitments", "commitment", due.list_due_commitments, due.advance_commitment_if_due, COMMITMENTS),
)
"""In the order of a turn: reach-outs before anything else."""
