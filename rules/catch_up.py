"""A second look at fresh notices: a phone that was registered while a press or a rung was being written is pushed too."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, select

from core.bulk import insert_together
from core.ids import first_id
from core.unit import Unit
from models import Delivery, Device, Notice, ReachOut, Recipient
from models.vocabulary import NoticeKind
from rules.telling import DELIVERIES, announce, delivery_row

FRESH = timedelta(seconds=15)
"""How far back to look; any worker that comes round within it finds what they could not have seen."""


async def fresh(unit: Unit) -> bool:
    """Whether there is any notice young enough for a second look; most turns there is none, and nothing is locked."""
    found = await unit.session.execute(
        select(Notice.id).where(Notice.id >= first_id(unit.now - FRESH), Notice.kind == NoticeKind.REACH_OUT).limit(1)
    )
    return found.first() is not None


async def push_missed_devices(unit: Unit) -> int:
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
            Notice.id >= first_id(unit.now - FRESH),
            ReachOut.closed_at.is_(None),
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            Recipient.answer.is_(None),
            Delivery.id.is_(None),
        )
    )
    rows = [delivery_row(unit, UUID(str(notice)), UUID(str(device)), round_) for notice, device, round_ in missing]
    await insert_together(unit.session, [(DELIVERIES, rows)])
    announce(unit, [], rows)
    return len(rows)
