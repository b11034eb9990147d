"""What moves an open reach-out without a word from its people: its clock, the circle, the ways to reach somebody.

Each is one transaction: lock, decide, save. Reach-outs are locked after memberships and before deliveries and recipients.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from models import Membership, Notice, ReachOut, Recipient
from models.enums import NoticeKind, Outcome
from rules import access
from rules.outbox.cancellation import cancel_deliveries
from rules.reach_out import store
from rules.reach_out.machine import decide
from rules.reach_out.state import ClockDue, Closing, MemberLeft, ReachChanged


async def due(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return open reach-outs with a due clock, the most overdue first."""
    rows = await unit.session.execute(
        select(ReachOut.id)
        .where(ReachOut.closed_at.is_(None), store.is_due(unit.now))
        .order_by(ReachOut.due_at)
        .limit(limit)
    )
    return rows.scalars().all()


async def advance_if_due(unit: UnitOfWork, reach_out_id: UUID) -> bool:
    """Lock one reach-out and do what is due; return False when another worker holds it or has done it already."""
    snapshot = await store.load_if_due(unit, reach_out_id)
    if snapshot is None:
        return False
    await store.save(unit, snapshot, decide(snapshot, ClockDue(), unit.now))
    return True


async def lock_owned_reach_outs(unit: UnitOfWork, owners: Iterable[UUID]) -> None:
    """Lock the open reach-outs of these people, in order of ids, before their memberships are deleted.

    Moving a ladder locks the reach-out and then its recipients; deleting a membership locks its recipients too, so without
    this the two could deadlock.
    """
    await unit.session.execute(
        select(ReachOut.id)
        .where(access.owned_by_any(ReachOut, list(owners)), ReachOut.closed_at.is_(None))
        .order_by(ReachOut.id)
        .with_for_update()
    )


async def member_gone(unit: UnitOfWork, owner_id: UUID, member_id: UUID) -> None:
    """Remove a former member from every reach-out of this owner: they are sent and shown nothing more.

    Called in the transaction that deletes the membership, before the delete.
    """
    of_owner = select(ReachOut.id).where(access.owned_by(ReachOut, owner_id))
    snapshot = await store.load_open_of(unit, owner_id)
    # Deliveries before recipients, as everywhere, or two transactions could deadlock.
    await cancel_deliveries(
        unit, select(Notice.id).where(access.owned_by(Notice, member_id), Notice.reach_out_id.in_(of_owner))
    )
    await unit.session.execute(
        update(Recipient)
        .where(access.owned_by(Recipient, member_id), Recipient.reach_out_id.in_(of_owner), Recipient.gone_at.is_(None))
        .values(gone_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    if snapshot is not None:
        await store.save(unit, snapshot, decide(snapshot, MemberLeft(member_id), unit.now))


async def person_erased(unit: UnitOfWork, person_id: UUID) -> None:
    """End the open reach-out of somebody whose account is being erased, without an all-clear."""
    snapshot = await store.load_open_of(unit, person_id)
    if snapshot is not None:
        await store.save(unit, snapshot, decide(snapshot, Closing(Outcome.EXPIRED, NoticeKind.ENDED), unit.now))


@asynccontextmanager
async def changing_reach(unit: UnitOfWork, people: Iterable[UUID]) -> AsyncIterator[None]:
    """Wrap a change of how these people are reached (devices, channels, hours, a mute); their open reach-outs take notice.

    The reach-outs are locked first, so the body may change deliveries and recipients, which come later in the lock order.
    The session is flushed after the body.
    """
    running = await lock_joined_reach_outs(unit, people)
    yield
    await unit.session.flush()
    for reach_out_id in running:
        snapshot = await store.load(unit, reach_out_id)
        if snapshot is not None:
            await store.save(unit, snapshot, decide(snapshot, ReachChanged(), unit.now))


async def lock_joined_reach_outs(unit: UnitOfWork, people: Iterable[UUID]) -> Sequence[UUID]:
    """Lock the open reach-outs that these people take part in, in order of ids, and return their ids."""
    rows = await unit.session.execute(
        select(ReachOut.id)
        .where(
            ReachOut.closed_at.is_(None),
            ReachOut.id.in_(select(Recipient.reach_out_id).where(access.owned_by_any(Recipient, list(people)))),
        )
        .order_by(ReachOut.id)
        .with_for_update()
    )
    return rows.scalars().all()


async def share_memberships_of(unit: UnitOfWork, people: Iterable[UUID]) -> None:
    """Take a shared lock on the memberships in these people's open reach-outs, before the reach-outs are locked.

    For a transaction that may change one recipient twice. On the second change PostgreSQL checks the row's foreign keys
    again and locks its membership for that, and memberships come before reach-outs in the lock order.
    """
    joined = select(Recipient.reach_out_id).where(access.owned_by_any(Recipient, list(people)))
    await unit.session.execute(
        select(Membership.id)
        .join(Recipient, Recipient.membership_id == Membership.id)
        .join(ReachOut, ReachOut.id == Recipient.reach_out_id)
        .where(ReachOut.closed_at.is_(None), ReachOut.id.in_(joined))
        .order_by(Membership.id)
        .with_for_update(read=True, key_share=True, of=Membership)
    )
