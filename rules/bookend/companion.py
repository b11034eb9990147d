"""Standing by at the end of a bookend: how the companion is asked, told, hears how it ended, and falls away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from core.unit_of_work import UnitOfWork
from models import Bookend, Delivery, Membership, Notice, Person
from models.enums import NoticeKind
from rules import access
from rules.circle import hours, ways
from rules.inbox.notices import NoticeDraft, create_notices, withdraw
from rules.outbox.enqueue import enqueue


async def ask_companion(unit: UnitOfWork, found: Bookend) -> None:
    """Tell the companion that they stand by. It wakes nobody: outside their hours, or muted, the inbox has it."""
    stands = await _stands(unit, found)
    if stands is not None:
        asked = NoticeDraft(
            stands.member_id,
            NoticeKind.STANDING_BY,
            found.id,
            found.person_id,
            bookend_id=found.id,
            push=_awake(unit, stands),
        )
        await create_notices(unit, [asked])


async def tell_companion(unit: UnitOfWork, found: Bookend) -> bool:
    """Tell the companion, if they still are one; gives whether something is on its way to them.

    Outside their hours, or muted, they find it in their inbox. Their channels are tried when they have no device.
    """
    stands = await _stands(unit, found)
    if stands is None:
        return False
    companion = stands.member_id
    awake = _awake(unit, stands)
    found.companion_told_at = unit.now
    await end_companion(unit, found)
    missed = NoticeDraft(
        companion, NoticeKind.BOOKEND_MISSED, found.id, found.person_id, bookend_id=found.id, push=awake
    )
    notices = await create_notices(unit, [missed])
    if not awake:
        return False
    to_them = (await ways.load_ways(unit, [companion]))[companion]
    if len(to_them.devices) > to_them.refusing_devices:
        return True
    return await _call(unit, notices[companion], to_them.channels) and to_them.work


async def last_word(unit: UnitOfWork, found: Bookend, word: NoticeKind) -> None:
    """How it ended, for a companion who was told of it and still is one; by every way by which they were told."""
    if found.companion_told_at is None or found.membership_id is None:
        return
    companion = (
        await unit.session.execute(select(Membership.member_id).where(Membership.id == found.membership_id))
    ).scalar()
    if companion is None:
        return
    told_by = (
        await unit.session.execute(
            select(Delivery.device_id, Delivery.channel_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(
                access.owned_by(Notice, companion),
                Notice.kind == NoticeKind.BOOKEND_MISSED,
                Notice.event_id == found.id,
            )
        )
    ).all()
    last = NoticeDraft(companion, word, found.id, found.person_id, bookend_id=found.id, push=bool(told_by))
    notices = await create_notices(unit, [last])
    await _call(unit, notices[companion], list({way.channel_id for way in told_by if way.channel_id is not None}))


async def end_companion(unit: UnitOfWork, found: Bookend) -> None:
    """That somebody stands by is no longer news: it has been missed, or is over."""
    await unit.session.execute(
        update(Notice)
        .where(*_asked(found), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )


async def take_back(unit: UnitOfWork, found: Bookend) -> None:
    """The bookend is no more, so that nothing in an inbox may lead to it."""
    await unit.session.execute(
        update(Notice)
        .where(*_asked(found), Notice.dismissed_at.is_(None))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


async def companion_gone(unit: UnitOfWork, owner_id: UUID, member_id: UUID) -> None:
    """A former member no longer stands by: nothing more is sent to them, nothing of it stands in their inbox.

    Called in the transaction that deletes the membership, after the delete, which empties `membership_id`.
    """
    theirs = (access.notices_to(member_id, sender_id=owner_id), Notice.bookend_id.is_not(None))
    await withdraw(unit, select(Notice.id).where(*theirs))
    await unit.session.execute(
        update(Notice)
        .where(*theirs, Notice.dismissed_at.is_(None))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _asked(found: Bookend) -> tuple[ColumnElement[bool], ...]:
    return (
        access.in_inboxes_of([found.companion_id] if found.companion_id else []),
        Notice.kind == NoticeKind.STANDING_BY,
        Notice.event_id == found.id,
    )


async def _stands(unit: UnitOfWork, found: Bookend) -> Any | None:  # noqa: ANN401 (a row)
    """The companion, as long as they are one, and when they may be pushed."""
    stands = await unit.session.execute(
        select(Membership.member_id, Membership.muted_until, Person.hours, Person.time_zone, Person.wake_me)
        .join(Person, Person.id == Membership.member_id)
        .where(Membership.id == found.membership_id, Membership.confirmed_at.is_not(None))
    )
    return stands.one_or_none()


def _awake(unit: UnitOfWork, stands: Any) -> bool:  # noqa: ANN401 (a row)
    return hours.available(stands.hours, stands.time_zone, stands.muted_until, unit.now, wake_me=stands.wake_me)


async def _call(unit: UnitOfWork, notice_id: UUID, channels: Sequence[UUID]) -> bool:
    return bool(await enqueue(unit, 1, channels=[(notice_id, channel) for channel in channels]))
