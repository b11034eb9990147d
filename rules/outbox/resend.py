"""Sends an urgent push once more when it was accepted but no receipt came."""

from sqlalchemy import and_, select, update

from core.unit_of_work import UnitOfWork
from models import Delivery, Notice, ReachOut, Recipient
from models.enums import DeliveryState, ReachOutState

RESEND_BATCH = 200


async def resend_unreceipted(unit: UnitOfWork) -> int:
    """Make deliveries due again that have had no receipt for 120 s; return how many.

    Whoever has seen or answered is not pushed again, for only the receipt was lost. Nor is anybody while somebody is there
    for the person: the ladder pauses, and the alarm would replace the push that says so.
    """
    overdue = (
        await unit.session.execute(
            select(Delivery.id, Recipient.seen_at, Recipient.answer, ReachOut.state)
            .join(Notice, Notice.id == Delivery.notice_id)
            .outerjoin(ReachOut, ReachOut.id == Notice.reach_out_id)
            .outerjoin(
                Recipient,
                and_(Recipient.reach_out_id == Notice.reach_out_id, Recipient.person_id == Notice.recipient_id),
            )
            .where(Delivery.resend_at <= unit.now, Delivery.state == DeliveryState.SENT)
            .order_by(Delivery.id)
            .limit(RESEND_BATCH)
            .with_for_update(of=Delivery, skip_locked=True)
        )
    ).all()
    if not overdue:
        return 0
    again = [
        row.id
        for row in overdue
        if row.seen_at is None and row.answer is None and row.state in {None, ReachOutState.WAITING}
    ]
    settled = [row.id for row in overdue if row.id not in set(again)]
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(again), Delivery.delivered_at.is_(None))
        .values(state=str(DeliveryState.PENDING), due_at=unit.now, lease_until=None, resend_at=None)
    )
    await unit.session.execute(update(Delivery).where(Delivery.id.in_(settled)).values(resend_at=None))
    return len(again)
