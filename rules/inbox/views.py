"""Reads the inbox, newest notice first, and keeps read marks and the receipts of devices."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    func,
    select,
    update,
)

from core.telemetry import RECEIPTS
from core.unit_of_work import Operation, UnitOfWork
from models import Bookend, Delivery, Device, Notice, Person, ReachOut, Recipient, Session
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.circle import reachability
from rules.errors import NotFound
from rules.kinds import ASKING_KINDS, THREAD_KINDS
from rules.person_view import PersonView, person_view
from rules.practice.lifecycle import note_practice_receipt
from rules.practice.proof import record_push_proof


@dataclass(frozen=True, slots=True)
class NoticeView:
    """An inbox item. `sender` is None where nobody may be named, or the account no longer exists."""

    id: UUID
    kind: str
    sender: PersonView | None
    reach_out_id: UUID | None
    bookend_id: UUID | None
    commitment_id: UUID | None
    check_in_id: UUID | None
    reach_in_id: UUID | None
    practice_id: UUID | None
    created_at: datetime
    read_at: datetime | None


_NOTICE = (
    Notice.id,
    Notice.kind,
    Notice.event_id,
    Notice.sender_id,
    Notice.reach_out_id,
    Notice.bookend_id,
    Notice.commitment_id,
    Notice.created_at,
    Notice.read_at,
)
_NOTICE_WITH_SENDER: Select[*tuple[Any, ...]] = select(*_NOTICE, Person.data_key, Person.display_name).outerjoin(
    Person, Person.id == Notice.sender_id
)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page of notices, with the session that requested it and the last recorded use of that session."""

    session_id: UUID
    used_at: datetime
    views: list[NoticeView]


async def load_inbox_page(
    operation: Operation,
    token: str | None,
    limit: int,
    before: UUID | None,
    *,
    unread: bool | None,
    kind: NoticeKind | None,
) -> NoticePage:
    """Return the notices of the person the token belongs to, newest first, `limit` + 1 at most, in one round trip.

    Raises NotSignedIn.
    """
    values = {
        "token_hash": access.token_hash(token or ""),
        "now": operation.now,
        "rows": limit + 1,
        "before": before,
        "kind": kind and str(kind),
    }
    rows = await operation.fetch(_page_statement(before is not None, kind is not None, unread), values)
    if rows:
        names: dict[UUID, PersonView] = {}
        return NoticePage(rows[0].session_id, rows[0].used_at, [_notice_view(operation, row, names) for row in rows])
    # Either the page is empty, or nobody is signed in.
    who = await access.load_caller(operation, token)
    return NoticePage(who.session_id, who.used_at, [])


@cache
def _page_statement(before: bool, kind: bool, unread: bool | None) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 (a cache's key)
    """Build the query, once for each set of filters. The person is a subquery, so that the index yields rows in order."""
    me = select(Session.person_id).where(access.SIGNED_IN).scalar_subquery()
    notices = select(*_NOTICE).where(access.owned_by(Notice, me), access.in_inbox())
    if before:
        notices = notices.where(Notice.id < bindparam("before", type_=Uuid))
    if kind:
        notices = notices.where(Notice.kind == bindparam("kind", type_=String))
    if unread is not None:
        notices = notices.where(Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None))
    listed = notices.order_by(Notice.id.desc()).limit(bindparam("rows", type_=Integer)).subquery()
    return (
        select(listed, Person.data_key, Person.display_name, Session.id.label("session_id"), Session.used_at)
        .select_from(listed)
        .join(Session, access.SIGNED_IN)
        .outerjoin(Person, Person.id == listed.c.sender_id)
        .order_by(listed.c.id.desc())
    )


