"""Reflections: what somebody keeps of how it felt, which nobody else ever sees."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import ReachOut, Reflection
from rules import access
from rules.access import Caller
from rules.errors import StillOpen


@dataclass(frozen=True, slots=True)
class ReflectionView:
    """How one reach-out felt, 0 to 3 each or left out. `id` is the reach-out's, `pressed_at` when that began."""

    id: UUID
    pressed_at: datetime
    seen: int | None
    safe: int | None
    soothed: int | None
    created_at: datetime


async def page(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> list[ReflectionView]:
    """The caller's reflections, those of the newest reach-outs first, `limit` + 1 at most."""
    statement = (
        select(
            Reflection.reach_out_id,
            ReachOut.created_at.label("pressed_at"),
            Reflection.seen,
            Reflection.safe,
            Reflection.soothed,
            Reflection.created_at,
        )
        .join(ReachOut, ReachOut.id == Reflection.reach_out_id)
        .where(access.reflects_on_own(who.person_id))
    )
    if before is not None:
        statement = statement.where(Reflection.reach_out_id < before)
    found = await unit.session.execute(statement.order_by(Reflection.reach_out_id.desc()).limit(limit + 1))
    return [ReflectionView(*row) for row in found]


async def reflect(unit: UnitOfWork, who: Caller, reach_out_id: UUID, felt: dict[str, int | None]) -> Reflection:
    """Keep how it felt, for the person's eyes only; what is said again replaces what was said.

    Raises NotFound, NotYours, StillOpen.
    """
    found = await access.own_reach_out(unit, who, reach_out_id)
    if found.closed_at is None:
        raise StillOpen
    kept = await unit.session.get(Reflection, reach_out_id)
    if kept is None:
        kept = Reflection(reach_out_id=reach_out_id, created_at=unit.now)
        unit.session.add(kept)
    for name, value in felt.items():
        setattr(kept, name, value)
    await unit.session.flush()
    return kept
