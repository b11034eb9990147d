"""Check-ins and reach-ins, as shared through a membership: what is still to be pushed, and what ends with it."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, and_, literal, select, true

from core.unit_of_work import UnitOfWork
from models import CheckInShare, Notice, ReachIn
from rules import access
from rules.inbox.notices import dismiss_notices
from rules.kinds import SHARED_KINDS
from rules.outbox.cancellation import cancel_deliveries
from rules.outbox.push_rate import load_waiting_pushes, pass_on_pushes


async def shared_by_membership(unit: UnitOfWork, membership_id: UUID) -> Sequence[UUID]:
    """Return the events of what was shared through this membership, which must be locked: check-ins, seen, reach-ins."""
    shared = select(CheckInShare.check_in_id.label("id"), literal(value=True).label("is_check_in")).where(
        CheckInShare.membership_id == membership_id
    )
    sent = select(ReachIn.id, literal(value=False)).where(ReachIn.membership_id == membership_id)
    rows = (await unit.session.execute(shared.union_all(sent))).all()
    return [*(row.id for row in rows), *(seen_event_id(row.id, membership_id) for row in rows if row.is_check_in)]


def seen_event_id(check_in_id: UUID, membership_id: UUID) -> UUID:
    """Return the event of the notice that this member has seen this check-in: one for each pair, however often it is said."""
    return uuid5(membership_id, str(check_in_id))


async def take_back(unit: UnitOfWork, events: Sequence[UUID], people: Sequence[UUID] | None = None) -> None:
    """Cancel what is still to be sent of these check-ins and reach-ins, and remove them from the inboxes.

    `people`: whose inboxes; None for everybody's.
    """
    if not events:
        return
    whose = true() if people is None else access.owned_by_any(Notice, people)
    taken = (whose, Notice.kind.in_(SHARED_KINDS), Notice.event_id.in_(events))
    waiting = await load_waiting_pushes(unit, *taken)
    await dismiss_notices(unit, *taken)
    # Words that came within the same interval have no push of their own.
    await pass_on_pushes(unit, waiting)


async def retire_pushes(unit: UnitOfWork, sender_id: UUID, recipient_id: UUID) -> None:
    """Cancel pending pushes of what one person shared with another who has muted them; the inbox keeps it."""
    theirs = and_(access.notices_to(recipient_id, sender_id=sender_id), Notice.kind.in_(SHARED_KINDS))
    await cancel_deliveries(unit, _notice_ids(theirs))


async def retire_pushes_to_helper(unit: UnitOfWork, member_id: UUID) -> None:
    """Cancel pending pushes of what anybody in whose circle this person is has shared with them: they are away."""
    from_owners = and_(access.notices_from_supported(member_id), Notice.kind.in_(SHARED_KINDS))
    await cancel_deliveries(unit, _notice_ids(from_owners))


def _notice_ids(where: ColumnElement[bool]) -> Select[UUID]:
    return select(Notice.id).where(where)
