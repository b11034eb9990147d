"""Writing down what came of sends: the row behind its fence, the recipient's progress, dead addresses retired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import bindparam, update

from core.telemetry import DELIVERIES, HANDED, PARKED, RETIRED
from core.types import UtcDateTime
from core.unit import Unit
from models import Delivery, Recipient
from models.vocabulary import DeliveryState, NoticeKind
from notifications.claim import Claimed
from notifications.transports.protocol import DeadAddress, Rejected, Result, RetryAt, Sent
from rules import reachability
from rules.delivery import next_try

log = structlog.get_logger(__name__)

_DELIVERY = (
    update(Delivery)
    .where(
        Delivery.id == bindparam("row_id"),
        # Somebody who was asleep for longer than a lease no longer has a say.
        Delivery.fence == bindparam("row_fence"),
        Delivery.state == DeliveryState.PENDING,
    )
    .values(
        state=bindparam("row_state"),
        due_at=bindparam("row_due_at", type_=UtcDateTime),
        lease_until=None,
        handed_at=bindparam("row_handed_at", type_=UtcDateTime),
        last_error=bindparam("row_error"),
    )
)
_RECIPIENT = (
    update(Recipient)
    .where(
        Recipient.reach_out_id == bindparam("about"),
        Recipient.person_id == bindparam("whom"),
        Recipient.handed_at.is_(None),
    )
    .values(handed_at=bindparam("at", type_=UtcDateTime), unreachable_at=None)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one send, and when. `jitter` (0 to 1) spreads a next try."""

    claimed: Claimed
    transport: str
    result: Result
    at: datetime
    jitter: float


async def record(unit: Unit, outcomes: Sequence[Outcome]) -> None:
    """Write all of them down in one transaction, which the caller commits."""
    connection = await unit.session.connection()
    # In the order of their ids, as everywhere where several are locked: nobody waits in a ring.
    outcomes = sorted(outcomes, key=lambda outcome: outcome.claimed.id)
    await connection.execute(_DELIVERY, [_row(outcome) for outcome in outcomes])
    handed = {
        (outcome.claimed.reach_out_id, outcome.claimed.person_id): outcome
        for outcome in outcomes
        if isinstance(outcome.result, Sent) and outcome.claimed.kind is NoticeKind.REACH_OUT
    }
    if handed:
        await connection.execute(
            _RECIPIENT, [{"about": about, "whom": whom, "at": one.at} for (about, whom), one in handed.items()]
        )
    for outcome in outcomes:
        if isinstance(outcome.result, DeadAddress):
            await reachability.retire_dead(
                unit, outcome.claimed.person_id, outcome.claimed.device_id, outcome.claimed.address_hash
            )
            RETIRED.labels(outcome.result.why).inc()
    for outcome in outcomes:
        claimed = outcome.claimed
        if _state(outcome) is DeliveryState.FAILED and claimed.kind is NoticeKind.REACH_OUT and claimed.reach_out_id:
            await _given_up(unit, claimed.reach_out_id, claimed.person_id)
    for outcome in outcomes:
        if outcome.claimed.owner_id and outcome.claimed.reach_out_id and not isinstance(outcome.result, RetryAt):
            unit.tell(outcome.claimed.owner_id, "reach_out", outcome.claimed.reach_out_id)


def count(outcomes: Sequence[Outcome]) -> None:
    """Count what has been written down, and log what went wrong; ids and static words only."""
    for outcome in outcomes:
        claimed, result = outcome.claimed, outcome.result
        word = {Sent: "sent", RetryAt: "retry", DeadAddress: "dead", Rejected: "rejected"}[type(result)]
        DELIVERIES.labels(outcome.transport, word).inc()
        if isinstance(result, Sent):
            if claimed.kind is NoticeKind.REACH_OUT:
                HANDED.observe(max(0.0, (outcome.at - claimed.created_at).total_seconds()))
            continue
        log.warning(
            "push_not_sent",
            delivery_id=str(claimed.id),
            transport=outcome.transport,
            result=word,
            why=result.why,
            attempt=claimed.attempt,
        )
        if _state(outcome) is DeliveryState.FAILED:
            PARKED.labels("rejected" if isinstance(result, Rejected) else "given_up").inc()


def _next(outcome: Outcome) -> datetime | None:
    claimed = outcome.claimed
    if not isinstance(outcome.result, RetryAt):
        return None
    return next_try(claimed.attempt, claimed.created_at, outcome.at, outcome.result.when, outcome.jitter)


def _state(outcome: Outcome) -> DeliveryState:
    match outcome.result:
        case Sent():
            return DeliveryState.SENT
        case DeadAddress():
            return DeliveryState.DEAD
        case Rejected():
            return DeliveryState.FAILED
        case RetryAt():
            return DeliveryState.PENDING if _next(outcome) else DeliveryState.FAILED


def _row(outcome: Outcome) -> dict[str, Any]:
    sent = isinstance(outcome.result, Sent)
    return {
        "row_id": outcome.claimed.id,
        "row_fence": outcome.claimed.fence,
        "row_state": str(_state(outcome)),
        "row_due_at": _next(outcome) or outcome.at,
        "row_handed_at": outcome.at if sent else None,
        "row_error": None if isinstance(outcome.result, Sent) else outcome.result.why[:64],
    }


async def _given_up(unit: Unit, reach_out_id: UUID, person_id: UUID) -> None:
    """Nothing is on its way to this recipient any more and nothing ever arrived: the person is not kept hoping."""
    await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.reach_out_id == reach_out_id,
            Recipient.person_id == person_id,
            ~reachability.on_its_way(reach_out_id, person_id),
        )
        .values(unreachable_at=unit.now)
        .execution_options(synchronize_session=False)
    )
