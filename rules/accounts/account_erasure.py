"""Erasure of an account: its person and everything that belongs to them, in one transaction."""

from sqlalchemy import delete, or_, select

from core.unit_of_work import UnitOfWork
from models import (
    Membership,
    Notice,
    Person,
    Session,
)
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.bookend import lifecycle
from rules.circle import membership
from rules.circle.invitations import lock_circle
from rules.daily import follow_up_rows, rhythm
from rules.daily.commitment import witness
from rules.errors import NotFound
from rules.outbox.cancellation import lock_deliveries
from rules.practice.lifecycle import lock_practices
from rules.reach_out import advance
from rules.upkeep import wal_truncation


async def erase_account(unit: UnitOfWork, who: Caller) -> None:
    """Delete the account and everything that belongs to it. An open reach-out ends without an all-clear.

    The endpoint checks for fresh proof first (`access.require_proof`). Raises NotFound when it has been erased already.
    """
    person_id = who.person_id
    # In lock order, and before the person's row: advancing a ladder locks the reach-out first and then needs the person.
    await lock_circle(unit, person_id)
    sessions_query = (
        select(Session.id).where(access.owned_by(Session, person_id)).order_by(Session.id).with_for_update()
    )
    sessions = (await unit.session.execute(sessions_query)).scalars().all()
    either_side = or_(access.owned_by(Membership, person_id), access.supports(person_id))
    memberships = (await unit.session.execute(select(Membership.id, Membership.owner_id).where(either_side))).all()
    await membership.lock_memberships(unit, [row.id for row in memberships])
    await advance.lock_owned_reach_outs(unit, {person_id, *(row.owner_id for row in memberships)})
    await lifecycle.lock_bookends(unit, person_id)
    await witness.lock_commitments(unit, person_id)
    await rhythm.lock_rhythm(unit, person_id)
    await follow_up_rows.lock_follow_ups(unit, person_id)
    await lock_practices(unit, [row.id for row in memberships])
    # From here on a press by the same person waits and then fails; a reach-out committed earlier is ended below.
    await unit.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    own_or_naming = or_(access.owned_by(Notice, person_id), access.names(person_id))
    await lock_deliveries(unit, select(Notice.id).where(own_or_naming))
    await advance.person_erased(unit, person_id)
    await lifecycle.end_bookends_of_erased(unit, person_id)
    joined_circles = select(Membership.id).where(access.supports(person_id)).order_by(Membership.id)
    joined_ids = (await unit.session.execute(joined_circles)).scalars().all()
    for membership_id in joined_ids:
        await membership.leave_circle(unit, who, membership_id)
    # Their notices in other inboxes are deleted as well, except those saying that a reach-out has ended.
    await unit.session.execute(delete(Notice).where(access.names(person_id), Notice.kind != NoticeKind.ENDED))
    deleted = await unit.session.execute(delete(Person).where(Person.id == person_id).returning(Person.id))
    if deleted.first() is None:
        raise NotFound
    await wal_truncation.mark_erased(unit)
    unit.keyring.forget(person_id)
    for session_id in sessions:
        unit.publish(person_id, "signed_out", session_id)
