"""Cancels deliveries that have not been sent yet, and locks those that are to be deleted with their notices."""

from uuid import UUID

from sqlalchemy import Select, select, update

from core.unit_of_work import UnitOfWork
from models import Delivery
from models.enums import DeliveryState


async def cancel_deliveries(unit: UnitOfWork, notices: Select[UUID]) -> None:
    """Cancel the pending deliveries of the notices that this subquery selects."""
    # Locked in id order, as where outcomes are recorded.
    pending = await unit.session.execute(
        select(Delivery.id)
        .where(Delivery.notice_id.in_(notices), Delivery.state == DeliveryState.PENDING)
        .order_by(Delivery.id)
        .with_for_update()
    )
    ids = pending.scalars().all()
    if not ids:
        return
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state == DeliveryState.PENDING)
        .values(state=str(DeliveryState.CANCELLED), lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def lock_deliveries(unit: UnitOfWork, notices: Select[UUID]) -> None:
    """Lock all deliveries of the notices that this subquery selects, in id order.

    For a transaction that deletes those notices: the cascade locks their deliveries in no order, and could deadlock with the
    recording of outcomes.
    """
    await unit.session.execute(
        select(Delivery.id).where(Delivery.notice_id.in_(notices)).order_by(Delivery.id).with_for_update()
    )
