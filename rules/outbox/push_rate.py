"""Limits pushes of messages and of what threads hold: one per device and conversation every 20 s, however much is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from core.unit_of_work import UnitOfWork
from models import Delivery, Notice
from models.enums import DeliveryState
from rules import access
from rules.kinds import THREAD_KINDS
from rules.outbox.enqueue import enqueue

MESSAGE_PUSH_INTERVAL: Final = timedelta(seconds=20)


async def next_push_at(
    unit: UnitOfWork,
    conversation: Iterable[ColumnElement[bool]],
    readers: Iterable[UUID],
    *,
    interval: timedelta = MESSAGE_PUSH_INTERVAL,
) -> Mapping[UUID, datetime | None]:
    """Return by device when a new message may be pushed to it; devices that may be pushed at once are left out.

    `conversation`: conditions on the notices whose pushes count, `interval`: one push in this time. None stands for a push that is still to go out: it says
    that there is something new, which holds for this message too. The caller has locked what serializes the conversation.
    """
    recent_pushes = await unit.session.execute(
        select(Delivery.id, Delivery.device_id, Delivery.due_at, Delivery.state, Delivery.lease_until)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            *conversation,
            access.owned_by_any(Notice, list(readers)),
            Delivery.device_id.is_not(None),
            Delivery.state.in_([DeliveryState.PENDING, DeliveryState.SENT]),
            # A sent delivery's due_at is when it was sent.
            Delivery.due_at > unit.now - interval,
        )
        .order_by(Delivery.due_at)
    )
    rows = recent_pushes.all()
    unclaimed = await _lock_unclaimed(
        unit, [row.id for row in rows if row.state == DeliveryState.PENDING and row.lease_until is None]
    )
    return {row.device_id: row.due_at + interval for row in rows} | {
        row.device_id: None for row in rows if row.id in unclaimed
    }


async def next_thread_push_at(
    unit: UnitOfWork, sender_id: UUID, recipients: Iterable[UUID]
) -> Mapping[UUID, datetime | None]:
    """Return by device when something new from this sender may be pushed to each of the recipients, as `next_push_at`.

    The sender is locked.
    """
    return await next_push_at(unit, (access.names(sender_id), Notice.kind.in_(THREAD_KINDS)), recipients)


async def load_waiting_pushes(unit: UnitOfWork, *where: ColumnElement[bool]) -> Sequence[Any]:
    """Return the pushes of these notices that wait for their time: later ones from the same sender may rely on them."""
    rows = await unit.session.execute(
        select(Delivery.device_id, Delivery.due_at, Notice.recipient_id, Notice.sender_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            *where,
            Delivery.state == DeliveryState.PENDING,
            Delivery.lease_until.is_(None),
            Delivery.device_id.is_not(None),
            Notice.sender_id.is_not(None),
        )
    )
    return rows.all()


async def pass_on_pushes(unit: UnitOfWork, called_off: Sequence[Any]) -> None:
    """Let the newest notice that relied on a push which was called off have it in its place (rows of `load_waiting_pushes`)."""
    for push in called_off:
        pushed = select(Delivery.id).where(Delivery.notice_id == Notice.id, Delivery.device_id == push.device_id)
        relied = await unit.session.execute(
            select(Notice.id)
            .where(
                access.notices_to(push.recipient_id, sender_id=push.sender_id),
                Notice.kind.in_(THREAD_KINDS),
                Notice.dismissed_at.is_(None),
                Notice.read_at.is_(None),
                Notice.created_at > push.due_at - MESSAGE_PUSH_INTERVAL,
                ~pushed.exists(),
            )
            .order_by(Notice.id.desc())
            .limit(1)
        )
        notice_id = relied.scalar()
        if notice_id is not None:
            await enqueue(unit, 1, deferred=[(notice_id, push.device_id, max(push.due_at, unit.now))], leased=False)


async def _lock_unclaimed(unit: UnitOfWork, ids: list[UUID]) -> set[UUID]:
    """Lock those of these deliveries that no dispatcher has claimed, until this transaction ends, and return them."""
    if not ids:
        return set()
    locked = await unit.session.execute(
        select(Delivery.id)
        .where(Delivery.id.in_(ids), Delivery.state == DeliveryState.PENDING, Delivery.lease_until.is_(None))
        .order_by(Delivery.id)
        # Skipped rather than waited for: whoever holds one is sending it, and may wait for what is locked here.
        .with_for_update(skip_locked=True)
    )
    return set(locked.scalars())
