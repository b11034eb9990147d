"""Watches reachability before it is needed: a person whom no push reaches is notified once, as are their circles' owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, update

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of everybody, in the order of ids. `unreachable`: who in it is to be told; `last`: its last, None at the end."""

    unreachable: Sequence[UUID]
    last: UUID | None


async def search_for_unreachable(unit: UnitOfWork, after: UUID | None, people: int) -> Stretch:
    """Search the next so many people (`after` None: the first) for confirmed members whom nothing reaches and who have not been told.

    Nothing reaches a person when no channel works and all devices are retired, silent or refusing pushes.
    """
    last = await unit.session.scalar(
        select(Person.id).where(_is_after(after)).order_by(Person.id).offset(people - 1).limit(1)
    )
    confirmed = and_(Membership.member_id == Person.id, Membership.confirmed_at.is_not(None))
    live = and_(Device.person_id == Person.id, Device.disabled_at.is_(None))
    without_device = and_(
        _has(select(Membership.id).where(confirmed, Membership.confirmed_at <= unit.now - UNREACHABLE_GRACE)),
        ~_has(
            select(Device.id).where(Device.person_id == Person.id, Device.disabled_at > unit.now - UNREACHABLE_GRACE)
        ),
    )
    rows = await unit.session.execute(
        select(Person.id)
        .where(
            _is_after(after),
            true() if last is None else Person.id <= last,
            Person.unreachable_told_at.is_(None),
            _has(select(Membership.id).where(confirmed)),
            ~_has(select(Channel.id).where(Channel.person_id == Person.id, CHANNEL_WORKS)),
            ~_has(select(Device.id).where(live, DEVICE_WORKS, ~_is_silent(unit))),
            or_(_has(select(Device.id).where(live)), without_device),
        )
        .order_by(Person.id)
    )
    return Stretch(rows.scalars().all(), last)


def _is_after(person_id: UUID | None) -> ColumnElement[bool]:
    return true() if person_id is None else Person.id > person_id


def _has(rows: Select[UUID]) -> ColumnElement[bool]:
    """Return whether there are such rows, asked person by person through an index.

    Not `exists()`: of that PostgreSQL may make a join, for which it reads tables that hold everybody from end to end.
    """
    return rows.limit(1).scalar_subquery().is_not(None)


def _is_silent(unit: UnitOfWork) -> ColumnElement[bool]:
    """Return whether a device was handed a push 7 days ago or earlier, and has shown no sign of life since.

    A sign of life is a receipt, or a sign-in that registered the device again. Nor has its person shown for 35 days that a
    push was shown to them, or had the device for less than that.
    """
    signed_in_at = select(Session.created_at).where(Session.id == Device.session_id).correlate(Device)
    shown_at = select(PushProof.shown_at).where(PushProof.person_id == Device.person_id).correlate(Device)
    # By way of the person's notices: an index of deliveries by device would be one more to write for each push.
    unanswered = (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.recipient_id == Device.person_id,
            Delivery.device_id == Device.id,
            Delivery.delivered_at.is_(None),
            Delivery.handed_at <= unit.now - SILENCE_BEFORE_UNREACHABLE,
            Delivery.handed_at > func.coalesce(Device.last_receipt_at, Device.created_at),
            Delivery.handed_at > func.coalesce(signed_in_at.scalar_subquery(), Device.created_at),
        )
    )
    return and_(
        func.coalesce(shown_at.scalar_subquery(), Device.created_at) <= unit.now - UNPROVED_AFTER, _has(unanswered)
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
