"""Moves reach-outs whose clock has come, each in one transaction that any worker can make."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import ReachOut
from rules.reach_out import store
from rules.reach_out.events import ClockDue
from rules.reach_out.machine import decide


async def due(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return open reach-outs with a clock that has come, the most overdue first."""
    rows = await unit.session.execute(
        select(ReachOut.id)
        .where(ReachOut.closed_at.is_(None), store.is_due(unit.now))
        .order_by(ReachOut.due_at)
        .limit(limit)
    )
    return rows.scalars().all()


async def advance_if_due(unit: UnitOfWork, reach_out_id: UUID) -> bool:
    """Lock one reach-out and do what is due; False when somebody else holds it or has done it already."""
    snapshot = await store.load_if_due(unit, reach_out_id)
    if snapshot is None:
        return False
    await store.save(unit, snapshot, decide(snapshot, ClockDue(), unit.now))
    return True