async def load_notice_view(unit: UnitOfWork, who: Caller, notice_id: UUID) -> NoticeView:
    """Return one notice. Raises NotFound."""
    row = (
        await unit.session.execute(
            _NOTICE_WITH_SENDER.where(Notice.id == notice_id, access.mine(Notice, who), access.in_inbox())
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return _notice_view(unit, row, {})


def _notice_view(operation: Operation, row: Row[*tuple[Any, ...]], names: dict[UUID, PersonView]) -> NoticeView:
    """Build the view of a row. `names`: senders decrypted already; a page often has few of them."""
    sender = names.get(row.sender_id)
    if sender is None and row.sender_id is not None:
        sender = names[row.sender_id] = person_view(operation.keyring, row.sender_id, row.data_key, row.display_name)
    return NoticeView(
        id=row.id,
        kind=row.kind,
        sender=sender,
        reach_out_id=row.reach_out_id,
        bookend_id=row.bookend_id,
        commitment_id=row.commitment_id,
        # What somebody shared or sent is itself the event.
        check_in_id=row.event_id if row.kind == NoticeKind.CHECK_IN else None,
        reach_in_id=row.event_id if row.kind == NoticeKind.REACH_IN else None,
        practice_id=row.event_id if row.kind == NoticeKind.PRACTICE else None,
        created_at=row.created_at,
        read_at=row.read_at,
    )


@dataclass(frozen=True, slots=True)
class UnreadCounts:
    """How many notices are unread, and how many of them announce something from people the reader is there for."""

    unread: int
    from_supported: int


async def unread_counts(unit: UnitOfWork, who: Caller) -> UnreadCounts:
    shared = and_(Notice.kind.in_(THREAD_KINDS), access.notices_from_supported(who.person_id))
    row = (
        await unit.session.execute(
            select(func.count(), func.count().filter(shared)).where(
                access.mine(Notice, who), access.in_inbox(), Notice.read_at.is_(None)
            )
        )
    ).one()
    return UnreadCounts(*row)


async def mark_read(unit: UnitOfWork, who: Caller, notice_id: UUID) -> None:
    """Mark a notice as read; a reach-out counts as seen from then on. Raises NotFound."""
    notice = await access.load_notice(unit, who, notice_id)
    # Recipients are locked before notices, as in a removal, or the two could deadlock.
    if notice.kind in ASKING_KINDS and notice.reach_out_id is not None:
        await _mark_progress(unit, who.person_id, notice.reach_out_id, notice.created_at, seen=True)
    if notice.read_at is None:
        notice.read_at = unit.now
        await unit.session.flush()


async def mark_all_read(unit: UnitOfWork, who: Caller) -> int:
    """Mark everything as read; return how many were unread. No reach-out counts as seen by this."""
    changed = await unit.session.execute(
        update(Notice)
        .where(access.mine(Notice, who), access.in_inbox(), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.scalars().all())


async def record_receipt(unit: UnitOfWork, who: Caller, delivery_id: UUID, *, opened: bool) -> None:
    """Record a device's receipt: a push arrived, or was opened. A repeated one changes nothing. Raises NotFound."""
    row = (
        await unit.session.execute(
            select(
                Delivery,
                Device,
                Notice.kind,
                Notice.event_id,
                Notice.reach_out_id,
                Notice.created_at,
                Person.unreachable_told_at,
            )
            .join(Device, Device.id == Delivery.device_id)
            .join(Person, Person.id == Device.person_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(Delivery.id == delivery_id, access.mine(Device, who))
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    delivery, device, kind, event_id, reach_out_id, told_at, unreachable_since = row
    if kind == NoticeKind.PRACTICE:
        # Before the delivery is written: a member's part in a practice comes first in the order of locks.
        await note_practice_receipt(unit, who, event_id, opened=opened)
    delivery.delivered_at = delivery.delivered_at or unit.now
    delivery.resend_at = None
    if opened:
        delivery.opened_at = delivery.opened_at or unit.now
    device.last_receipt_at = unit.now
    await unit.session.flush()
    if unreachable_since is not None and device.disabled_at is None:
        await reachability.mark_reachable(unit, who.person_id)
    RECEIPTS.labels("opened" if opened else "delivered").inc()
    if kind in ASKING_KINDS and reach_out_id is not None:
        await _mark_progress(unit, who.person_id, reach_out_id, told_at, seen=opened)
    if opened:
        await record_push_proof(unit, who.person_id)


async def _mark_progress(
    unit: UnitOfWork, person_id: UUID, reach_out_id: UUID, told_at: datetime, *, seen: bool
) -> None:
    """Record how far the reach-out has come to this recipient; publish it to the person who pressed, the first time only.

    `told_at`: of the notice that has come so far. The notice of a calm ask says nothing of the press that it has become.
    """
    column = Recipient.seen_at if seen else Recipient.delivered_at
    changed = await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.reach_out_id == reach_out_id,
            access.owned_by(Recipient, person_id),
            Recipient.gone_at.is_(None),
            Recipient.told_at <= told_at,
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
        unit.publish(owner, "reach_out", reach_out_id)


async def _check_bookend(unit: UnitOfWork, who: Caller, about: UUID) -> None:
    """Raise NotFound for a bookend that the caller may not see; the event of a deleted one reveals nothing."""
    existing = await unit.session.execute(select(Bookend.id).where(Bookend.id == about))
    if existing.first() is not None:
        await access.require_bookend(unit, who, about)


async def may_receive(unit: UnitOfWork, who: Caller, kind: str, about: UUID) -> bool:
    """Return whether the caller may still see what this event is about; checked anew for every event of a stream."""
    try:
        if kind == "notice":
            await access.load_notice(unit, who, about)
        elif kind == "thread":
            await access.require_pair(unit, who, about)
        elif kind == "bookend":
            await _check_bookend(unit, who, about)
        else:
            await access.load_visible_reach_out(unit, who, about)
    except NotFound:
        return False
    return True
