"""The audit: states of the database that must not occur, found and repaired one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, func, or_, select, update

from core.unit_of_work import UnitOfWork
from models import (
    Bookend,
    Commitment,
    Delivery,
    Device,
    FollowUp,
    Membership,
    Notice,
    Person,
    ReachOut,
    Recipient,
    Rhythm,
)
from models.enums import AnswerKind, DeliveryState, NoticeKind, ReachOutState
from rules import access
from rules.circle import hours
from rules.outbox import refusals
from rules.outbox.enqueue import enqueue
from rules.outbox.lease import LEASE_SECONDS
from rules.reach_out import ladder, store
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME
from rules.reach_out.state import Waiting
from rules.upkeep.clock_set_back import bring_back, written_ahead

TIMER_GRACE = timedelta(seconds=30)
"""How late a reach-out or a delivery may be; a restart takes 15 s at most."""
BOOKEND_GRACE = timedelta(minutes=2)
"""How late a bookend, a commitment, a rhythm or a follow-up may be."""
RACE_GRACE = timedelta(seconds=5)
"""How old a notice or device has to be: a concurrent transaction may still insert its deliveries."""
LEASE_DURATION = timedelta(seconds=LEASE_SECONDS)
AUDIT_BATCH = 500
"""Findings of one kind in one audit; the next audit finds the rest."""


class FindingKind(StrEnum):
    WRITTEN_AHEAD = "reach_out_written_ahead"
    NO_TIMER = "reach_out_without_timer"
    OVERDUE = "reach_out_overdue"
    DELIVERY_OVERDUE = "delivery_overdue"
    LEASE_RAN_OUT = "lease_ran_out_twice"
    NOT_DELIVERED = "notice_without_delivery"
    BOOKEND_OVERDUE = "bookend_overdue"
    COMMITMENT_OVERDUE = "commitment_overdue"
    RHYTHM_OVERDUE = "rhythm_overdue"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"
    PRACTICE_OFFER_OVERDUE = "practice_offer_overdue"
    PUSHES_REFUSED = "pushes_refused"
    NO_PUSH_KEY = "nobody_can_be_pushed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `id`: the reach-out, delivery, notice or bookend concerned; None for what only the operator can repair.

    `detail`: what that is, in static words and numbers.
    """

    what: FindingKind
    id: UUID | None = None
    detail: str = ""


async def find_all(unit: UnitOfWork) -> list[Finding]:
    """Return all findings at this moment, none in a healthy database. Only reads."""
    findings: list[Finding] = []
    for kind, statement in (
        (FindingKind.WRITTEN_AHEAD, select(ReachOut.id).where(written_ahead(unit.now))),
        (FindingKind.NO_TIMER, select(ReachOut.id).where(_no_timer(unit))),
        (FindingKind.OVERDUE, select(ReachOut.id).where(_overdue(unit))),
        (FindingKind.DELIVERY_OVERDUE, select(Delivery.id).where(_delivery_overdue(unit))),
        (FindingKind.LEASE_RAN_OUT, select(Delivery.id).where(_lease_ran_out(unit))),
        (FindingKind.BOOKEND_OVERDUE, select(Bookend.id).where(Bookend.next_at <= unit.now - BOOKEND_GRACE)),
        (FindingKind.COMMITMENT_OVERDUE, select(Commitment.id).where(_commitment_overdue(unit))),
        (FindingKind.RHYTHM_OVERDUE, select(Rhythm.person_id).where(Rhythm.next_at <= unit.now - BOOKEND_GRACE)),
        (FindingKind.FOLLOW_UP_OVERDUE, select(FollowUp.id).where(FollowUp.next_at <= unit.now - BOOKEND_GRACE)),
        (
            FindingKind.PRACTICE_OFFER_OVERDUE,
            select(Rhythm.person_id).where(Rhythm.offer_at <= unit.now - BOOKEND_GRACE),
        ),
    ):
        rows = await unit.session.execute(statement.limit(AUDIT_BATCH))
        findings += [Finding(kind, row_id) for row_id in rows.scalars()]
    findings += [Finding(FindingKind.NOT_DELIVERED, notice_id) for notice_id in await _undelivered_notices(unit)]
    if not unit.keyring.opens_addresses:
        findings.append(Finding(FindingKind.NO_PUSH_KEY, detail="no key at hand opens push addresses"))
    findings += [
        Finding(
            FindingKind.PUSHES_REFUSED,
            detail=f"{refusal.kind} {refusal.why}, {refusal.people} people, since {refusal.since:%Y-%m-%d %H:%M}",
        )
        for refusal in await refusals.refused_by_many(unit)
    ]
    return findings


