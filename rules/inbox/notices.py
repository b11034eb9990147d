"""Writing a notice into an inbox and its deliveries into the outbox, in the transaction of what caused them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, select, update

from core.bulk_insert import insert_together
from core.unit_of_work import LEASE_SECONDS, UnitOfWork
from models import Delivery, Device, Notice
from models.enums import DeliveryState, NoticeKind

NOTICE_TABLE = cast("Table", Notice.__table__)
DELIVERY_TABLE = cast("Table", Delivery.__table__)


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """One notice for one person. `event_id` is its cause; `push` says whether their devices are pushed as well."""

    recipient_id: UUID
    kind: NoticeKind
    event_id: UUID
    sender_id: UUID | None
    reach_out_id: UUID | None = None
    bookend_id: UUID | None = None
    push: bool = True


async def create_notices(
    unit: UnitOfWork, tellings: Sequence[NoticeDraft], waits: Mapping[UUID, datetime | None] = MappingProxyType({})
) -> dict[UUID, UUID]:
    """Write the notices and a delivery for each live device of those to be pushed; gives each person's notice.

    `waits`: devices that are pushed later, and when; None for those that need no delivery, as another one stands for it.
    """
    pushed = {telling.recipient_id for telling in tellings if telling.push}
    devices = await live_devices(unit, pushed)
    notices = [notice_row(unit, telling) for telling in tellings]
    ways = [
        (row["id"], device)
        for row, telling in zip(notices, tellings, strict=True)
        if telling.push
        for device in devices.get(telling.recipient_id, ())
    ]
    at_once = [delivery_row(unit, notice, device, 1) for notice, device in ways if device not in waits]
    later = [
        {**delivery_row(unit, notice, device, 1), "due_at": due_at, "lease_until": None}
        for notice, device in ways
        if (due_at := waits.get(device)) is not None
    ]
    await insert_together(unit.session, [(NOTICE_TABLE, notices), (DELIVERY_TABLE, [*at_once, *later])])
    publish_after_commit(unit, notices, at_once)
    return {row["recipient_id"]: row["id"] for row in notices}


async def live_devices(unit: UnitOfWork, people: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The live devices of each of these people."""
    wanted = list(people)
    if not wanted:
        return {}
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = await unit.session.execute(
        select(Device.person_id, Device.id).where(Device.person_id.in_(wanted), Device.disabled_at.is_(None))
    )
    for person_id, device_id in rows:
        found[person_id].append(device_id)
    return found


def notice_row(unit: UnitOfWork, telling: NoticeDraft) -> dict[str, Any]:
    return {"id": unit.new_id(), "recipient_id": telling.recipient_id, **shared_notice_values(unit, telling)}


def shared_notice_values(unit: UnitOfWork, telling: NoticeDraft) -> dict[str, Any]:
    """What the notices of one piece of news have in common."""
    return {
        "kind": str(telling.kind),
        "event_id": telling.event_id,
        "sender_id": telling.sender_id,
        "reach_out_id": telling.reach_out_id,
        "bookend_id": telling.bookend_id,
        "created_at": unit.now,
    }


def delivery_row(unit: UnitOfWork, notice_id: UUID, device_id: UUID, round_: int) -> dict[str, Any]:
    """A delivery that is due now, under the lease of the process that commits it."""
    return {"id": unit.new_id(), "notice_id": notice_id, "device_id": device_id, **due_delivery_values(unit, round_)}


def due_delivery_values(unit: UnitOfWork, round_: int) -> dict[str, Any]:
    """What deliveries that are to be sent at once have in common."""
    return {
        "round": round_,
        "state": str(DeliveryState.PENDING),
        "attempt": 0,
        "created_at": unit.now,
        "due_at": unit.now,
        "lease_until": unit.now + timedelta(seconds=LEASE_SECONDS),
        "fence": 1,
    }


def channel_row(unit: UnitOfWork, notice_id: UUID, channel_id: UUID, round_: int) -> dict[str, Any]:
    """The same for a channel: an SMS, an e-mail, an ntfy message."""
    row = delivery_row(unit, notice_id, channel_id, round_)
    row["channel_id"] = row.pop("device_id")
    return row


def publish_after_commit(
    unit: UnitOfWork, notices: Iterable[Mapping[str, Any]], deliveries: Iterable[Mapping[str, Any]]
) -> None:
    """Let the streams and the senders know of these rows once they are committed."""
    for row in notices:
        unit.publish(row["recipient_id"], "notice", row["id"])
    unit.committed_deliveries.extend(row["id"] for row in deliveries)


async def withdraw(unit: UnitOfWork, notices: Select[UUID]) -> None:
    """Cancel what is still to be sent of the notices that this subquery selects."""
    # Locked in the order of their ids, as the recording of outcomes does it.
    pending = await unit.session.execute(
        select(Delivery.id)
        .where(Delivery.notice_id.in_(notices), Delivery.state == DeliveryState.PENDING)
        .order_by(Delivery.id)
        .with_for_update()
    )
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(pending.scalars().all()), Delivery.state == DeliveryState.PENDING)
        .values(state=str(DeliveryState.CANCELLED), lease_until=None)
        .execution_options(synchronize_session=False)
    )
