"""The companion of a bookend: notified when it is planned, when it is missed and how it ended; and what ends with them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from core.unit_of_work import UnitOfWork
from models import Bookend, Delivery, Membership, Notice, Person
from models.enums import NoticeKind
from rules import access
from rules.circle import hours, ways
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox.enqueue import enqueue


async def notify_planned(unit: UnitOfWork, bookend: Bookend) -> None:
    """Notify the companion of a planned bookend; without a push while they are muted or outside their hours."""
    companion = await _load_companion(unit, bookend)
    if companion is not None:
        notice = NoticeDraft(
            companion.member_id,
            NoticeKind.STANDING_BY,
            bookend.id,
            bookend.person_id,
            bookend_id=bookend.id,
            push=_may_push(unit, companion),
        )
        await create_notices(unit, [notice])


async def notify_missed(unit: UnitOfWork, bookend: Bookend) -> bool:
    """Notify the companion, if there still is one, of a missed bookend; return whether a push is on its way to them.

    There is no push while they are muted or outside their hours. Channels are used when no device works.
    """
    companion = await _load_companion(unit, bookend)
    if companion is None:
        return False
    companion_id = companion.member_id
    awake = _may_push(unit, companion)
    bookend.companion_told_at = unit.now
    await mark_planned_read(unit, bookend)
    notice = NoticeDraft(
        companion_id, NoticeKind.BOOKEND_MISSED, bookend.id, bookend.person_id, bookend_id=bookend.id, push=awake
    )
    notices = await create_notices(unit, [notice])
    if not awake:
        return False
    companion_ways = (await ways.load_ways(unit, [companion_id]))[companion_id]
    if len(companion_ways.devices) > companion_ways.refusing_devices:
        return True
    return await _enqueue_channels(unit, notices[companion_id], companion_ways.channels) and companion_ways.any_works


async def notify_end(unit: UnitOfWork, bookend: Bookend, kind: NoticeKind) -> None:
    """Notify a companion who was told that it was missed, and still is the companion, how it ended; by the same ways."""
    if bookend.companion_told_at is None or bookend.membership_id is None:
        return
    companion_id = (
        await unit.session.execute(select(Membership.member_id).where(Membership.id == bookend.membership_id))
    ).scalar()
    if companion_id is None:
        return
    pushed_ways = (
        await unit.session.execute(
            select(Delivery.device_id, Delivery.channel_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(
                access.owned_by(Notice, companion_id),
                Notice.kind == NoticeKind.BOOKEND_MISSED,
                Notice.event_id == bookend.id,
            )
        )
    ).all()
    notice = NoticeDraft(
        companion_id, kind, bookend.id, bookend.person_id, bookend_id=bookend.id, push=bool(pushed_ways)
    )
    notices = await create_notices(unit, [notice])
    await _enqueue_channels(
        unit, notices[companion_id], list({way.channel_id for way in pushed_ways if way.channel_id is not None})
    )


async def mark_planned_read(unit: UnitOfWork, bookend: Bookend) -> None:
    """Mark the notice of the plan as read: the bookend is missed or over."""
    await unit.session.execute(
        update(Notice)
        .where(*_planned_notice(bookend), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )


async def dismiss_planned(unit: UnitOfWork, bookend: Bookend) -> None:
    """Dismiss the notice of the plan: the bookend is being deleted."""
    await unit.session.execute(
        update(Notice)
        .where(*_planned_notice(bookend), Notice.dismissed_at.is_(None))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _planned_notice(bookend: Bookend) -> tuple[ColumnElement[bool], ...]:
    return (
        access.owned_by_any(Notice, [bookend.companion_id] if bookend.companion_id else []),
        Notice.kind == NoticeKind.STANDING_BY,
        Notice.event_id == bookend.id,
    )


async def _load_companion(unit: UnitOfWork, bookend: Bookend) -> Any | None:  # noqa: ANN401 (a row)
    """Return the companion with their hours and mute; None when the membership has ended."""
    rows = await unit.session.execute(
        select(
            Membership.member_id,
            Membership.muted_until,
            Person.hours,
            Person.time_zone,
            Person.wake_me,
            Person.away_until,
        )
        .join(Person, Person.id == Membership.member_id)
        .where(Membership.id == bookend.membership_id, Membership.confirmed_at.is_not(None))
    )
    return rows.one_or_none()


def _may_push(unit: UnitOfWork, companion: Any) -> bool:  # noqa: ANN401 (a row)
    silent_until = hours.silent_until(companion.muted_until, companion.away_until)
    return hours.available(companion.hours, companion.time_zone, silent_until, unit.now, wake_me=companion.wake_me)


async def _enqueue_channels(unit: UnitOfWork, notice_id: UUID, channels: Sequence[UUID]) -> bool:
    return bool(await enqueue(unit, 1, channels=[(notice_id, channel) for channel in channels]))
