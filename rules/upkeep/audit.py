"""What must not be: looked for, told apart, and mended one finding at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Bookend, Delivery, Device, Membership, Notice, Person, ReachOut, Recipient
from models.enums import AnswerKind, DeliveryState, NoticeKind, ReachOutState
from rules import access
from rules.circle import hours
from rules.outbox import refusals
from rules.outbox.enqueue import enqueue
from rules.outbox.lease import LEASE_SECONDS
from rules.reach_out import ladder, store
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME
from rules.reach_out.state import Waiting

TIMER_GRACE = timedelta(seconds=30)
"""How far past its time a reach-out or a delivery may be; a restart takes 15 s at most."""
BOOKEND_GRACE = timedelta(minutes=2)
RACE_GRACE = timedelta(seconds=5)
"""A notice this young may still be getting its deliveries."""
LEASE_TIME = timedelta(seconds=LEASE_SECONDS)
AUDIT_BATCH = 500
"""Findings of one kind in one look; the next look finds the rest."""


class FindingKind(StrEnum):
    NO_TIMER = "reach_out_without_timer"
    OVERDUE = "reach_out_overdue"
    DELIVERY_OVERDUE = "delivery_overdue"
    LEASE_RAN_OUT = "lease_ran_out_twice"
    NOT_DELIVERED = "notice_without_delivery"
    BOOKEND_OVERDUE = "bookend_overdue"
    PUSHES_REFUSED = "pushes_refused"
    NO_PUSH_KEY = "nobody_can_be_pushed"


@dataclass(frozen=True, slots=True)
class Finding:
    """`id`: the reach-out, delivery, notice or bookend that it is about; None for what only the operator can put right.

    `detail`: static words and numbers that say what that is.
    """

    what: FindingKind
    id: UUID | None = None
    detail: str = ""


async def find_all(unit: UnitOfWork) -> list[Finding]:
    """Everything that must not be at this moment; a healthy database has nothing. Only reads."""
    found: list[Finding] = []
    for what, statement in (
        (FindingKind.NO_TIMER, select(ReachOut.id).where(_no_timer(unit))),
        (FindingKind.OVERDUE, select(ReachOut.id).where(_overdue(unit))),
        (FindingKind.DELIVERY_OVERDUE, select(Delivery.id).where(_delivery_overdue(unit))),
        (FindingKind.LEASE_RAN_OUT, select(Delivery.id).where(_lease_ran_out(unit))),
        (FindingKind.BOOKEND_OVERDUE, select(Bookend.id).where(Bookend.next_at <= unit.now - BOOKEND_GRACE)),
    ):
        rows = await unit.session.execute(statement.limit(AUDIT_BATCH))
        found += [Finding(what, row_id) for row_id in rows.scalars()]
    found += [Finding(FindingKind.NOT_DELIVERED, notice_id) for notice_id in await _not_delivered(unit)]
    if not unit.keyring.opens_addresses:
        found.append(Finding(FindingKind.NO_PUSH_KEY, detail="no key at hand opens push addresses"))
    found += [
        Finding(
            FindingKind.PUSHES_REFUSED,
            detail=f"{one.kind} {one.why}, {one.people} people, since {one.since:%Y-%m-%d %H:%M}",
        )
        for one in await refusals.refused_by_many(unit)
    ]
    return found


async def repair(unit: UnitOfWork, finding: Finding) -> bool:
    """Put one finding right, if it still is so; the workers do the rest. Gives whether anything was changed."""
    if finding.id is None:
        return False
    match finding.what:
        case FindingKind.PUSHES_REFUSED | FindingKind.NO_PUSH_KEY:
            return False
        case FindingKind.NO_TIMER | FindingKind.OVERDUE:
            wrong = _no_timer(unit) if finding.what is FindingKind.NO_TIMER else _overdue(unit)
            # Due now, the next worker looks at all its clocks.
            return await store.make_due(unit, finding.id, wrong)
        case FindingKind.DELIVERY_OVERDUE | FindingKind.LEASE_RAN_OUT:
            wrong = _delivery_overdue(unit) if finding.what is FindingKind.DELIVERY_OVERDUE else _lease_ran_out(unit)
            # The due time stays, for it says how long somebody has been kept waiting.
            return await _set(unit, update(Delivery).where(Delivery.id == finding.id, wrong).values(lease_until=None))
        case FindingKind.NOT_DELIVERED:
            return await _deliver(unit, finding.id)
        case FindingKind.BOOKEND_OVERDUE:
            late = Bookend.next_at <= unit.now - BOOKEND_GRACE
            return await _set(unit, update(Bookend).where(Bookend.id == finding.id, late).values(next_at=unit.now))


async def _set(unit: UnitOfWork, statement: Update) -> bool:
    changed = await unit.session.execute(statement.execution_options(synchronize_session=False))
    return int(getattr(changed, "rowcount", 0)) > 0


def _no_timer(unit: UnitOfWork) -> ColumnElement[bool]:
    """An open reach-out that nobody will look at, or not when one of its clocks says so."""
    waiting, answered = ReachOut.state == ReachOutState.WAITING, ReachOut.state == ReachOutState.ANSWERED
    return and_(
        ReachOut.closed_at.is_(None),
        # An older release leaves a new one without; a worker gives it one within a second.
        or_(ReachOut.due_at > unit.now, and_(ReachOut.due_at.is_(None), ReachOut.created_at <= unit.now - TIMER_GRACE)),
        or_(
            ReachOut.due_at.is_(None),
            ReachOut.created_at <= unit.now - REACH_OUT_LIFETIME,
            and_(waiting, ReachOut.next_rung_at.is_(None), ReachOut.rung < LAST_RUNG),
            and_(waiting, ReachOut.next_rung_at < ReachOut.due_at),
            and_(answered, ReachOut.paused_until.is_(None)),
            and_(answered, or_(ReachOut.paused_until < ReachOut.due_at, ReachOut.ask_at < ReachOut.due_at)),
        ),
    )


def _overdue(unit: UnitOfWork) -> ColumnElement[bool]:
    return and_(ReachOut.closed_at.is_(None), ReachOut.due_at <= unit.now - TIMER_GRACE)


def _delivery_overdue(unit: UnitOfWork) -> ColumnElement[bool]:
    """Due and free for half a minute, or under a lease that nobody can have taken."""
    return and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.due_at <= unit.now - TIMER_GRACE,
        or_(
            Delivery.lease_until.is_(None),
            Delivery.lease_until <= unit.now - TIMER_GRACE,
            Delivery.lease_until > unit.now + TIMER_GRACE + LEASE_TIME,
        ),
    )


def _lease_ran_out(unit: UnitOfWork) -> ColumnElement[bool]:
    """Claimed twice, and neither holder has said what came of it."""
    return and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.attempt >= 2,
        Delivery.lease_until <= unit.now,
        Delivery.last_error.is_(None),
        Delivery.handed_at.is_(None),
    )


async def _not_delivered(unit: UnitOfWork) -> Sequence[UUID]:
    """Notices of those still asked, that a live device of theirs was never to be pushed with: a press raced it."""
    pushed = select(Delivery.id).where(Delivery.notice_id == Notice.id, Delivery.device_id == Device.id).exists()
    rows = await unit.session.execute(
        select(Notice.id, Person.hours, Person.time_zone, Person.wake_me, Membership.muted_until)
        .join(ReachOut, ReachOut.id == Notice.reach_out_id)
        .join(Recipient, and_(Recipient.reach_out_id == ReachOut.id, Recipient.person_id == Notice.recipient_id))
        .join(Membership, Membership.id == Recipient.membership_id)
        .join(Person, Person.id == Notice.recipient_id)
        .join(Device, and_(Device.person_id == Person.id, Device.disabled_at.is_(None)))
        .where(
            ReachOut.closed_at.is_(None),
            ReachOut.state == ReachOutState.WAITING,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
            Notice.created_at <= unit.now - RACE_GRACE,
            Device.created_at <= unit.now - RACE_GRACE,
            Membership.confirmed_at.is_not(None),
            Recipient.told_at.is_not(None),
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            or_(Recipient.answer.is_(None), Recipient.answer != AnswerKind.CANNOT),
            ~pushed,
        )
        .limit(AUDIT_BATCH)
    )
    return list(
        dict.fromkeys(
            row.id
            for row in rows
            if hours.available(row.hours, row.time_zone, row.muted_until, unit.now, wake_me=row.wake_me)
        )
    )


async def _deliver(unit: UnitOfWork, notice_id: UUID) -> bool:
    """Write the deliveries that a notice lacks, under the lock of its reach-out."""
    about = (await unit.session.execute(select(Notice.reach_out_id).where(Notice.id == notice_id))).scalar()
    snapshot = await store.load(unit, about, skip_locked=True) if about is not None else None
    if snapshot is None or not isinstance(snapshot.stage, Waiting):
        return False
    one = next((one for one in snapshot.told if one.notice_id == notice_id), None)
    if one is None or not ladder.pushable(one, unit.now) or one.quiet_at is not None:
        return False
    had = await unit.session.execute(
        select(Delivery.device_id).where(Delivery.notice_id == notice_id, Delivery.device_id.in_(one.devices))
    )
    without = set(one.devices) - set(had.scalars())
    if not without:
        return False
    # Under nobody's lease: whoever looks first sends them.
    await enqueue(unit, snapshot.round, devices=[(notice_id, device) for device in without], leased=False)
    if one.reachable:
        await unit.session.execute(
            update(Recipient)
            .where(Recipient.reach_out_id == snapshot.id, access.owned_by(Recipient, one.person_id))
            .values(unreachable_at=None)
            .execution_options(synchronize_session=False)
        )
    unit.publish(snapshot.person_id, "reach_out", snapshot.id)
    return True
