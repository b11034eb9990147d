"""What becomes of reach-outs when a member is gone or an account is erased."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from models import Notice, ReachOut, Recipient
from models.enums import NoticeKind, Outcome
from rules import access
from rules.outbox.cancellation import cancel_deliveries
from rules.reach_out import store
from rules.reach_out.events import Closing, MemberLeft
from rules.reach_out.machine import decide


async def lock_open_reach_outs(unit: UnitOfWork, owners: Iterable[UUID]) -> None:
    """Lock the open reach-outs of these people, by id, before anything that hangs on them is touched.

    Whoever moves a ladder holds its reach-out and then its recipients; a deleted membership reaches for its recipients
    too, so that without this the two could wait for each other.
    """
    await unit.session.execute(
        select(ReachOut.id)
        .where(access.owned_by_any(ReachOut, list(owners)), ReachOut.closed_at.is_(None))
        .order_by(ReachOut.id)
        .with_for_update()
    )


async def member_gone(unit: UnitOfWork, owner_id: UUID, member_id: UUID) -> None:
    """Put a former member outside every reach-out of this owner: nothing more is sent, nothing more is seen.

    Called in the transaction that deletes the membership, before the delete.
    """
    of_owner = select(ReachOut.id).where(access.owned_by(ReachOut, owner_id))
    snapshot = await store.load_open_of(unit, owner_id)
    # Deliveries before recipients, as everywhere, or two transactions could wait for each other.
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
    """End an open reach-out of somebody whose account is being erased; nobody says that all is well."""
    snapshot = await store.load_open_of(unit, person_id)
    if snapshot is not None:
        await store.save(unit, snapshot, decide(snapshot, Closing(Outcome.EXPIRED, NoticeKind.ENDED), unit.now))
