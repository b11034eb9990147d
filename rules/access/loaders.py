"""Load one row by its id, if the caller may see it. A row that they may not see does not exist: NotFound either way."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.unit_of_work import UnitOfWork
from models import Base, Block, Bookend, Commitment, Membership, Notice, Person, ReachOut, Recipient
from rules.access.callers import Caller
from rules.access.daily import witnessed_by
from rules.access.predicates import (
    CONFIRMED,
    blocks_between,
    blocks_of,
    in_inbox,
    joins,
    mine,
    stands_by,
    supports,
    told_recipient,
)
from rules.errors import NotFound, NotYours

Model = TypeVar("Model", bound=Base)


async def load_own(unit: UnitOfWork, who: Caller, model: type[Model], row_id: UUID, *, lock: bool = False) -> Model:
    """Return the caller's own row of `model` with this primary key, locked on request. Raises NotFound."""
    statement = select(model).where(inspect(model).primary_key[0] == row_id, mine(model, who))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = (await unit.session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def lock_active_member(unit: UnitOfWork, who: Caller, membership_id: UUID) -> Membership | None:
    """Return a confirmed membership in the caller's own circle; None for anything else, and for a guest's.

    A guest can stand by and witness nothing: there is no page for them to see it on.

    Locked so that it cannot end meanwhile: the caller is about to insert rows that refer to it and to its member, and an
    erasure locks the membership before the person.
    """
    return (
        await unit.session.execute(
            select(Membership)
            .join(Person, Person.id == Membership.member_id)
            .where(Membership.id == membership_id, mine(Membership, who), CONFIRMED, Person.guest_at.is_(None))
            .with_for_update(read=True, key_share=True, of=Membership)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def load_support(unit: UnitOfWork, who: Caller, membership_id: UUID, *, lock: bool = False) -> Membership:
    """Return the membership by which the caller is in somebody else's circle, locked on request. Raises NotFound."""
    statement = select(Membership).where(Membership.id == membership_id, supports(who.person_id))
    if lock:
        # A press, which refers to the membership, does not wait for this.
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = (await unit.session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def require_known_person(unit: UnitOfWork, who: Caller, person_id: UUID) -> None:
    """Raise NotFound unless one of the two is in the other's circle; nobody else can be seen."""
    rows = await unit.session.execute(select(Membership.id).where(joins(who.person_id, person_id)))
    if rows.first() is None:
        raise NotFound


async def require_pair(unit: UnitOfWork, who: Caller, person_id: UUID) -> None:
    """Raise NotFound unless a confirmed membership stands between the caller and this person, whoever owns the circle."""
    rows = await unit.session.execute(select(Membership.id).where(joins(who.person_id, person_id), CONFIRMED).limit(1))
    if rows.first() is None:
        raise NotFound


async def is_blocked(session: AsyncSession, person_id: UUID, other_id: UUID) -> bool:
    """Return whether either of the two has blocked the other."""
    rows = await session.execute(select(Block.created_at).where(blocks_between(person_id, other_id)))
    return rows.first() is not None


async def load_people_kept_apart(session: AsyncSession, person_id: UUID) -> set[UUID]:
    """Return the people whom a block keeps apart from this person, whichever of the two has blocked."""
    rows = await session.execute(select(Block.blocker_id, Block.blocked_id).where(blocks_of(person_id)))
    return {other for pair in rows for other in pair if other != person_id}


@dataclass(frozen=True, slots=True)
class VisibleReachOut:
    """A reach-out as one viewer may see it: `mine` when they pressed it, else `told` is their recipient row."""

    reach_out: ReachOut
    mine: bool
    told: Recipient | None


async def load_visible_reach_out(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, *, lock: bool = False
) -> VisibleReachOut:
    """Return a reach-out that the caller pressed, or was told of and is still a member for. Raises NotFound.

    `lock` makes every change of this reach-out wait, so that what is read stays true.
    """
    if who.guest is not None and who.guest.reach_out_id != reach_out_id:
        # A link shows one reach-out, also to somebody who was told of others.
        raise NotFound
    statement = select(ReachOut).where(ReachOut.id == reach_out_id)
    if lock:
        statement = statement.with_for_update()
    row = (await unit.session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise NotFound
    if row.person_id == who.person_id:
        return VisibleReachOut(row, mine=True, told=None)
    recipient = (
        await unit.session.execute(
            select(Recipient)
            .join(Membership, Membership.id == Recipient.membership_id)
            .where(Recipient.reach_out_id == reach_out_id, told_recipient(who.person_id))
        )
    ).scalar_one_or_none()
    if recipient is None:
        raise NotFound
    return VisibleReachOut(row, mine=False, told=recipient)


async def load_own_reach_out(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> ReachOut:
    """Return the caller's own reach-out, locked. Raises NotYours for one they were told of, NotFound otherwise."""
    seen = await load_visible_reach_out(unit, who, reach_out_id, lock=True)
    if not seen.mine:
        raise NotYours
    return seen.reach_out


async def require_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Raise NotFound unless the caller may see this bookend: their own, or one whose companion they know themselves to be."""
    rows = await unit.session.execute(
        select(Bookend.id)
        .outerjoin(Membership, Membership.id == Bookend.membership_id)
        .where(Bookend.id == bookend_id, or_(mine(Bookend, who), stands_by(who)))
    )
    if rows.first() is None:
        raise NotFound


async def load_own_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> Bookend:
    """Return the caller's own bookend, locked. Raises NotYours for one they are the companion of, NotFound otherwise."""
    try:
        return await load_own(unit, who, Bookend, bookend_id, lock=True)
    except NotFound:
        await require_bookend(unit, who, bookend_id)
        raise NotYours from None


async def require_witnessed(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> None:
    """Raise NotFound unless the caller witnesses this commitment or is asked to, NotYours if it is their own."""
    rows = await unit.session.execute(
        select(mine(Commitment, who)).where(
            Commitment.id == commitment_id, or_(mine(Commitment, who), witnessed_by(who.person_id))
        )
    )
    is_own = rows.scalar_one_or_none()
    if is_own is None:
        raise NotFound
    if is_own:
        raise NotYours


async def load_witnessed(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> Commitment:
    """Return a commitment that the caller witnesses or is asked to, locked. Raises NotYours for their own, NotFound otherwise."""
    row = (
        await unit.session.execute(
            select(Commitment)
            .where(Commitment.id == commitment_id, witnessed_by(who.person_id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()
    if row is None:
        await require_witnessed(unit, who, commitment_id)
        raise NotFound
    return row


async def load_own_commitment(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> Commitment:
    """Return the caller's own commitment, locked. Raises NotYours for one they witness or are asked to, NotFound otherwise."""
    try:
        return await load_own(unit, who, Commitment, commitment_id, lock=True)
    except NotFound:
        await require_witnessed(unit, who, commitment_id)
        raise NotYours from None


async def load_notice(unit: UnitOfWork, who: Caller, notice_id: UUID) -> Notice:
    """Return a notice in the caller's inbox. Raises NotFound."""
    row = (
        await unit.session.execute(select(Notice).where(Notice.id == notice_id, mine(Notice, who), in_inbox()))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row
