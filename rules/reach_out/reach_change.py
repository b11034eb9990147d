"""Whoever changes how people are reached (devices, channels, hours, a mute) does it in here: locked, and told to the ladder."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Membership, ReachOut, Recipient
from rules import access
from rules.reach_out import store
from rules.reach_out.events import ReachChanged
from rules.reach_out.machine import decide


@asynccontextmanager
async def changing_reach(unit: UnitOfWork, people: Iterable[UUID]) -> AsyncIterator[None]:
    """Lock the open reach-outs that these people are told of; once the body is done, let each look at how they are reached.

    Reach-outs come before deliveries and recipients in the order of locks, so the body may change those. What it adds to
    the session is flushed here.
    """
    running = await lock_reach_outs_of(unit, people)
    yield
    await unit.session.flush()
    for reach_out_id in running:
        snapshot = await store.load(unit, reach_out_id)
        if snapshot is not None:
            await store.save(unit, snapshot, decide(snapshot, ReachChanged(), unit.now))


async def lock_reach_outs_of(unit: UnitOfWork, people: Iterable[UUID]) -> Sequence[UUID]:
    """Lock the open reach-outs these people are part of, by id: reach-outs come before recipients everywhere."""
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
    """Keep the memberships of everyone in these people's open reach-outs from being locked, before the reach-outs are.

    For a transaction that may change one recipient twice. PostgreSQL checks the foreign keys of a row again that the same
    transaction has changed before, and for that takes a lock on its membership, which comes before reach-outs in the
    order of locks.
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
