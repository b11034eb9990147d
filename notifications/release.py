"""What a claim took and this process does not send: how it is written down, and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Integer, Row, String, Uuid, any_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from core.bulk_update import BulkUpdate, UpdateEach
from core.telemetry import DELIVERIES_TOTAL, PARKED_TOTAL
from core.types import UtcDateTime
from core.unit_of_work import Operation
from models import Delivery
from models.enums import DeliveryState, NoticeKind
from notifications.recheck import Triage
from rules.outbox.lease import LEASE_SECONDS

log = structlog.get_logger(__name__)

# Written out: to a plan that is made for any value, the index of what is due is not there for a state that is given.
PENDING = Delivery.state == literal_column(f"'{DeliveryState.PENDING}'")


@dataclass(frozen=True, slots=True)
class Released:
    """What a claim took and this process does not send, as it is to be written.

    `dropped`: whose push was called off; `parked`: whose push is put aside for good. Both as (reach-out, person).
    """

    rows: list[dict[str, Any]]
    dropped: list[tuple[UUID, UUID]]
    parked: list[tuple[UUID, UUID]]


LOCKED = (
    select(Delivery.id)
    .where(Delivery.id == any_(bindparam("given_id", type_=ARRAY(Uuid))))
    .order_by(Delivery.id)
    .with_for_update()
    .cte("locked")
)
"""Deliveries locked in the order of their ids, as everywhere where several are: nobody waits in a ring."""
_ASIDE = UpdateEach(
    {
        "id": Uuid(),
        "fence": Integer(),
        "state": String(),
        "attempt": Integer(),
        "due_at": UtcDateTime(),
        "error": String(),
    },
    lambda given: (
        update(Delivery)
        .where(Delivery.id == given("id"), Delivery.fence == given("fence"), PENDING)
        .values(
            state=given("state"),
            attempt=given("attempt"),
            due_at=given("due_at"),
            lease_until=None,
            last_error=func.coalesce(given("error"), Delivery.last_error),
        )
        .execution_options(synchronize_session=False)
    ),
)
_RELEASE = BulkUpdate(_ASIDE.together.where(Delivery.id.in_(select(LOCKED.c.id))), _ASIDE)


def released(found: Triage, now: datetime) -> Released | None:
    """What becomes of the rows of a claim that are not sent; None when all of them are."""
    pending, cancelled, failed = DeliveryState.PENDING, DeliveryState.CANCELLED, DeliveryState.FAILED
    rows = [
        *(_kept(row, cancelled, row.due_at) for row in found.unwanted),
        *(_kept(row, failed, row.due_at, "parked") for row in found.parked),
        *(_kept(row, pending, row.due_at) for row in found.put_back),
        *(_kept(row, pending, now + timedelta(seconds=LEASE_SECONDS)) for row in found.later),
    ]
    if not rows:
        return None
    return Released(sorted(rows, key=itemgetter("id")), _whose(found.unwanted), _whose(found.parked))


def _whose(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[UUID, UUID]]:
    return [(row.reach_out_id, row.recipient_id) for row in rows if row.kind == NoticeKind.REACH_OUT]


def _kept(
    row: Row[*tuple[Any, ...]], state: DeliveryState, due_at: datetime, error: str | None = None
) -> dict[str, Any]:
    # It was not tried this time.
    attempt = row.attempt - 1
    return {"id": row.id, "fence": row.fence, "state": str(state), "attempt": attempt, "due_at": due_at, "error": error}


async def release(operation: Operation, aside: Released) -> None:
    """Write down what becomes of rows that were claimed and are not sent. The caller commits.

    Should it fail, their lease runs out and they are looked at again.
    """
    await operation.statements.update(_RELEASE, aside.rows)


def count_released(aside: Released) -> None:
    """Count what has been put aside for good, and log what is wrong with it."""
    for row in aside.rows:
        if row["state"] == DeliveryState.CANCELLED:
            DELIVERIES_TOTAL.labels("none", "cancelled").inc()
        elif row["state"] == DeliveryState.FAILED:
            PARKED_TOTAL.labels("too_many_tries").inc()
            log.error("delivery_parked", delivery_id=str(row["id"]))
