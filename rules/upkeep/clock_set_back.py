"""Reach-outs that were written while a clock was ahead: once it is set right, their times would keep everybody waiting."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute

from core.shifted_time import shifted_time
from core.types import UtcDateTime
from core.unit_of_work import UnitOfWork
from models import Delivery, Notice, ReachOut, Recipient
from models.enums import DeliveryState
from rules.reach_out import store

AHEAD_GRACE: Final = timedelta(minutes=2)
"""How far the clocks of several machines may be apart."""
_HAPPENED: Final = (
    "created_at",
    "pressed_at",
    "raised_at",
    "pushed_at",
    "asked_at",
    "unanswered_at",
    "pressed_again_at",
    "pressed_before_at",
)
_TO_COME: Final = ("next_rung_at", "paused_until", "ask_at")
_HAPPENED_TO_RECIPIENT: Final = (
    Recipient.told_at,
    Recipient.quiet_at,
    Recipient.handed_at,
    Recipient.delivered_at,
    Recipient.seen_at,
    Recipient.unreachable_at,
    Recipient.answered_at,
    Recipient.talking_at,
    Recipient.calm_answered_at,
)


def written_ahead(now: datetime) -> ColumnElement[bool]:
    """Select open reach-outs in which something has happened that is still to come."""
    limit = now + AHEAD_GRACE
    recipients = select(Recipient.person_id).where(
        Recipient.reach_out_id == ReachOut.id, or_(Recipient.told_at > limit, Recipient.answered_at > limit)
    )
    return and_(
        ReachOut.closed_at.is_(None), or_(ReachOut.pushed_at > limit, ReachOut.asked_at > limit, recipients.exists())
    )


async def bring_back(unit: UnitOfWork, reach_out_id: UUID) -> bool:
    """Set the times of such a reach-out back by as much as its clock was ahead; return whether that was still needed.

    What has happened has happened by now at the latest, and the next worker that looks checks its clocks. Rows are written in the
    order of locks: reach-out, deliveries, recipients.
    """
    ahead_still = (ReachOut.id == reach_out_id, written_ahead(unit.now))
    found = await unit.session.execute(select(ReachOut).where(*ahead_still).with_for_update(skip_locked=True))
    reach_out = found.scalar_one_or_none()
    if reach_out is None:
        return False
    times = await unit.session.execute(
        select(Recipient.told_at, Recipient.answered_at).where(Recipient.reach_out_id == reach_out_id)
    )
    marks = [reach_out.pushed_at, reach_out.asked_at, *(time for row in times for time in row)]
    ahead = max(mark for mark in marks if mark is not None) - unit.now
    happened = {name: min(at, unit.now) for name in _HAPPENED if (at := getattr(reach_out, name)) is not None}
    to_come = {
        name: min(at, max(unit.now, at - ahead)) for name in _TO_COME if (at := getattr(reach_out, name)) is not None
    }
    await store.set_times(unit, reach_out_id, happened | to_come)
    await _bring_deliveries_back(unit, reach_out_id, ahead)
    await unit.session.execute(
        update(Recipient)
        .where(Recipient.reach_out_id == reach_out_id)
        .values({column: _by_now(column, unit.now) for column in _HAPPENED_TO_RECIPIENT})
        .execution_options(synchronize_session=False)
    )
    unit.publish(reach_out.person_id, "reach_out", reach_out_id)
    return True


async def _bring_deliveries_back(unit: UnitOfWork, reach_out_id: UUID, ahead: timedelta) -> None:
    """Let no push of it wait, be held by a lease, or wait for its receipt until the time that the clock showed."""
    limit = unit.now + AHEAD_GRACE
    late = await unit.session.execute(
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.reach_out_id == reach_out_id,
            or_(
                and_(
                    Delivery.state == DeliveryState.PENDING,
                    or_(Delivery.due_at > limit, Delivery.lease_until > limit, Delivery.created_at > limit),
                ),
                Delivery.resend_at > limit,
            ),
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    )
    sooner = shifted_time(type_coerce(Delivery.resend_at, UtcDateTime()), literal(-ahead.total_seconds()))
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(late.scalars().all()))
        .values(
            created_at=_by_now(Delivery.created_at, unit.now),
            due_at=_by_now(Delivery.due_at, unit.now),
            lease_until=case((Delivery.lease_until > limit, None), else_=Delivery.lease_until),
            resend_at=case((Delivery.resend_at > limit, sooner), else_=Delivery.resend_at),
        )
        .execution_options(synchronize_session=False)
    )


def _by_now(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[datetime]:
    return case((column > now, now), else_=column)
