"""Claims deliveries under a lease: one statement locks, marks and rechecks them; what is not sent is released afterwards."""

from collections.abc import Callable, Iterable, Sequence
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

from core.frozen import quick_dataclass
from core.id_list import AnyOf
from core.types import UtcDateTime
from core.unit_of_work import Operation
from core.update_then_read import UpdateThenRead
from models import Channel, Delivery, Device
from models.enums import ADDRESS_KINDS, NOTICE_KINDS, DeliveryState, NoticeKind
from notifications import release
from notifications.recheck import recheck, triage
from notifications.release import IS_PENDING, IS_STILL_PENDING, Released
from rules.outbox.lease import LEASE_SECONDS, SEND_SECONDS
from rules.reach_out.bounds.spared_sound import RINGS_AT_MOST_EVERY

log = structlog.get_logger(__name__)

ReserveSlot = Callable[[str], bool]
"""Reserves a transport slot for one send to a kind of address; False when none is free."""


@quick_dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that this process holds until its lease expires, with everything needed to compose the push.

    `refusals`: consecutive refusals of its address. `waiting`: number of people who wait for the recipient's answer.
    `guest`: the recipient has no account. `sender_name`, `sender_key`: the sealed name of whoever it is about, if both have
    chosen that it may be said. `quiet`: it makes no sound.
    """

    id: UUID
    fence: int
    attempt: int
    created_at: datetime
    round: int
    notice_id: UUID
    kind: NoticeKind
    event_id: UUID
    reach_out_id: UUID | None
    bookend_id: UUID | None
    commitment_id: UUID | None
    sender_id: UUID | None
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
    guest: bool = False
    sender_name: bytes | None = None
    sender_key: bytes | None = None
    quiet: bool = False


@quick_dataclass(frozen=True, slots=True)
class ClaimResult:
    """The result of a claim: the deliveries to send now, and those to release."""

    taken: list[ClaimedDelivery]
    released: Released | None = None

    @property
    def done_count(self) -> int:
        """Number of deliveries that are no longer due because they are being sent or were called off."""
        rows = self.released.rows if self.released else []
        called_off = [row for row in rows if row["state"] != DeliveryState.PENDING]
        return len(self.taken) + len(called_off)


MAX_CLAIMED = 256
"""Most rows that a single claim takes."""
_IS_ONE_OF_IDS = AnyOf(Delivery.id, "ids")
RECHECK_COMMITTED = (
    recheck(Delivery)
    .where(
        IS_STILL_PENDING,
        # Still as this process wrote them: no other process has claimed them, and there is time to send and record them.
        Delivery.attempt == 0,
        Delivery.lease_until >= bindparam("until", type_=UtcDateTime),
        _IS_ONE_OF_IDS,
    )
    .order_by(Delivery.due_at)
)
_MARK_CLAIMED = (
    update(Delivery)
    .values(lease_until=bindparam("lease", type_=UtcDateTime), fence=Delivery.fence + 1, attempt=Delivery.attempt + 1)
    .execution_options(synchronize_session=False)
)


async def claim_committed(
    operation: Operation, ids: Sequence[UUID], reserve_slot: ReserveSlot
) -> tuple[list[ClaimedDelivery], list[UUID]]:
    """Recheck rows that this process has just committed under its own lease; return those to send now.

    The lease and the fence that they were written with are the claim, so this only reads. Also returns the ids of the
    others (not wanted, no free slot, lease nearly expired), for `claim_own`.
    """
    until = operation.now + timedelta(seconds=SEND_SECONDS)
    rows = await operation.fetch(RECHECK_COMMITTED, {"ids": list(ids), "until": until})
    taken = [_claimed(row, 1, operation.now) for row in triage(rows, operation.now, reserve_slot).taken]
    taken_ids = {claimed.id for claimed in taken}
    return taken, [delivery_id for delivery_id in ids if delivery_id not in taken_ids]


async def claim_own(operation: Operation, ids: Sequence[UUID], reserve_slot: ReserveSlot) -> ClaimResult:
    """Claim rows that this process committed and no other process has claimed, with a new lease."""
    return await _claim(operation, CLAIM_UNTOUCHED, {"ids": list(ids)}, reserve_slot)


async def claim_due(operation: Operation, kinds: Iterable[str], limit: int, reserve_slot: ReserveSlot) -> ClaimResult:
    """Claim at most `limit` rows that are due and not leased, oldest first, for these kinds of address."""
    return await _claim(
        operation, due_claim_statement(frozenset(kinds)), {"now": operation.now, "rows": limit}, reserve_slot
    )


@cache
def due_claim_statement(kinds: frozenset[str]) -> UpdateThenRead:
    """Return the statement that claims due deliveries of these kinds, which are literals in it.

    With all kinds, as in nearly every case, the index of due deliveries returns the rows in order and nothing else is
    read.
    """
    now = bindparam("now", type_=UtcDateTime)
    due = select(Delivery.id).where(
        IS_PENDING, Delivery.due_at <= now, or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    )
    if not kinds >= ADDRESS_KINDS:
        address_kind = func.coalesce(Device.kind, Channel.kind)
        due = (
            due.outerjoin(Device, Device.id == Delivery.device_id)
            .outerjoin(Channel, Channel.id == Delivery.channel_id)
            .where(address_kind.in_([literal_column(f"'{kind}'") for kind in sorted(kinds)]))
        )
    # For a limit that is a parameter, PostgreSQL plans for a tenth of all due rows, so the maximum is a literal as well.
    # Rows are locked as they are fetched, so no more than `rows` are locked.
    next_due = (
        due.order_by(Delivery.due_at)
        .limit(literal_column(f"{MAX_CLAIMED}"))
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return _claim_statement(select(next_due.subquery("next_due").c.id).limit(bindparam("rows", type_=Integer)))


def _claim_statement(choose: Select[UUID]) -> UpdateThenRead:
    """Return the statement that locks the deliveries `choose` selects, marks them as claimed, and rechecks them."""
    return UpdateThenRead(Delivery, choose, _MARK_CLAIMED, lambda delivery: recheck(delivery).order_by(delivery.due_at))


CLAIM_UNTOUCHED = _claim_statement(
    select(Delivery.id).where(IS_STILL_PENDING, Delivery.attempt == 0, _IS_ONE_OF_IDS).with_for_update(skip_locked=True)
)
"""Claims deliveries by id, if no process has claimed them yet."""


async def _claim(
    operation: Operation, statement: UpdateThenRead, values: dict[str, Any], reserve_slot: ReserveSlot
) -> ClaimResult:
    """Claim rows with `statement`; the caller commits before anything is sent."""
    lease = operation.now + timedelta(seconds=LEASE_SECONDS)
    rows = await operation.statements.update_then_read(statement, {**values, "lease": lease})
    triaged = triage(rows, operation.now, reserve_slot)
    return ClaimResult(
        [_claimed(row, row.attempt, operation.now) for row in triaged.taken],
        release.plan_release(triaged, operation.now),
    )


def _claimed(row: Row[*tuple[Any, ...]], attempt: int, now: datetime) -> ClaimedDelivery:
    return ClaimedDelivery(
        id=row.id,
        fence=row.fence,
        attempt=attempt,
        created_at=row.created_at,
        round=row.round,
        notice_id=row.notice_id,
        kind=NOTICE_KINDS[row.kind],
        event_id=row.event_id,
        reach_out_id=row.reach_out_id,
        bookend_id=row.bookend_id,
        commitment_id=row.commitment_id,
        sender_id=row.sender_id,
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
        guest=row.guest_at is not None,
        sender_name=row.sender_name,
        sender_key=row.sender_key,
        # What is sent late, or once more without a receipt, rings after all.
        quiet=row.quiet and now - row.created_at < RINGS_AT_MOST_EVERY,
    )
