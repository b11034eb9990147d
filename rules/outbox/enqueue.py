"""The one way into the outbox: builds the rows of deliveries, inserts them, and announces them to this process's senders."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, update

from core.bulk_insert import Batch, insert_together
from core.unit_of_work import Operation, UnitOfWork
from models import Delivery
from models.enums import DeliveryState
from rules.outbox.lease import LEASE_SECONDS

DELIVERY_TABLE = cast("Table", Delivery.__table__)

DeliveryKey = tuple[UUID, UUID]
"""The id of a notice, and of the device or channel that it is pushed to."""
DeferredKey = tuple[UUID, UUID, datetime]
"""The same for a device or channel that is pushed later, with the time."""


async def enqueue(
    unit: UnitOfWork,
    round_number: int,
    *,
    devices: Iterable[DeliveryKey] = (),
    channels: Iterable[DeliveryKey] = (),
    deferred: Iterable[DeferredKey] = (),
    deferred_channels: Iterable[DeferredKey] = (),
    leased: bool = True,
) -> list[UUID]:
    """Insert deliveries in this round, due now unless they are deferred; return their ids.

    `leased`: this process sends them right after the commit. False leaves them to whichever worker looks first, for
    callers that send nothing themselves.
    """
    batches = delivery_batches(
        unit,
        round_number,
        devices=devices,
        channels=channels,
        deferred=deferred,
        deferred_channels=deferred_channels,
        leased=leased,
    )
    await insert_together(unit.session, batches)
    return delivery_ids(batches)


def delivery_ids(batches: Sequence[Batch]) -> list[UUID]:
    """Return the ids of deliveries that `delivery_batches` has built."""
    return [row["id"] for batch in batches for row in batch[1]]


def delivery_batches(
    unit: Operation,
    round_number: int,
    *,
    devices: Iterable[DeliveryKey] = (),
    channels: Iterable[DeliveryKey] = (),
    deferred: Iterable[DeferredKey] = (),
    deferred_channels: Iterable[DeferredKey] = (),
    spared: Collection[UUID] = frozenset(),
    leased: bool = True,
) -> list[Batch]:
    """Build deliveries for the caller's own `insert_together`, and announce those that are due now.

    `spared`: devices on which an urgent push makes no sound.

    For callers that insert the notices, or more, with the same statement. If it fails, `unit.rollback` withdraws the
    announcement.
    """
    due_now = _shared_values(unit, round_number, leased=leased)
    to_devices = [{"id": unit.new_id(), "notice_id": notice, "device_id": device} for notice, device in devices]
    loudly = [row for row in to_devices if row["device_id"] not in spared]
    quietly = [row for row in to_devices if row["device_id"] in spared]
    to_channels = [{"id": unit.new_id(), "notice_id": notice, "channel_id": channel} for notice, channel in channels]
    later = [
        {"id": unit.new_id(), "notice_id": notice, "device_id": device, "due_at": due_at}
        for notice, device, due_at in deferred
    ]
    later_to_channels = [
        {"id": unit.new_id(), "notice_id": notice, "channel_id": channel, "due_at": due_at}
        for notice, channel, due_at in deferred_channels
    ]
    if leased:
        unit.committed_deliveries.extend(row["id"] for row in (*to_devices, *to_channels))
    # Nobody holds these until they are due, and each is due at a time of its own.
    due_later = {name: value for name, value in due_now.items() if name != "due_at"} | {"lease_until": None}
    return [
        (DELIVERY_TABLE, loudly, due_now),
        (DELIVERY_TABLE, quietly, due_now | {"quiet": True}),
        (DELIVERY_TABLE, to_channels, due_now),
        (DELIVERY_TABLE, later, due_later),
        (DELIVERY_TABLE, later_to_channels, due_later),
    ]


async def requeue(unit: UnitOfWork, called_off: Sequence[UUID]) -> None:
    """Make these deliveries, which were called off or given up, due again, and announce them."""
    if not called_off:
        return
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(called_off))
        .values(
            state=str(DeliveryState.PENDING), attempt=0, due_at=unit.now, lease_until=None, fence=Delivery.fence + 1
        )
    )
    unit.committed_deliveries.extend(called_off)


def _shared_values(unit: Operation, round_number: int, *, leased: bool) -> dict[str, Any]:
    return {
        "round": round_number,
        "state": str(DeliveryState.PENDING),
        "attempt": 0,
        "created_at": unit.now,
        "due_at": unit.now,
        # Leased to the process that commits them: no other claims them before it has had time to send them.
        "lease_until": unit.now + timedelta(seconds=LEASE_SECONDS) if leased else None,
        "fence": 1,
    }
