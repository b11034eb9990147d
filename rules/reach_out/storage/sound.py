"""What sparing a sound needs to know: a person's latest presses, and the devices that have just rung for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, or_, select, update

from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from models import Delivery, Notice, Person, ReachOut
from models.enums import NoticeKind
from rules import access
from rules.reach_out.bounds.spared_sound import LOUD_PRESSES, PRESSES_WITHIN, RINGS_AT_MOST_EVERY, spared_until
from rules.reach_out.state import Snapshot

PERSON_TABLE = cast("Table", Person.__table__)

_PRESSES = select(
    ReachOut.created_at, ReachOut.raised_at, ReachOut.calm, ReachOut.pressed_again_at, ReachOut.pressed_before_at
)
_RANG = (
    select(Delivery.device_id)
    .join(Notice, Notice.id == Delivery.notice_id)
    .join(ReachOut, ReachOut.id == Notice.reach_out_id)
    .where(
        access.owned_by(ReachOut, bindparam("owner_id", type_=Uuid)),
        or_(ReachOut.closed_at.is_(None), ReachOut.closed_at > bindparam("since", type_=UtcDateTime)),
        Notice.kind == NoticeKind.REACH_OUT,
        # Written is not rung: a close calls off what no push service has taken yet.
        Delivery.handed_at > bindparam("since", type_=UtcDateTime),
        Delivery.device_id.is_not(None),
        Delivery.quiet.is_(False),
    )
    .distinct()
)


async def load_presses(unit: UnitOfWork, snapshot: Snapshot) -> Sequence[datetime]:
    """Return when the person pressed last, at least as often as counts: in this reach-out, and in those before it."""
    presses = _presses_of(snapshot.row)
    if len(presses) >= LOUD_PRESSES or unit.now - snapshot.created_at >= PRESSES_WITHIN:
        return presses
    earlier = (access.owned_by(ReachOut, snapshot.person_id), ReachOut.id < snapshot.id)
    rows = await unit.session.execute(_PRESSES.where(*earlier).order_by(ReachOut.id.desc()).limit(LOUD_PRESSES))
    return [*presses, *(at for row in rows for at in _presses_of(row._asdict()))]


async def remember_close(unit: UnitOfWork, before: Snapshot) -> None:
    """Keep on the person's row until when their next press spares phones; mostly there is nothing to keep.

    `before`: the reach-out as it was before they closed it.
    """
    until = spared_until(await load_presses(unit, before), unit.now)
    if until is not None:
        await unit.session.execute(
            update(PERSON_TABLE).where(PERSON_TABLE.c.id == before.person_id).values(spared_until=until)
        )


async def rang_lately(operation: Operation, owner_id: UUID) -> frozenset[UUID]:
    """Return the devices that have rung for this person's reach-outs within the last 30 seconds."""
    values = {"owner_id": owner_id, "since": operation.now - RINGS_AT_MOST_EVERY}
    return frozenset(row.device_id for row in await operation.fetch(_RANG, values))


def _presses_of(row: Mapping[str, Any]) -> list[datetime]:
    """Return the two latest presses of a reach-out; a calm ask is none."""
    began_at = None if row["calm"] else row["raised_at"] or row["created_at"]
    presses = (row["pressed_before_at"] or began_at, row["pressed_again_at"])
    return [at for at in presses if at is not None]
