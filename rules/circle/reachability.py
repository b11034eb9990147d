"""Watches reachability before it is needed: a person whom no push reaches is notified once, as are their circles' owners."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Device, Membership, Notice, Person, PushProof, Session
from models.enums import NoticeKind
from rules import access
from rules.circle.ways import CHANNEL_WORKS, DEVICE_WORKS
from rules.inbox.notices import NoticeDraft, create_notices
from rules.practice.proof import UNPROVED_AFTER

SILENCE_BEFORE_UNREACHABLE = timedelta(days=7)
"""How long pushes that were handed over may stay without a receipt before a device counts as silent.

A missing receipt alone accuses nobody, because some phones send none: the person must be unproved for `UNPROVED_AFTER` as well.
"""
UNREACHABLE_GRACE = timedelta(minutes=10)
"""How long somebody may have no device, after their membership was confirmed and after their last device was retired."""


async def newly_unreachable(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return confirmed members of any circle whom nothing reaches, and who have not been notified of it, by id.

    Nothing reaches a person when no channel works and all devices are retired, silent or refusing pushes.
    """
    silent = _silent(unit)
    confirmed = and_(Membership.member_id == Person.id, Membership.confirmed_at.is_not(None))
    live = and_(Device.person_id == Person.id, Device.disabled_at.is_(None))
    without_device = and_(
        select(Membership.id).where(confirmed, Membership.confirmed_at <= unit.now - UNREACHABLE_GRACE).exists(),
        ~select(Device.id)
        .where(Device.person_id == Person.id, Device.disabled_at > unit.now - UNREACHABLE_GRACE)
        .exists(),
    )
    rows = await unit.session.execute(
        select(Person.id)
        .where(
            Person.unreachable_told_at.is_(None),
            select(Membership.id).where(confirmed).exists(),
            ~select(Channel.id).where(Channel.person_id == Person.id, CHANNEL_WORKS).exists(),
            ~select(Device.id).where(live, DEVICE_WORKS, Device.id.not_in(silent)).exists(),
            or_(select(Device.id).where(live).exists(), without_device),
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return rows.scalars().all()


def _silent(unit: UnitOfWork) -> Select[UUID]:
    """Select devices that were handed a push 7 days ago or earlier, and have shown no sign of life since.

    A sign of life is a receipt, or a sign-in that registered the device again. Nor has their person shown for 35 days that a
    push was shown to them, or had the device for less than that.
    """
    # Read as one set, not device by device: deliveries are many, and this runs once a minute.
    unanswered = (
        select(Delivery.device_id, func.max(Delivery.handed_at).label("handed_at"))
        .where(Delivery.handed_at <= unit.now - SILENCE_BEFORE_UNREACHABLE, Delivery.delivered_at.is_(None))
        .group_by(Delivery.device_id)
        .subquery()
    )
    return (
        select(Device.id)
        .join(unanswered, unanswered.c.device_id == Device.id)
        .outerjoin(Session, Session.id == Device.session_id)
        .outerjoin(PushProof, PushProof.person_id == Device.person_id)
        .where(
            func.coalesce(PushProof.shown_at, Device.created_at) <= unit.now - UNPROVED_AFTER,
            unanswered.c.handed_at > func.coalesce(Device.last_receipt_at, Device.created_at),
            unanswered.c.handed_at > func.coalesce(Session.created_at, Device.created_at),
        )
    )


async def notify_if_unreachable(unit: UnitOfWork, person_id: UUID) -> bool:
    """Notify this person, and the owners of circles they are in, that nothing reaches them; once per episode.

    Return False when another process has done it, or the person has shown a sign of life meanwhile. The notices to the
    owners name the person as sender; the person's own names nobody.
    """
    since = unit.now - SILENCE_BEFORE_UNREACHABLE
    sign_of_life = (
        select(Device.id)
        .outerjoin(Session, Session.id == Device.session_id)
        .outerjoin(PushProof, PushProof.person_id == Device.person_id)
        .where(
            Device.person_id == Person.id,
            DEVICE_WORKS,
            or_(
                func.coalesce(Device.last_receipt_at, Device.created_at) > since,
                Session.created_at > since,
                func.coalesce(PushProof.shown_at, Device.created_at) > unit.now - UNPROVED_AFTER,
            ),
        )
    )
    person = (
        await unit.session.execute(
            select(Person)
            .where(
                Person.id == person_id,
                Person.unreachable_told_at.is_(None),
                ~sign_of_life.exists(),
                ~select(Channel.id).where(Channel.person_id == Person.id, CHANNEL_WORKS).exists(),
            )
            .with_for_update(key_share=True, skip_locked=True)
        )
    ).scalar_one_or_none()
    owners = await unit.session.execute(
        select(Membership.owner_id).where(access.supports(person_id), access.CONFIRMED).order_by(Membership.id)
    )
    owner_ids = owners.scalars().all()
    if person is None or not owner_ids:
        return False
    person.unreachable_told_at = unit.now
    await unit.session.flush()
    episode = unit.new_id()
    notices_to_owners = [NoticeDraft(owner_id, NoticeKind.UNREACHABLE, episode, person_id) for owner_id in owner_ids]
    await create_notices(unit, [NoticeDraft(person_id, NoticeKind.UNREACHABLE, episode, None), *notices_to_owners])
    return True


async def mark_reachable(unit: UnitOfWork, person_id: UUID) -> None:
    """End this person's episode of being unreachable, if there is one, and dismiss its notices."""
    changed = await unit.session.execute(
        update(Person)
        .where(Person.id == person_id, Person.unreachable_told_at.is_not(None))
        .values(unreachable_told_at=None)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        return
    about_person = or_(
        access.names(person_id),
        and_(access.owned_by(Notice, person_id), Notice.sender_id.is_(None)),
    )
    await unit.session.execute(
        update(Notice)
        .where(Notice.kind == NoticeKind.UNREACHABLE, Notice.dismissed_at.is_(None), about_person)
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
