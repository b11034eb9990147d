"""Reachability before it is needed: whom no push reaches, told once to them and to those whose circle they are in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Device, Membership, Notice, Person, Session
from models.enums import NoticeKind
from rules import access
from rules.circle.ways import CHANNEL_WORKS, DEVICE_WORKS
from rules.inbox.notices import NoticeDraft, create_notices

SILENCE_BEFORE_UNREACHABLE = timedelta(days=7)
"""How long a device may leave pushes that were handed over without a receipt."""
UNREACHABLE_GRACE = timedelta(minutes=10)
"""How long somebody may be without a device: after they were confirmed, and after their last one went."""


async def newly_unreachable(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Active members of somebody's circle whom nothing reaches, and who have not been told so yet.

    Nothing reaches somebody without a confirmed channel who has no live device, or only silent ones. One that refused the
    last urgent pushes for good is no way, be it a device or a channel.
    """
    silent = _silent(unit)
    confirmed = and_(Membership.member_id == Person.id, Membership.confirmed_at.is_not(None))
    live = and_(Device.person_id == Person.id, Device.disabled_at.is_(None))
    settled = and_(
        select(Membership.id).where(confirmed, Membership.confirmed_at <= unit.now - UNREACHABLE_GRACE).exists(),
        ~select(Device.id)
        .where(Device.person_id == Person.id, Device.disabled_at > unit.now - UNREACHABLE_GRACE)
        .exists(),
    )
    found = await unit.session.execute(
        select(Person.id)
        .where(
            Person.unreachable_told_at.is_(None),
            select(Membership.id).where(confirmed).exists(),
            ~select(Channel.id).where(Channel.person_id == Person.id, CHANNEL_WORKS).exists(),
            ~select(Device.id).where(live, DEVICE_WORKS, Device.id.not_in(silent)).exists(),
            or_(select(Device.id).where(live).exists(), settled),
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return found.scalars().all()


def _silent(unit: UnitOfWork) -> Select[UUID]:
    """Devices that were handed a push 7 days ago or earlier and have given no sign of life since.

    A receipt is one, and so is a sign-in that registered the device anew.
    """
    # Read as one set, not device by device: deliveries are many, and this look is taken once a minute.
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
        .where(
            unanswered.c.handed_at > func.coalesce(Device.last_receipt_at, Device.created_at),
            unanswered.c.handed_at > func.coalesce(Session.created_at, Device.created_at),
        )
    )


async def notify_if_unreachable(unit: UnitOfWork, person_id: UUID) -> bool:
    """Tell this person, and those whose circle they are in, that nothing reaches them; once an episode.

    False when somebody else has done it, or when they have given a sign of life meanwhile. To the others the notice
    comes from the person; their own comes from nobody.
    """
    since = unit.now - SILENCE_BEFORE_UNREACHABLE
    sign = (
        select(Device.id)
        .outerjoin(Session, Session.id == Device.session_id)
        .where(
            Device.person_id == Person.id,
            DEVICE_WORKS,
            or_(func.coalesce(Device.last_receipt_at, Device.created_at) > since, Session.created_at > since),
        )
    )
    found = (
        await unit.session.execute(
            select(Person)
            .where(
                Person.id == person_id,
                Person.unreachable_told_at.is_(None),
                ~sign.exists(),
                ~select(Channel.id).where(Channel.person_id == Person.id, CHANNEL_WORKS).exists(),
            )
            .with_for_update(key_share=True, skip_locked=True)
        )
    ).scalar_one_or_none()
    owners = await unit.session.execute(
        select(Membership.owner_id).where(access.supports(person_id), access.CONFIRMED).order_by(Membership.id)
    )
    circles = owners.scalars().all()
    if found is None or not circles:
        return False
    found.unreachable_told_at = unit.now
    await unit.session.flush()
    episode = unit.new_id()
    told = [NoticeDraft(owner_id, NoticeKind.UNREACHABLE, episode, person_id) for owner_id in circles]
    await create_notices(unit, [NoticeDraft(person_id, NoticeKind.UNREACHABLE, episode, None), *told])
    return True


async def mark_reachable(unit: UnitOfWork, person_id: UUID) -> None:
    """There is a way to this person (again): the episode, if there was one, is over, and its notices go."""
    back = await unit.session.execute(
        update(Person)
        .where(Person.id == person_id, Person.unreachable_told_at.is_not(None))
        .values(unreachable_told_at=None)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    if back.first() is None:
        return
    about = or_(
        access.names(person_id),
        and_(access.owned_by(Notice, person_id), Notice.sender_id.is_(None)),
    )
    await unit.session.execute(
        update(Notice)
        .where(Notice.kind == NoticeKind.UNREACHABLE, Notice.dismissed_at.is_(None), about)
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
