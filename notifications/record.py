"""Records the outcomes of sends: updates deliveries under their fence and recipients, and applies the consequences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final

import structlog
from sqlalchemy import Integer, String, Uuid, func, or_, update

from core.bulk_update import BulkUpdate, UpdateEach
from core.frozen import quick_dataclass
from core.telemetry import DELIVERIES_TOTAL, HANDED_SECONDS, PARKED_TOTAL, REFUSED_TOTAL, RETIRED_TOTAL, series
from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from models import Delivery, Recipient
from models.enums import DeliveryState, NoticeKind
from notifications.claim import ClaimedDelivery
from notifications.release import ALL_ARE_LOCKED
from notifications.transports.protocol import DeadAddress, Rejected, Result, RetryAt, Sent
from rules import access
from rules.kinds import ASKING_KINDS, KINDS
from rules.outbox import device_retirement, refusals
from rules.outbox.refusals import OPERATOR_REASONS, PushTarget
from rules.outbox.wanted import next_try
from rules.reach_out.advance import lock_joined_reach_outs, share_memberships_of

log = structlog.get_logger(__name__)

_RESULT_WORDS: Final = {Sent: "sent", RetryAt: "retry", DeadAddress: "dead", Rejected: "rejected"}
RECEIPT_WAIT = timedelta(seconds=120)
"""Time for a device to send a receipt before the push is sent again."""

_DELIVERY_UPDATE = UpdateEach(
    {
        "id": Uuid(),
        "fence": Integer(),
        "state": String(),
        "attempt": Integer(),
        "due_at": UtcDateTime(),
        "handed_at": UtcDateTime(),
        "resend_at": UtcDateTime(),
        "error": String(),
    },
    lambda given: (
        update(Delivery)
        .where(
            Delivery.id == given("id"),
            # A process that was suspended beyond its lease must not record anything.
            Delivery.fence == given("fence"),
            Delivery.state == DeliveryState.PENDING,
        )
        .values(
            state=given("state"),
            attempt=given("attempt"),
            due_at=given("due_at"),
            lease_until=None,
            # Keep the first hand-over, which shows how long the press took.
            handed_at=func.coalesce(Delivery.handed_at, given("handed_at")),
            resend_at=given("resend_at"),
            last_error=given("error"),
        )
        .execution_options(synchronize_session=False)
    ),
)
_RECIPIENT_UPDATE = UpdateEach(
    {"reach_out_id": Uuid(), "person_id": Uuid(), "at": UtcDateTime()},
    lambda given: (
        update(Recipient)
        .where(
            Recipient.reach_out_id == given("reach_out_id"),
            Recipient.person_id == given("person_id"),
            or_(Recipient.handed_at.is_(None), Recipient.unreachable_at.is_not(None)),
        )
        .values(handed_at=func.coalesce(Recipient.handed_at, given("at")), unreachable_at=None)
        .execution_options(synchronize_session=False)
    ),
)
RECORD_UPDATE = BulkUpdate(
    # Every delivery before the first recipient, which is the order of locks.
    _RECIPIENT_UPDATE.together.where(ALL_ARE_LOCKED).add_cte(
        _DELIVERY_UPDATE.together.where(ALL_ARE_LOCKED).cte("written")
    ),
    _DELIVERY_UPDATE,
    _RECIPIENT_UPDATE,
)


@quick_dataclass(frozen=True, slots=True)
class SendOutcome:
    """The result of one send, and its time. `jitter` (0 to 1) spreads the next attempt."""

    claimed: ClaimedDelivery
    transport: str
    result: Result
    at: datetime
    jitter: float


async def record(operation: Operation, outcomes: Sequence[SendOutcome]) -> None:
    """Record all outcomes with one statement, which the caller commits."""
    rows = sorted((_delivery_row(outcome) for outcome in outcomes), key=itemgetter("id"))
    handed = {
        (outcome.claimed.reach_out_id, outcome.claimed.person_id): outcome.at
        for outcome in outcomes
        if isinstance(outcome.result, Sent) and outcome.claimed.kind in ASKING_KINDS
    }
    recipients = [
        {"reach_out_id": reach_out_id, "person_id": person_id, "at": at}
        for (reach_out_id, person_id), at in sorted(handed.items())
    ]
    await operation.statements.update(RECORD_UPDATE, rows, recipients)
    for outcome in outcomes:
        if outcome.claimed.owner_id and outcome.claimed.reach_out_id and not isinstance(outcome.result, RetryAt):
            operation.publish(outcome.claimed.owner_id, "reach_out", outcome.claimed.reach_out_id)


async def apply_consequences(unit: UnitOfWork, outcomes: Sequence[SendOutcome]) -> None:
    """Retire dead addresses, count refusals, and let no ladder wait for a person who cannot be reached.

    Needs its own transaction after `record`: it locks reach-outs, which precede deliveries in the order of locks.
    """
    ordered = sorted(outcomes, key=lambda outcome: (_address_id(outcome.claimed), outcome.claimed.id))
    # Locked together and in order: two such transactions that lock one by one could deadlock.
    people = sorted({outcome.claimed.person_id for outcome in ordered if _has_consequence(outcome)})
    await access.lock_people(unit, {outcome.claimed.person_id for outcome in ordered if _has_recovered(outcome)})
    await share_memberships_of(unit, people)
    await lock_joined_reach_outs(unit, people)
    for outcome in ordered:
        claimed = outcome.claimed
        target = PushTarget(claimed.person_id, claimed.device_id, claimed.channel_id, claimed.address_hash)
        if isinstance(outcome.result, Sent):
            if _has_recovered(outcome):
                await refusals.reset_refusals(unit, target)
            continue
        if refused(outcome) and KINDS[claimed.kind].urgent:
            await refusals.count_refusal(unit, target, outcome.result.why)
        if isinstance(outcome.result, DeadAddress) and claimed.device_id is not None and claimed.address_hash:
            await device_retirement.retire_dead(
                unit, claimed.id, claimed.person_id, claimed.device_id, claimed.address_hash
            )
            RETIRED_TOTAL.labels(outcome.result.why).inc()
        elif _given_up(outcome) and claimed.reach_out_id is not None:
            await device_retirement.note_given_up(unit, claimed.reach_out_id, claimed.person_id)


def _address_id(claimed: ClaimedDelivery) -> str:
    return str(claimed.device_id or claimed.channel_id)


def has_consequences(outcomes: Sequence[SendOutcome]) -> bool:
    return any(_has_consequence(outcome) for outcome in outcomes)


def refused(outcome: SendOutcome) -> bool:
    """Return whether the push was refused permanently, other than by an outage or a dead address."""
    result = outcome.result
    return isinstance(result, Rejected) or (isinstance(result, RetryAt) and result.refused)


def _has_recovered(outcome: SendOutcome) -> bool:
    """Return whether an address that had refused pushes has accepted this one."""
    return isinstance(outcome.result, Sent) and outcome.claimed.refusals > 0


def _has_consequence(outcome: SendOutcome) -> bool:
    if isinstance(outcome.result, Sent):
        return _has_recovered(outcome)
    urgent = refused(outcome) and KINDS[outcome.claimed.kind].urgent
    return urgent or isinstance(outcome.result, DeadAddress) or _given_up(outcome)


def _given_up(outcome: SendOutcome) -> bool:
    return _delivery_state(outcome) is DeliveryState.FAILED and outcome.claimed.kind is NoticeKind.REACH_OUT


def count_outcomes(outcomes: Sequence[SendOutcome]) -> None:
    """Count recorded outcomes and log failures, with ids and static words only."""
    for outcome in outcomes:
        claimed, result = outcome.claimed, outcome.result
        word = _RESULT_WORDS[type(result)]
        series(DELIVERIES_TOTAL, outcome.transport, word).inc()
        if isinstance(result, Sent):
            if claimed.kind is NoticeKind.REACH_OUT:
                HANDED_SECONDS.observe(max(0.0, (outcome.at - claimed.created_at).total_seconds()))
            continue
        log.warning(
            "push_not_sent",
            delivery_id=str(claimed.id),
            transport=outcome.transport,
            result=word,
            why=result.why,
            attempt=claimed.attempt,
        )
        if refused(outcome):
            REFUSED_TOTAL.labels(outcome.transport, result.why).inc()
            if result.why in OPERATOR_REASONS:
                # A separate line for the operator, in addition to the one for each push.
                log.error("refused_for_our_fault", transport=outcome.transport, why=result.why)
        if _delivery_state(outcome) is DeliveryState.FAILED:
            PARKED_TOTAL.labels("rejected" if isinstance(result, Rejected) else "given_up").inc()


def _awaits_receipt(claimed: ClaimedDelivery) -> bool:
    """Return whether the push is sent again without a receipt: if urgent, to a device, and not sent before."""
    return KINDS[claimed.kind].urgent and claimed.device_id is not None and not claimed.handed_before


def _next_try_at(outcome: SendOutcome) -> datetime | None:
    claimed = outcome.claimed
    if not isinstance(outcome.result, RetryAt):
        return None
    return next_try(claimed.attempt, claimed.created_at, outcome.at, outcome.result.when, outcome.jitter)


def _delivery_state(outcome: SendOutcome) -> DeliveryState:
    match outcome.result:
        case Sent():
            return DeliveryState.SENT
        case DeadAddress():
            return DeliveryState.DEAD
        case Rejected():
            return DeliveryState.FAILED
        case RetryAt():
            return DeliveryState.PENDING if _next_try_at(outcome) else DeliveryState.FAILED


def _delivery_row(outcome: SendOutcome) -> dict[str, Any]:
    sent = isinstance(outcome.result, Sent)
    return {
        "id": outcome.claimed.id,
        "fence": outcome.claimed.fence,
        "state": str(_delivery_state(outcome)),
        "attempt": outcome.claimed.attempt,
        "due_at": _next_try_at(outcome) or outcome.at,
        "handed_at": outcome.at if sent else None,
        "resend_at": outcome.at + RECEIPT_WAIT if sent and _awaits_receipt(outcome.claimed) else None,
        "error": None if isinstance(outcome.result, Sent) else outcome.result.why[:64],
    }
