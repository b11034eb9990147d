"""The inbox: every notice once, newest first; read marks; and a device's word that a push arrived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, update

from core.errors import NotFound
from core.telemetry import RECEIPTS
from core.unit import Unit
from models import Delivery, Device, Notice, Person, ReachOut, Recipient
from models.vocabulary import NoticeKind
from rules import access, reachability
from rules.access import Caller
from rules.reach_out.show import PersonView, person_view


@dataclass(frozen=True, slots=True)
class NoticeView:
    """An inbox item. `sender` is None where nobody may be named, or the account is no more."""

    id: UUID
    kind: str
    sender: PersonView | None
    reach_out_id: UUID | None
    bookend_id: UUID | None
    created_at: datetime
    read_at: datetime | None


_COLUMNS: Select[*tuple[Any, ...]] = select(
    Notice.id,
    Notice.kind,
    Notice.sender_id,
    Notice.reach_out_id,
    Notice.bookend_id,
    Notice.created_at,
    Notice.read_at,
    Person.data_key,
    Person.display_name,
).outerjoin(Person, Person.id == Notice.sender_id)


async def page(
    unit: Unit, who: Caller, limit: int, before: UUID | None, *, unread: bool | None, kind: NoticeKind | None
) -> list[NoticeView]:
    """The caller's notices, newest first, `limit` + 1 at most."""
    statement = _COLUMNS.where(Notice.recipient_id == who.person_id, Notice.dismissed_at.is_(None))
    if before is not None:
        statement = statement.where(Notice.id < before)
    if unread is not None:
        statement = statement.where(Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None))
    if kind is not None:
        statement = statement.where(Notice.kind == str(kind))
    connection = await unit.session.connection()
    found = await connection.execute(statement.order_by(Notice.id.desc()).limit(limit + 1))
    return [_view(unit, row) for row in found]


async def one(unit: Unit, who: Caller, notice_id: UUID) -> NoticeView:
    """One notice. Raises NotFound."""
    found = (
        await unit.session.execute(
            _COLUMNS.where(Notice.id == notice_id, Notice.recipient_id == who.person_id, Notice.dismissed_at.is_(None))
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return _view(unit, found)


def _view(unit: Unit, row: Row[*tuple[Any, ...]]) -> NoticeView:
    sender = None if row.sender_id is None else person_view(unit.keyring, row.sender_id, row.data_key, row.display_name)
    return NoticeView(row.id, row.kind, sender, row.reach_out_id, row.bookend_id, row.created_at, row.read_at)


async def unread_count(unit: Unit, who: Caller) -> int:
    return (
        await unit.session.execute(
            select(func.count()).where(
                Notice.recipient_id == who.person_id, Notice.dismissed_at.is_(None), Notice.read_at.is_(None)
            )
        )
    ).scalar_one()


async def read(unit: Unit, who: Caller, notice_id: UUID) -> None:
    """Mark a notice as read; a reach-out counts as seen from then on. Raises NotFound."""
    found = await access.notice(unit, who, notice_id)
    if found.read_at is None:
        found.read_at = unit.now
        await unit.session.flush()
    if found.kind == NoticeKind.REACH_OUT and found.reach_out_id is not None:
        await _mark(unit, who.person_id, found.reach_out_id, seen=True)


async def read_all(unit: Unit, who: Caller) -> int:
    """Mark everything as read; gives how many were not. To clear a list is not to have seen who calls."""
    changed = await unit.session.execute(
        update(Notice)
        .where(Notice.recipient_id == who.person_id, Notice.dismissed_at.is_(None), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.scalars().all())


async def receipt(unit: Unit, who: Caller, delivery_id: UUID, *, opened: bool) -> None:
    """The device's own word that a push arrived, or was opened. Saying it twice is no mistake. Raises NotFound."""
    found = (
        await unit.session.execute(
            select(Delivery, Device, Notice.kind, Notice.reach_out_id, Person.unreachable_told_at)
            .join(Device, Device.id == Delivery.device_id)
            .join(Person, Person.id == Device.person_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(Delivery.id == delivery_id, Device.person_id == who.person_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    delivery, device, kind, reach_out_id, unreachable_since = found
    delivery.delivered_at = delivery.delivered_at or unit.now
    delivery.resend_at = None
    if opened:
        delivery.opened_at = delivery.opened_at or unit.now
    device.last_receipt_at = unit.now
    await unit.session.flush()
    if unreachable_since is not None and device.disabled_at is None:
        await reachability.heard(unit, who.person_id)
    RECEIPTS.labels("opened" if opened else "delivered").inc()
    if kind == NoticeKind.REACH_OUT and reach_out_id is not None:
        await _mark(unit, who.person_id, reach_out_id, seen=opened)


async def _mark(unit: Unit, person_id: UUID, reach_out_id: UUID, *, seen: bool) -> None:
    """Let the person who pressed see how far it came to this recipient; only a first time is news."""
    column = Recipient.seen_at if seen else Recipient.delivered_at
    changed = await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.reach_out_id == reach_out_id,
            Recipient.person_id == person_id,
            Recipient.gone_at.is_(None),
            column.is_(None),
        )
        .values({column: unit.now})
        .returning(Recipient.reach_out_id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        return
    owner = (await unit.session.execute(select(ReachOut.person_id).where(ReachOut.id == reach_out_id))).scalar()
    if owner is not None:
        unit.tell(owner, "reach_out", reach_out_id)


async def may_hear(unit: Unit, who: Caller, kind: str, about: UUID) -> bool:
    """Whether this news is still for the caller: looked up anew for every event of a stream."""
    try:
        if kind == "notice":
            await access.notice(unit, who, about)
        else:
            await access.reach_out(unit, who, about)
    except NotFound:
        return False
    return True