async def repair(unit: UnitOfWork, finding: Finding) -> bool:
    """Repair one finding, if it still holds, by making it due for a worker. Return whether anything was changed."""
    if finding.id is None:
        return False
    match finding.what:
        # A rhythm, a follow-up and an offer are due already, and their due time tells the worker what it must not make up for.
        case (
            FindingKind.PUSHES_REFUSED
            | FindingKind.NO_PUSH_KEY
            | FindingKind.RHYTHM_OVERDUE
            | FindingKind.FOLLOW_UP_OVERDUE
            | FindingKind.PRACTICE_OFFER_OVERDUE
        ):
            return False
        case FindingKind.WRITTEN_AHEAD | FindingKind.NO_TIMER | FindingKind.OVERDUE:
            return await _repair_reach_out(unit, finding.what, finding.id)
        case FindingKind.DELIVERY_OVERDUE | FindingKind.LEASE_RAN_OUT:
            still_wrong = (
                _delivery_overdue(unit) if finding.what is FindingKind.DELIVERY_OVERDUE else _lease_ran_out(unit)
            )
            # The due time stays, because it shows how late the delivery is.
            return await _execute(
                unit, update(Delivery).where(Delivery.id == finding.id, still_wrong).values(lease_until=None)
            )
        case FindingKind.NOT_DELIVERED:
            return await _insert_missing_deliveries(unit, finding.id)
        case FindingKind.BOOKEND_OVERDUE | FindingKind.COMMITMENT_OVERDUE:
            return await _execute(unit, _making_due(unit, finding.what, finding.id))


async def _repair_reach_out(unit: UnitOfWork, what: FindingKind, reach_out_id: UUID) -> bool:
    """Make a reach-out due now: then the next worker checks all its clocks."""
    if what is FindingKind.WRITTEN_AHEAD:
        return await bring_back(unit, reach_out_id)
    still_wrong = _no_timer(unit) if what is FindingKind.NO_TIMER else _overdue(unit)
    return await store.make_due(unit, reach_out_id, still_wrong)


def _making_due(unit: UnitOfWork, what: FindingKind, row_id: UUID) -> Update:
    """Return the statement that makes an overdue bookend or commitment due now; the worker then decides what is to be done."""
    if what is FindingKind.BOOKEND_OVERDUE:
        overdue = Bookend.next_at <= unit.now - BOOKEND_GRACE
        return update(Bookend).where(Bookend.id == row_id, overdue).values(next_at=unit.now)
    return update(Commitment).where(Commitment.id == row_id, _commitment_overdue(unit)).values(next_at=unit.now)


async def _execute(unit: UnitOfWork, statement: Update) -> bool:
    changed = await unit.session.execute(statement.execution_options(synchronize_session=False))
    return int(getattr(changed, "rowcount", 0)) > 0


def _no_timer(unit: UnitOfWork) -> ColumnElement[bool]:
    """Select open reach-outs without a due time, or with one later than one of their clocks."""
    waiting, answered = ReachOut.state == ReachOutState.WAITING, ReachOut.state == ReachOutState.ANSWERED
    return and_(
        ReachOut.closed_at.is_(None),
        # An older release inserts reach-outs without one; a worker sets it within a second.
        or_(ReachOut.due_at > unit.now, and_(ReachOut.due_at.is_(None), ReachOut.created_at <= unit.now - TIMER_GRACE)),
        or_(
            ReachOut.due_at.is_(None),
            and_(
                ReachOut.calm.is_(False),
                func.coalesce(ReachOut.raised_at, ReachOut.created_at) <= unit.now - REACH_OUT_LIFETIME,
            ),
            and_(waiting, ReachOut.next_rung_at.is_(None), ReachOut.rung < LAST_RUNG),
            and_(waiting, ReachOut.next_rung_at < ReachOut.due_at),
            and_(answered, ReachOut.paused_until.is_(None)),
            and_(answered, or_(ReachOut.paused_until < ReachOut.due_at, ReachOut.ask_at < ReachOut.due_at)),
        ),
    )


