"""How often messages are pushed: one push to one device for one reach-out every 20 s, whoever writes and how much."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Delivery, Notice
from models.enums import DeliveryState, NoticeKind
from rules import access

MESSAGE_PUSH_INTERVAL: Final = timedelta(seconds=20)


async def next_push_at(unit: UnitOfWork, reach_out_id: UUID, readers: Iterable[UUID]) -> Mapping[UUID, datetime | None]:
    """Which of these people's devices are not pushed a message of now, and when they are, instead.

    None where a push is still to go out: it says that there is something new, which holds for this message too. The
    caller has locked the reach-out.
    """
    recent_pushes = await unit.session.execute(
        select(Delivery.id, Delivery.device_id, Delivery.due_at, Delivery.state, Delivery.lease_until)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.reach_out_id == reach_out_id,
            Notice.kind == NoticeKind.MESSAGE,
            access.owned_by_any(Notice, list(readers)),
            Delivery.device_id.is_not(None),
            Delivery.state.in_([DeliveryState.PENDING, DeliveryState.SENT]),
            # Of one that was sent: when.
            Delivery.due_at > unit.now - MESSAGE_PUSH_INTERVAL,
        )
        .order_by(Delivery.due_at)
    )
    rows = recent_pushes.all()
    unclaimed = await _hold(
        unit, [row.id for row in rows if row.state == DeliveryState.PENDING and row.lease_until is None]
    )
    return {row.device_id: row.due_at + MESSAGE_PUSH_INTERVAL for row in rows} | {
        row.device_id: None for row in rows if row.id in unclaimed
    }


async def _hold(unit: UnitOfWork, ids: list[UUID]) -> set[UUID]:
    """Keep these from being taken before this transaction is over; gives those that nobody has taken yet."""
    if not ids:
        return set()
    locked = await unit.session.execute(
        select(Delivery.id)
        .where(Delivery.id.in_(ids), Delivery.state == DeliveryState.PENDING, Delivery.lease_until.is_(None))
        .order_by(Delivery.id)
        # Never waited for: whoever has one is sending it, and may wait for what is locked here.
        .with_for_update(skip_locked=True)
    )
    return set(locked.scalars())
