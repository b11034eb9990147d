"""Writes notices into inboxes and their deliveries into the outbox, in the transaction of what caused them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, update

from core.bulk_insert import insert_together
from core.frozen import quick_dataclass
from core.unit_of_work import Operation, UnitOfWork
from models import Device, Notice
from models.enums import NoticeKind
from rules import access
from rules.outbox.cancellation import cancel_deliveries
from rules.outbox.enqueue import delivery_batches, delivery_ids

NOTICE_TABLE = cast("Table", Notice.__table__)


@quick_dataclass(frozen=True, slots=True)
class NoticeDraft:
    """One notice for one person. `event_id` is its cause; `push` says whether their devices are pushed as well."""

    recipient_id: UUID
    kind: NoticeKind
    event_id: UUID
    sender_id: UUID | None
    reach_out_id: UUID | None = None
    bookend_id: UUID | None = None
    commitment_id: UUID | None = None
    push: bool = True


async def create_notices(
    unit: UnitOfWork,
    drafts: Sequence[NoticeDraft],
    push_at: Mapping[UUID, datetime | None] = MappingProxyType({}),
    *,
    leased: bool = True,
) -> dict[UUID, UUID]:
    """Write the notices and a delivery for each live device of those to be pushed; return each person's notice.

    `push_at`: devices that are pushed later, and when; None for those that need none, because another delivery covers them.
    `leased`: this process sends them right after the commit; False leaves them to whichever worker has room first.
    """
    devices_of = await live_devices(unit, {draft.recipient_id for draft in drafts if draft.push})
    notices = [notice_row(unit, draft) for draft in drafts]
    addresses = [
        (notice["id"], device)
        for notice, draft in zip(notices, drafts, strict=True)
        if draft.push
        for device in devices_of.get(draft.recipient_id, ())
    ]
    deliveries = delivery_batches(
        unit,
        1,
        devices=[(notice, device) for notice, device in addresses if device not in push_at],
        deferred=[(notice, device, at) for notice, device in addresses if (at := push_at.get(device)) is not None],
        leased=leased,
    )
    await insert_together(unit.session, [(NOTICE_TABLE, notices), *deliveries])
    publish_after_commit(unit, notices)
    return {row["recipient_id"]: row["id"] for row in notices}


async def create_test_notice(
    unit: UnitOfWork, person_id: UUID, *, device_id: UUID | None = None, channel_id: UUID | None = None
) -> UUID:
    """Write a test notice with its one delivery, to this device or this channel; return the delivery's id."""
    (delivery_id,) = await create_hidden_notice(
        unit,
        person_id,
        NoticeKind.TEST,
        devices=[device_id] if device_id else (),
        channels=[channel_id] if channel_id else (),
    )
    return delivery_id


async def create_hidden_notice(
    unit: UnitOfWork,
    person_id: UUID,
    kind: NoticeKind,
    *,
    devices: Iterable[UUID] = (),
    channels: Iterable[UUID] = (),
    deferred: Iterable[tuple[UUID, datetime]] = (),
) -> list[UUID]:
    """Write a notice that only these devices and channels hear of; return the ids of its deliveries.

    It is shown in no inbox and published to no stream. `deferred`: devices that are pushed later, and when. Nothing is
    written when nobody is to be pushed.
    """
    notice = notice_row(unit, NoticeDraft(person_id, kind, unit.new_id(), person_id))
    notice["dismissed_at"] = unit.now
    deliveries = delivery_batches(
        unit,
        1,
        devices=[(notice["id"], device) for device in devices],
        channels=[(notice["id"], channel) for channel in channels],
        deferred=[(notice["id"], device, at) for device, at in deferred],
    )
    ids = delivery_ids(deliveries)
    if ids:
        await insert_together(unit.session, [(NOTICE_TABLE, [notice]), *deliveries])
    return ids


async def dismiss_notices(unit: UnitOfWork, *where: ColumnElement[bool]) -> None:
    """Take these notices out of the inboxes, and cancel what is still to be pushed of them."""
    await cancel_deliveries(unit, select(Notice.id).where(*where))
    await _set_on_notices(unit, (*where, Notice.dismissed_at.is_(None)), dismissed_at=unit.now)


async def mark_notices_read(unit: UnitOfWork, *where: ColumnElement[bool]) -> None:
    """Mark these notices as read, and cancel what is still to be pushed of them: they have served their purpose."""
    await cancel_deliveries(unit, select(Notice.id).where(*where))
    await _set_on_notices(unit, (*where, Notice.read_at.is_(None)), read_at=unit.now)


async def _set_on_notices(unit: UnitOfWork, where: Iterable[ColumnElement[bool]], **values: datetime) -> None:
    await unit.session.execute(
        update(Notice).where(*where).values(**values).execution_options(synchronize_session=False)
    )


async def live_devices(unit: UnitOfWork, people: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the ids of the live devices of these people, by person id."""
    ids = list(people)
    if not ids:
        return {}
    rows = await unit.session.execute(
        select(Device.person_id, Device.id).where(access.owned_by_any(Device, ids), Device.disabled_at.is_(None))
    )
    devices_of: dict[UUID, list[UUID]] = defaultdict(list)
    for person_id, device_id in rows:
        devices_of[person_id].append(device_id)
    return devices_of


def notice_row(unit: Operation, draft: NoticeDraft) -> dict[str, Any]:
    return {"id": unit.new_id(), "recipient_id": draft.recipient_id, **shared_notice_values(unit, draft)}


def shared_notice_values(unit: Operation, draft: NoticeDraft) -> dict[str, Any]:
    """Return what the notices of one event have in common."""
    return {
        "kind": str(draft.kind),
        "event_id": draft.event_id,
        "sender_id": draft.sender_id,
        "reach_out_id": draft.reach_out_id,
        "bookend_id": draft.bookend_id,
        "commitment_id": draft.commitment_id,
        "created_at": unit.now,
    }


def publish_after_commit(unit: Operation, notices: Iterable[Mapping[str, Any]]) -> None:
    """Publish these notices to the open streams of their recipients, once they are committed."""
    for row in notices:
        unit.publish(row["recipient_id"], "notice", row["id"])