def _overdue(unit: UnitOfWork) -> ColumnElement[bool]:
    return and_(ReachOut.closed_at.is_(None), ReachOut.due_at <= unit.now - TIMER_GRACE)


def _commitment_overdue(unit: UnitOfWork) -> ColumnElement[bool]:
    """Select commitments that run without a due time, or whose time has passed."""
    return and_(
        Commitment.ended_at.is_(None), or_(Commitment.next_at.is_(None), Commitment.next_at <= unit.now - BOOKEND_GRACE)
    )


def _delivery_overdue(unit: UnitOfWork) -> ColumnElement[bool]:
    """Select deliveries that were due and unclaimed for half a minute, or have a longer lease than is ever taken."""
    return and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.due_at <= unit.now - TIMER_GRACE,
        or_(
            Delivery.lease_until.is_(None),
            Delivery.lease_until <= unit.now - TIMER_GRACE,
            Delivery.lease_until > unit.now + TIMER_GRACE + LEASE_DURATION,
        ),
    )


def _lease_ran_out(unit: UnitOfWork) -> ColumnElement[bool]:
    """Select deliveries that were claimed twice, without a recorded result of either claim."""
    return and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.attempt >= 2,
        Delivery.lease_until <= unit.now,
        Delivery.last_error.is_(None),
        Delivery.handed_at.is_(None),
    )


async def _undelivered_notices(unit: UnitOfWork) -> Sequence[UUID]:
    """Return notices of an open reach-out that lack a delivery to one of the recipient's live devices.

    A press can miss a device that is registered concurrently.
    """
    pushed = select(Delivery.id).where(Delivery.notice_id == Notice.id, Delivery.device_id == Device.id).exists()
    rows = await unit.session.execute(
        select(Notice.id, Person.hours, Person.time_zone, Person.wake_me, Person.away_until, Membership.muted_until)
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
            if hours.available(
                row.hours,
                row.time_zone,
                hours.silent_until(row.muted_until, row.away_until),
                unit.now,
                wake_me=row.wake_me,
            )
        )
    )


async def _insert_missing_deliveries(unit: UnitOfWork, notice_id: UUID) -> bool:
    """Insert the deliveries that a notice lacks, under the lock of its reach-out."""
    reach_out_id = (await unit.session.execute(select(Notice.reach_out_id).where(Notice.id == notice_id))).scalar()
    snapshot = await store.load(unit, reach_out_id, skip_locked=True) if reach_out_id is not None else None
    if snapshot is None or not isinstance(snapshot.stage, Waiting):
        return False
    recipient = next((recipient for recipient in snapshot.told if recipient.notice_id == notice_id), None)
    if recipient is None or not ladder.pushable(recipient, unit.now) or recipient.quiet_at is not None:
        return False
    rows = await unit.session.execute(
        select(Delivery.device_id).where(Delivery.notice_id == notice_id, Delivery.device_id.in_(recipient.devices))
    )
    unpushed_devices = set(recipient.devices) - set(rows.scalars())
    if not unpushed_devices:
        return False
    # Unleased: the first worker that looks sends them.
    await enqueue(unit, snapshot.round, devices=[(notice_id, device) for device in unpushed_devices], leased=False)
    if recipient.reachable:
        await unit.session.execute(
            update(Recipient)
            .where(Recipient.reach_out_id == snapshot.id, access.owned_by(Recipient, recipient.person_id))
            .values(unreachable_at=None)
            .execution_options(synchronize_session=False)
        )
    unit.publish(snapshot.person_id, "reach_out", snapshot.id)
    return True
