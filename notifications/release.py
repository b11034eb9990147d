"""Releases claimed deliveries that this process does not send: writes their rows and counts them."""

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

# A literal: with a parameter, PostgreSQL would not use the partial index of due deliveries.
IS_PENDING = Delivery.state == literal_column(f"'{DeliveryState.PENDING}'")
IS_STILL_PENDING = func.coalesce(Delivery.state, literal_column("''")) == literal_column(f"'{DeliveryState.PENDING}'")
"""The same for rows that are looked up by their ids: as an expression, since PostgreSQL, which plans for fewer rows in a
backlog than there are, would read the whole index of due deliveries in search of them."""


@dataclass(frozen=True, slots=True)
class Released:
    """The new values of claimed deliveries that are not sent.

    `dropped`: recipients whose alarm was called off; `parked`: recipients whose alarm was given up. Both as (reach-out,
    person).
    """

    rows: list[dict[str, Any]]
    dropped: list[tuple[UUID, UUID]]
    parked: list[tuple[UUID, UUID]]


LOCKED_DELIVERIES = (
    select(Delivery.id)
    .where(Delivery.id == any_(bindparam("given_id", type_=ARRAY(Uuid))))
    .order_by(Delivery.id)
    .with_for_update()
    .cte("locked")
)
"""Locks deliveries in the order of their ids, as all code does, to prevent deadlocks."""
ALL_ARE_LOCKED = select(func.count()).select_from(LOCKED_DELIVERIES).scalar_subquery() > 0
"""A condition that is true: PostgreSQL decides it before an update fetches its first row, and by then all are locked.

A search for each id among the locked ones would do as well, but planned for ten rows it compares every id with every other.
"""
_ROW_UPDATE = UpdateEach(
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
        .where(Delivery.id == given("id"), Delivery.fence == given("fence"), IS_PENDING)
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
_RELEASE_UPDATE = BulkUpdate(_ROW_UPDATE.together.where(ALL_ARE_LOCKED), _ROW_UPDATE)


def plan_release(triaged: Triage, now: datetime) -> Released | None:
    """Return the new values of a claim's rows that are not sent; None when all are sent."""
    pending, cancelled, failed = DeliveryState.PENDING, DeliveryState.CANCELLED, DeliveryState.FAILED
    rows = [
        *(_released_row(row, cancelled, row.due_at) for row in triaged.unwanted),
        *(_released_row(row, pending, at) for row, at in triaged.later),
        *(_released_row(row, failed, row.due_at, "parked") for row in triaged.parked),
        *(_released_row(row, pending, row.due_at) for row in triaged.no_slot),
        *(_released_row(row, pending, now + timedelta(seconds=LEASE_SECONDS)) for row in triaged.newer),
    ]
    if not rows:
        return None
    return Released(
        sorted(rows, key=itemgetter("id")), _alarm_recipients(triaged.unwanted), _alarm_recipients(triaged.parked)
    )


def _alarm_recipients(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[UUID, UUID]]:
    return [(row.reach_out_id, row.recipient_id) for row in rows if row.kind == NoticeKind.REACH_OUT]


def _released_row(
    row: Row[*tuple[Any, ...]], state: DeliveryState, due_at: datetime, error: str | None = None
) -> dict[str, Any]:
    # Undo the attempt that the claim counted, since none was made.
    attempt = row.attempt - 1
    return {"id": row.id, "fence": row.fence, "state": str(state), "attempt": attempt, "due_at": due_at, "error": error}


async def release(operation: Operation, released: Released) -> None:
    """Write what `plan_release` decided. The caller commits.

    If it fails, the leases expire and the deliveries are claimed again.
    """
    await operation.statements.update(_RELEASE_UPDATE, released.rows)


def count_released(released: Released) -> None:
    """Count the deliveries that were called off or parked, and log the latter."""
    for row in released.rows:
        if row["state"] == DeliveryState.CANCELLED:
            DELIVERIES_TOTAL.labels("none", "cancelled").inc()
        elif row["state"] == DeliveryState.FAILED:
            PARKED_TOTAL.labels("too_many_tries").inc()
            log.error("delivery_parked", delivery_id=str(row["id"]))
