"""What is shared beside reach-outs, check-ins and reach-ins: it is pushed gently, and ends with the membership it came by."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, true, update

from core.unit_of_work import UnitOfWork
from models import CheckInShare, Notice, ReachIn
from rules import access
from rules.inbox.notices import withdraw
from rules.kinds import SHARED_KINDS


async def shared_by_membership(unit: UnitOfWork, membership_id: UUID) -> Sequence[UUID]:
    """The check-ins and reach-ins that came by this membership, which the caller holds."""
    shared = select(CheckInShare.check_in_id).where(CheckInShare.membership_id == membership_id)
    sent = select(ReachIn.id).where(ReachIn.membership_id == membership_id)
    return (await unit.session.execute(shared.union(sent))).scalars().all()


async def take_back(unit: UnitOfWork, events: Sequence[UUID], people: Sequence[UUID] | None = None) -> None:
    """Nothing more is sent of these check-ins and reach-ins, and they leave the inboxes (of these people, or all)."""
    whose = true() if people is None else access.in_inboxes_of(people)
    of_these = and_(whose, Notice.kind.in_(SHARED_KINDS), Notice.event_id.in_(events))
    await withdraw(unit, _ids(of_these))
    await unit.session.execute(
        update(Notice)
        .where(of_these, Notice.dismissed_at.is_(None))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


async def retire_pushes(unit: UnitOfWork, owner_id: UUID, member_id: UUID) -> None:
    """Somebody has muted this person: what is still to be pushed stays in the inbox."""
    theirs = and_(access.notices_to(member_id, sender_id=owner_id), Notice.kind.in_(SHARED_KINDS))
    await withdraw(unit, _ids(theirs))


def _ids(where: ColumnElement[bool]) -> Select[UUID]:
    return select(Notice.id).where(where)
