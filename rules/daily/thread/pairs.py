"""Two people between whom a confirmed membership stands, whichever of them owns the circle: who may have a thread."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.unit_of_work import UnitOfWork
from models import Membership, Person, ThreadRead
from rules import access
from rules.access import Caller
from rules.circle import hours
from rules.errors import NotFound

THREAD_EVENT = "thread"
"""The event of a stream that says that a thread has changed; its id is the other person's."""
FOREVER = datetime.max.replace(tzinfo=UTC)


async def lock_pair(unit: UnitOfWork, who: Caller, other_id: UUID) -> Sequence[Any]:
    """Return the confirmed memberships between the caller and another person, locked. Raises NotFound where there is none.

    They cannot end before this transaction does, and come before the rows that refer to them, in the lock order of an erasure.
    """
    rows = await unit.session.execute(
        select(Membership.id, Membership.owner_id, Membership.muted_until, Membership.words_quiet)
        .where(access.joins(who.person_id, other_id), access.CONFIRMED)
        .order_by(Membership.id)
        .with_for_update(read=True, key_share=True)
    )
    memberships = rows.all()
    if not memberships:
        raise NotFound
    return memberships


def pair_silent_until(memberships: Sequence[Any], who: Caller, recipient: Person) -> datetime | None:
    """Return until when the other of a pair is pushed nothing by the caller.

    As a member of the caller's circle they can have muted the caller, or be away; as the owner, have made their words quiet.
    """
    if any(row.words_quiet for row in memberships if row.owner_id == recipient.id):
        return FOREVER
    as_member = next((row for row in memberships if row.owner_id == who.person_id), None)
    return hours.silent_until(as_member.muted_until, recipient.away_until) if as_member is not None else None


async def forget_reading(unit: UnitOfWork, one_id: UUID, other_id: UUID) -> None:
    """Delete how far these two have read their thread, unless another membership still stands between them."""
    standing = select(Membership.id).where(access.joins(one_id, other_id), access.CONFIRMED)
    await unit.session.execute(
        delete(ThreadRead)
        .where(access.thread_reads_between(one_id, other_id), ~standing.exists())
        .execution_options(synchronize_session=False)
    )


def publish_thread(unit: UnitOfWork, one_id: UUID, other_id: UUID) -> None:
    """Tell the open streams of both people that something has changed between them."""
    unit.publish(one_id, THREAD_EVENT, other_id)
    unit.publish(other_id, THREAD_EVENT, one_id)
