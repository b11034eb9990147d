"""Erasure of an account: its person and all that hangs on it, in one transaction."""

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
from rules.errors import NotFound
from rules.reach_out import membership_end
from rules.upkeep import wal_truncation


async def erase(unit: UnitOfWork, who: Caller) -> None:
    """Remove the account and all that hangs on it, now. An open reach-out ends without an all-clear.

    Whether the passphrase was given a moment ago is for the caller of this to ask (`access.require_proof`).
    """
    me = who.person_id
    # In the order of locks, and before the person: whoever moves a ladder holds its reach-out and then needs the person.
    await lock_circle(unit, me)
    signed_in = select(Session.id).where(access.owned_by(Session, me)).order_by(Session.id).with_for_update()
    sessions = (await unit.session.execute(signed_in)).scalars().all()
    both = or_(access.owned_by(Membership, me), access.supports(me))
    held = (await unit.session.execute(select(Membership.id, Membership.owner_id).where(both))).all()
    await membership.lock_memberships(unit, [row.id for row in held])
    await membership_end.lock_open_reach_outs(unit, {me, *(row.owner_id for row in held)})
    await lifecycle.lock_bookends(unit, me)
    # From here on a press of the same person waits, and then finds nobody; one that was first is ended below.
    await unit.session.execute(select(Person.id).where(Person.id == me).with_for_update())
    await membership_end.person_erased(unit, me)
    await lifecycle.person_erased(unit, me)
    places = select(Membership.id).where(access.supports(me)).order_by(Membership.id)
    mine = (await unit.session.execute(places)).scalars().all()
    for membership_id in mine:
        await membership.leave(unit, who, membership_id)
    # What stands in other people's inboxes goes as well, but for the word that it has ended.
    await unit.session.execute(delete(Notice).where(access.names(me), Notice.kind != NoticeKind.ENDED))
    gone = await unit.session.execute(delete(Person).where(Person.id == me).returning(Person.id))
    if gone.first() is None:
        raise NotFound
    await wal_truncation.mark_erased(unit)
    unit.keyring.forget(me)
    for session_id in sessions:
        unit.publish(me, "signed_out", session_id)
