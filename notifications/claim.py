"""Claims deliveries under a lease: one statement locks, marks and rechecks them; those that are not sent are released after it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import (
    Integer,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from core.id_list import AnyOf
from core.types import UtcDateTime
from core.unit_of_work import Operation
from core.update_then_read import UpdateThenRead
from models import Channel, Delivery, Device
from models.enums import ADDRESS_KINDS, DeliveryState, NoticeKind
from notifications import release
from notifications.recheck import recheck, triage
from notifications.release import PENDING, Released
from rules.outbox.lease import LEASE_SECONDS, SEND_SECONDS

log = structlog.get_logger(__name__)

ReserveSlot = Callable[[str], bool]
"""Takes a kind of address and reserves a transport slot for one send to it; False when none is free."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process holds until its lease runs out, with all that it takes to compose the push.

    `refusals`: how often its address has refused in a row. `waiting`: how many people wait for the recipient's answer.
    """

    id: UUID
    fence: int
    attempt: int
    created_at: datetime
    round: int
    notice_id: UUID
    kind: NoticeKind
    reach_out_id: UUID | None
    bookend_id: UUID | None
    owner_id: UUID | None
    person_id: UUID
    device_id: UUID | None
    channel_id: UUID | None
    address_kind: str
    address: bytes | None
    address_hash: bytes | None
    code: bytes | None
    handed_before: bool
    data_key: bytes
    language: str
    push_address: bytes | None = None
    refusals: int = 0
    waiting: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """The result of a claim: the deliveries to send now, and those that go back."""

    taken: list[Claimed]
    released: Released | None = None

    @property
    def settled(self) -> int:
        """Number of deliveries that are no longer due, because they are being sent or were called off."""
        rows = self.released.rows if self.released else []
        called_off = [row for row in rows if row["state"] != DeliveryState.PENDING]
        return len(self.taken) + len(called_off)


MAX_CLAIMED = 256
"""Most rows that one claim takes."""
_IN_IDS = AnyOf(Delivery.id, "ids")
_COMMITTED = (
    recheck(Delivery)
    .where(
        PENDING,
        # As this process wrote them: no other has claimed them, and there is time to send them and to record it.
        Delivery.attempt == 0,
        Delivery.lease_until >= bindparam("until", type_=UtcDateTime),
        _IN_IDS,
    )
    .order_by(Delivery.due_at)
)
_MARK = (
    update(Delivery)
    .values(lease_until=bindparam("lease", type_=UtcDateTime), fence=Delivery.fence + 1, attempt=Delivery.attempt + 1)
    .execution_options(synchronize_session=False)
)


async def claim_committed(
    operation: Operation, ids: Sequence[UUID], reserve_slot: ReserveSlot
) -> tuple[list[Claimed], list[UUID]]:
    """Recheck rows that this process committed under its own lease a moment ago; return those to send now.

    The lease and the fence that they were written with are the claim, so this only reads. The ids of all others (not
    wanted, no free slot, a lease that is nearly over) are returned as well, for `claim_own`.
    """
    until = operation.now + timedelta(seconds=SEND_SECONDS)
    rows = await operation.fetch(_COMMITTED, {"ids": list(ids), "until": until})
    taken = [_claimed(row, attempt=1) for row in triage(rows, operation.now, reserve_slot).taken]
    taken_ids = {claimed.id for claimed in taken}
    return taken, [delivery_id for delivery_id in ids if delivery_id not in taken_ids]


async def claim_own(operation: Operation, ids: Sequence[UUID], reserve_slot: ReserveSlot) -> Claim:
    """Claim rows that this process committed and no other has claimed, with a new lease."""
    return await _claim(operation, _CLAIM_UNTOUCHED, {"ids": list(ids)}, reserve_slot)


async def claim_due(operation: Operation, kinds: Iterable[str], limit: int, reserve_slot: ReserveSlot) -> Claim:
    """Claim rows that are due and under no lease, oldest first, at most `limit`, for these kinds of address."""
    return await _claim(operation, claim_next(frozenset(kinds)), {"now": operation.now, "rows": limit}, reserve_slot)


@cache
def claim_next(kinds: frozenset[str]) -> UpdateThenRead:
    """Return the statement for a set of kinds, which it spells out: they are words of our own.

    With every kind among them, as nearly always, the index of due deliveries gives the rows in their order and nothing
    else is read.
    """
    now = bindparam("now", type_=UtcDateTime)
    due = select(Delivery.id).where(
        PENDING, Delivery.due_at <= now, or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    )
    if not kinds >= ADDRESS_KINDS:
        address_kind = func.coalesce(Device.kind, Channel.kind)
        due = (
            due.outerjoin(Device, Device.id == Delivery.device_id)
            .outerjoin(Channel, Channel.id == Delivery.channel_id)
            .where(address_kind.in_([literal_column(f"'{kind}'") for kind in sorted(kinds)]))
        )
    # PostgreSQL plans a limit it does not know for a tenth of all due rows, so the largest one is spelled out beside it.
    # Rows are locked as they are fetched, so no more than `rows` are.
    longest = (
        due.order_by(Delivery.due_at)
        .limit(literal_column(f"{MAX_CLAIMED}"))
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return _claiming(select(longest.subquery("longest").c.id).limit(bindparam("rows", type_=Integer)))


def _claiming(choose: Select[UUID]) -> UpdateThenRead:
    """Lock the deliveries that `choose` selects, mark them as this process's, and recheck them as they then are."""
    return UpdateThenRead(Delivery, choose, _MARK, lambda delivery: recheck(delivery).order_by(delivery.due_at))


_CLAIM_UNTOUCHED = _claiming(
    select(Delivery.id).where(PENDING, Delivery.attempt == 0, _IN_IDS).with_for_update(skip_locked=True)
)
"""Claims those of some ids that no process has claimed yet."""


async def _claim(
    operation: Operation, claiming: UpdateThenRead, values: dict[str, Any], reserve_slot: ReserveSlot
) -> Claim:
    """Claim the rows that `claiming` selects; the caller commits before anything is sent."""
    lease = operation.now + timedelta(seconds=LEASE_SECONDS)
    rows = await operation.statements.update_then_read(claiming, {**values, "lease": lease})
    triaged = triage(rows, operation.now, reserve_slot)
    return Claim([_claimed(row, row.attempt) for row in triaged.taken], release.plan_release(triaged, operation.now))


def _claimed(row: Row[*tuple[Any, ...]], attempt: int) -> Claimed:
    return Claimed(
        id=row.id,
        fence=row.fence,
        attempt=attempt,
        created_at=row.created_at,
        round=row.round,
        notice_id=row.notice_id,
        kind=NoticeKind(row.kind),
        reach_out_id=row.reach_out_id,
        bookend_id=row.bookend_id,
        owner_id=row.owner_id,
        person_id=row.recipient_id,
        device_id=row.device_id,
        channel_id=row.channel_id,
        address_kind=row.address_kind,
        address=row.address,
        push_address=row.push_address,
        address_hash=row.address_hash,
        refusals=row.refusals,
        waiting=row.waiting or 1,
        code=row.code,
        handed_before=row.handed_at is not None,
        data_key=row.data_key,
        language=row.language,
    )
