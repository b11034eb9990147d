"""Phones that come late: registered while a press was being written, or back in the middle of the night; pushed all the same."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from core.bulk_insert import insert_together
from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Delivery, Device, Notice, ReachOut, Recipient
from models.enums import AnswerKind, DeliveryState, NoticeKind, ReachOutState
from rules.inbox.notices import DELIVERY_TABLE, delivery_row, publish_after_commit

FRESH_NOTICE_AGE = timedelta(seconds=15)
"""How far back to look; any worker that comes round within it finds what they could not have seen."""


async def any_fresh_notice(unit: UnitOfWork) -> bool:
    """Whether there is any notice young enough for a second look; most turns there is none, and nothing is locked."""
    found = await unit.session.execute(
        select(Notice.id)
        .where(Notice.id >= first_id(unit.now - FRESH_NOTICE_AGE), Notice.kind == NoticeKind.REACH_OUT)
        .limit(1)
    )
    return found.first() is not None


async def push_missed_devices(unit: UnitOfWork) -> int:
    """Write the deliveries that are missing, for recipients who are to be pushed; gives how many."""
    missing = await unit.session.execute(
        select(Notice.id, Device.id, ReachOut.round)
        .join(ReachOut, ReachOut.id == Notice.reach_out_id)
        .join(Recipient, and_(Recipient.reach_out_id == ReachOut.id, Recipient.person_id == Notice.recipient_id))
        .join(Device, and_(Device.person_id == Notice.recipient_id, Device.disabled_at.is_(None)))
        .outerjoin(Delivery, and_(Delivery.notice_id == Notice.id, Delivery.device_id == Device.id))
        .where(
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
            Notice.id >= first_id(unit.now - FRESH_NOTICE_AGE),
            ReachOut.closed_at.is_(None),
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            Recipient.answer.is_(None),
            Delivery.id.is_(None),
        )
    )
    rows = [delivery_row(unit, UUID(str(notice)), UUID(str(device)), round_) for notice, device, round_ in missing]
    await insert_together(unit.session, [(DELIVERY_TABLE, rows)])
    publish_after_commit(unit, [], rows)
    return len(rows)


async def push_waiting_notices(unit: UnitOfWork, device: Device) -> None:
    """A phone that comes back in the middle of the night is pushed what its person is still being asked."""
    standing = await unit.session.execute(
        select(Notice.id, ReachOut.round, ReachOut.person_id, ReachOut.id)
        .join(ReachOut, ReachOut.id == Notice.reach_out_id)
        .join(Recipient, (Recipient.reach_out_id == ReachOut.id) & (Recipient.person_id == device.person_id))
        .where(
            Notice.recipient_id == device.person_id,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
            ReachOut.state == ReachOutState.WAITING,
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            or_(Recipient.answer.is_(None), Recipient.answer != AnswerKind.CANNOT),
        )
    )
    waiting = standing.all()
    had = {
        (row.notice_id, row.round): row
        for row in await unit.session.execute(
            select(Delivery.id, Delivery.notice_id, Delivery.round, Delivery.state).where(
                Delivery.device_id == device.id, Delivery.notice_id.in_([row[0] for row in waiting])
            )
        )
    }
    rows = [
        delivery_row(unit, notice, device.id, round_) for notice, round_, _, _ in waiting if (notice, round_) not in had
    ]
    await insert_together(unit.session, [(DELIVERY_TABLE, rows)])
    publish_after_commit(unit, [], rows)
    # What was called off when this very device was retired is due again.
    again = [
        row.id
        for (notice, round_), row in had.items()
        if (notice, round_) in {(one[0], one[1]) for one in waiting}
        and row.state in {DeliveryState.CANCELLED, DeliveryState.DEAD, DeliveryState.FAILED}
    ]
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(again))
        .values(
            state=str(DeliveryState.PENDING), attempt=0, due_at=unit.now, lease_until=None, fence=Delivery.fence + 1
        )
    )
    unit.committed_deliveries.extend(again)
    if waiting:
        await unit.session.execute(
            update(Recipient)
            .where(Recipient.person_id == device.person_id, Recipient.reach_out_id.in_([row[3] for row in waiting]))
            .values(unreachable_at=None)
        )
    for _, _, owner_id, reach_out_id in waiting:
        unit.publish(owner_id, "reach_out", reach_out_id)
