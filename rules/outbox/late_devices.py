"""Pushes devices that come late: registered while a press was being written, or back in the middle of the night."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Row, and_, or_, select, update

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Delivery, Device, Notice, ReachOut, Recipient
from models.enums import AnswerKind, DeliveryState, NoticeKind, ReachOutState
from rules import access
from rules.outbox.enqueue import DeliveryKey, enqueue, requeue

FRESH_NOTICE_AGE = timedelta(seconds=15)
"""How far back the second look reaches; any worker that looks within it finds devices that the press could not see."""


async def any_fresh_notice(unit: UnitOfWork) -> bool:
    """Return whether any alarm is recent enough for a second look; usually none is, and nothing is locked."""
    fresh = await unit.session.execute(
        select(Notice.id)
        .where(Notice.id >= first_id(unit.now - FRESH_NOTICE_AGE), Notice.kind == NoticeKind.REACH_OUT)
        .limit(1)
    )
    return fresh.first() is not None


async def push_missed_devices(unit: UnitOfWork) -> int:
    """Write the deliveries that recipients who are to be pushed lack; return how many."""
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
    return await _enqueue_by_round(unit, [(number, (notice, device)) for notice, device, number in missing])


async def push_waiting_notices(unit: UnitOfWork, device: Device) -> None:
    """Push every alarm that still waits, and that its person has not declined, to a device that is new or back."""
    waiting = await _waiting_alarms(unit, device.person_id)
    earlier = {
        (row.notice_id, row.round): row
        for row in await unit.session.execute(
            select(Delivery.id, Delivery.notice_id, Delivery.round, Delivery.state).where(
                Delivery.device_id == device.id, Delivery.notice_id.in_([alarm.notice_id for alarm in waiting])
            )
        )
    }
    rounds = [(alarm.notice_id, alarm.round) for alarm in waiting]
    await _enqueue_by_round(
        unit, [(number, (notice, device.id)) for notice, number in rounds if (notice, number) not in earlier]
    )
    # What was called off when this very device was retired is due again.
    over = {DeliveryState.CANCELLED, DeliveryState.DEAD, DeliveryState.FAILED}
    await requeue(unit, [row.id for key in rounds if (row := earlier.get(key)) is not None and row.state in over])
    if waiting:
        await unit.session.execute(
            update(Recipient)
            .where(
                access.owned_by(Recipient, device.person_id),
                Recipient.reach_out_id.in_([alarm.reach_out_id for alarm in waiting]),
            )
            .values(unreachable_at=None)
        )
    for alarm in waiting:
        unit.publish(alarm.owner_id, "reach_out", alarm.reach_out_id)


async def _enqueue_by_round(unit: UnitOfWork, devices: Iterable[tuple[int, DeliveryKey]]) -> int:
    """Write a delivery for each of these, given with its round; return how many."""
    by_round: dict[int, list[DeliveryKey]] = defaultdict(list)
    for round_number, address in devices:
        by_round[round_number].append(address)
    return sum([len(await enqueue(unit, number, devices=addresses)) for number, addresses in by_round.items()])


async def _waiting_alarms(unit: UnitOfWork, person_id: UUID) -> Sequence[Row[UUID, int, UUID, UUID]]:
    """Return notice, round, owner and reach-out of each alarm that waits for this person's answer."""
    alarms = await unit.session.execute(
        select(
            Notice.id.label("notice_id"),
            ReachOut.round,
            ReachOut.person_id.label("owner_id"),
            ReachOut.id.label("reach_out_id"),
        )
        .join(ReachOut, ReachOut.id == Notice.reach_out_id)
        .join(Recipient, (Recipient.reach_out_id == ReachOut.id) & (access.owned_by(Recipient, person_id)))
        .where(
            access.owned_by(Notice, person_id),
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
            ReachOut.state == ReachOutState.WAITING,
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            or_(Recipient.answer.is_(None), Recipient.answer != AnswerKind.CANNOT),
        )
    )
    return alarms.all()
