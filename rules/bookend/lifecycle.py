"""The use-cases of a bookend: plan it, check in, move or cancel it, and do what its schedule says is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Bookend, Notice
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.bookend import companion
from rules.bookend.schedule import next_step
from rules.errors import BookendOver, CompanionUnknown, Invalid, TooManyBookends
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices, live_devices
from rules.outbox.cancellation import cancel_deliveries
from rules.outbox.enqueue import enqueue

MAX_BOOKEND_LEAD = timedelta(days=7)
"""How far ahead a bookend may be due."""
MAX_BOOKENDS = 20
"""Bookends that one person may have open."""


async def plan_bookend(
    unit: UnitOfWork,
    who: Caller,
    what: str | None,
    due_at: datetime,
    companion_membership_id: UUID,
    fingerprint: RequestFingerprint | None,
) -> UUID:
    """Plan a bookend, notify its companion and return its id. They read `what` once it is missed.

    `companion_membership_id`: a confirmed membership in the caller's circle; `due_at`: ahead, within 7 days.
    Raises Invalid, CompanionUnknown, TooManyBookends, KeyReused.
    """

    async def create() -> UUID:
        _ensure_ahead(due_at, unit.now)
        await access.lock_person(unit, who)
        await _ensure_bookend_room(unit, who)
        member = await access.lock_active_member(unit, who, companion_membership_id)
        if member is None:
            raise CompanionUnknown
        bookend = Bookend(
            id=unit.new_id(),
            person_id=who.person_id,
            membership_id=member.id,
            companion_id=member.member_id,
            due_at=due_at,
            created_at=unit.now,
            nudges=0,
            next_at=due_at,
        )
        bookend.what = who.vault.seal("bookends.what", bookend.id, what)
        unit.session.add(bookend)
        await unit.session.flush()
        await companion.notify_planned(unit, bookend)
        _publish_change(unit, bookend)
        return bookend.id

    bookend_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return bookend_id


async def check_in_at_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Check in: "I'm back". A companion who was told gets the all-clear. Checking in again changes nothing.

    Raises NotFound, NotYours.
    """
    bookend = await access.load_own_bookend(unit, who, bookend_id)
    if bookend.checked_in_at is not None:
        return
    bookend.checked_in_at, bookend.next_at = unit.now, None
    await unit.session.flush()
    await _cancel_pushes(unit, bookend)
    # The nudges have served their purpose.
    await unit.session.execute(
        update(Notice)
        .where(*_standing_nudges(bookend), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    await companion.mark_planned_read(unit, bookend)
    await companion.notify_end(unit, bookend, NoticeKind.ALL_CLEAR)
    _publish_change(unit, bookend)


async def extend_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID, due_at: datetime) -> None:
    """Move the due time, and count the nudges anew from there. The same due time again changes nothing.

    Raises NotFound, NotYours, Invalid, BookendOver once it is checked in or the companion was told.
    """
    bookend = await access.load_own_bookend(unit, who, bookend_id)
    if bookend.next_at is None:
        raise BookendOver
    if bookend.due_at == due_at:
        return
    _ensure_ahead(due_at, unit.now)
    bookend.due_at, bookend.next_at, bookend.nudges = due_at, due_at, 0
    await unit.session.flush()
    # The notice to the companion stays true.
    await _cancel_pushes(unit, bookend, NoticeKind.STANDING_BY)
    await _dismiss_nudges(unit, bookend)
    _publish_change(unit, bookend)


async def cancel_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Delete a bookend. A companion who was told is told that it ended without an all-clear.

    Raises NotFound, NotYours.
    """
    bookend = await access.load_own_bookend(unit, who, bookend_id)
    await _cancel_pushes(unit, bookend)
    await _dismiss_nudges(unit, bookend)
    await companion.dismiss_planned(unit, bookend)
    await _notify_end(unit, bookend)
    _publish_change(unit, bookend)
    await unit.session.delete(bookend)
    await unit.session.flush()


async def lock_bookends(unit: UnitOfWork, person_id: UUID) -> None:
    """Lock the bookends that this person planned or is the companion of, in the order of their ids."""
    await unit.session.execute(
        select(Bookend.id)
        .where(or_(access.owned_by(Bookend, person_id), access.is_companion(person_id)))
        .order_by(Bookend.id)
        .with_for_update()
    )


async def end_bookends_of_erased(unit: UnitOfWork, person_id: UUID) -> None:
    """End the bookends of an account that is being erased; companions get no all-clear."""
    bookends = await unit.session.execute(
        select(Bookend).where(access.owned_by(Bookend, person_id)).order_by(Bookend.id).with_for_update()
    )
    for bookend in bookends.scalars().all():
        await _notify_end(unit, bookend)
        _publish_change(unit, bookend)


async def list_due_bookends(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return the ids of due bookends, the most overdue first."""
    rows = await unit.session.execute(
        select(Bookend.id).where(Bookend.next_at <= unit.now).order_by(Bookend.next_at).limit(limit)
    )
    return rows.scalars().all()


async def advance_bookend_if_due(unit: UnitOfWork, bookend_id: UUID) -> bool:
    """Lock one bookend and do what is due; return False when another process holds it or has done it."""
    bookend = (
        await unit.session.execute(
            select(Bookend)
            .where(Bookend.id == bookend_id, Bookend.next_at <= unit.now)
            .with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()
    if bookend is None:
        return False
    step = next_step(bookend.due_at, bookend.nudges, unit.now)
    # One update only: for a second one PostgreSQL would check the membership's foreign key again, and could deadlock with a
    # removal that waits for this bookend.
    with unit.session.no_autoflush:
        bookend.nudges, bookend.next_at = step.nudges, step.next_at
        if step.nudge:
            await _nudge(unit, bookend)
        if step.tell and not await companion.notify_missed(unit, bookend):
            # There is no companion any more, or no push reaches them now: the person is told so.
            notice = NoticeDraft(bookend.person_id, NoticeKind.UNANSWERED, bookend.id, None, bookend_id=bookend.id)
            await create_notices(unit, [notice])
    _publish_change(unit, bookend)
    await unit.session.flush()
    return True


async def _nudge(unit: UnitOfWork, bookend: Bookend) -> None:
    """Nudge the person: the first time by a notice, the second time by pushing it again."""
    nudge = select(Notice.id).where(*_standing_nudges(bookend), Notice.kind == NoticeKind.BOOKEND_DUE)
    notice_id = (await unit.session.execute(nudge)).scalar()
    if notice_id is None:
        event_id = unit.new_id()
        await create_notices(
            unit, [NoticeDraft(bookend.person_id, NoticeKind.BOOKEND_DUE, event_id, None, bookend_id=bookend.id)]
        )
        return
    devices = (await live_devices(unit, [bookend.person_id])).get(bookend.person_id, [])
    await enqueue(unit, bookend.nudges, devices=[(notice_id, device) for device in devices])


async def _notify_end(unit: UnitOfWork, bookend: Bookend) -> None:
    if bookend.checked_in_at is None:
        await companion.notify_end(unit, bookend, NoticeKind.ENDED)


async def _cancel_pushes(unit: UnitOfWork, bookend: Bookend, *keep: NoticeKind) -> None:
    """Cancel pending pushes about this bookend to both sides, except those of the kinds to `keep`."""
    notices = select(Notice.id).where(access.owned_by_any(Notice, _sides(bookend)), Notice.bookend_id == bookend.id)
    await cancel_deliveries(unit, notices.where(Notice.kind.not_in(keep)))


def _sides(bookend: Bookend) -> list[UUID]:
    return [bookend.person_id, *([bookend.companion_id] if bookend.companion_id else [])]


def _publish_change(unit: UnitOfWork, bookend: Bookend) -> None:
    """Publish the change to the streams of both sides; a stream drops what its person may not see."""
    for person_id in _sides(bookend):
        unit.publish(person_id, "bookend", bookend.id)


async def _dismiss_nudges(unit: UnitOfWork, bookend: Bookend) -> None:
    await unit.session.execute(
        update(Notice)
        .where(*_standing_nudges(bookend))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _standing_nudges(bookend: Bookend) -> tuple[ColumnElement[bool], ...]:
    """Select what the person's own inbox holds about this bookend."""
    return (
        access.owned_by(Notice, bookend.person_id),
        Notice.bookend_id == bookend.id,
        Notice.dismissed_at.is_(None),
    )


async def _ensure_bookend_room(unit: UnitOfWork, who: Caller) -> None:
    """Raise TooManyBookends when the caller has the maximum of open ones; their row must be locked."""
    open_count = select(func.count()).where(access.mine(Bookend, who), Bookend.next_at.is_not(None))
    if (await unit.session.execute(open_count)).scalar_one() >= MAX_BOOKENDS:
        raise TooManyBookends


def _ensure_ahead(due_at: datetime, now: datetime) -> None:
    if not now < due_at <= now + MAX_BOOKEND_LEAD:
        says = "must lie ahead, and within 7 days"
        raise Invalid(extra={"errors": [{"at": "body.due_at", "says": says}]})
