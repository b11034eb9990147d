"""Taking deliveries under a lease: locked, marked and looked at by one statement; what is not sent is put aside after it."""

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
from models.enums import WAYS, DeliveryState, NoticeKind
from notifications import release
from notifications.recheck import recheck, triage
from notifications.release import PENDING, Released
from rules.outbox.lease import LEASE_SECONDS, SEND_SECONDS

log = structlog.get_logger(__name__)

Room = Callable[[str], bool]
"""Asked for a kind of way: reserves a place to send from, or says that there is none."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process holds until its lease runs out, with all that wording it takes.

    `refusals`: how often its way has refused in a row. `waiting`: how many people wait for the recipient, told of them.
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
    way: str
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
    """What a claim came to."""

    taken: list[Claimed]
    aside: Released | None = None

    @property
    def settled(self) -> int:
        """How many are done with, one way or the other; what went back to wait is not among them."""
        gone = sum(row["state"] != DeliveryState.PENDING for row in self.aside.rows) if self.aside else 0
        return len(self.taken) + gone


MAX_CLAIMED = 256
"""Rows that one claim takes at most."""
_IN_IDS = AnyOf(Delivery.id, "ids")
_HELD = (
    recheck(Delivery)
    .where(
        PENDING,
        # As this process wrote them: nobody else has had them yet, and there is time to send them and to say so.
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


async def claim_handed(operation: Operation, ids: Sequence[UUID], room: Room) -> tuple[list[Claimed], list[UUID]]:
    """Look once more at rows that this process wrote under its own lease a moment ago; gives those to send now.

    The lease and the fence that they were written with are the claim, so this only reads. The ids of all others (not
    wanted, no room, a lease that is nearly over) come back for `held`.
    """
    until = operation.now + timedelta(seconds=SEND_SECONDS)
    rows = await operation.fetch(_HELD, {"ids": list(ids), "until": until})
    taken = [_claimed(row, attempt=1) for row in triage(rows, operation.now, room).taken]
    known = {row.id for row in taken}
    return taken, [delivery_id for delivery_id in ids if delivery_id not in known]


async def claim_own(operation: Operation, ids: Sequence[UUID], room: Room) -> Claim:
    """Take rows that this process committed and nobody else has touched, with a new lease."""
    return await _claim(operation, _CLAIM_UNTOUCHED, {"ids": list(ids)}, room)


async def claim_due(operation: Operation, kinds: Iterable[str], limit: int, room: Room) -> Claim:
    """Take rows that are due and under nobody's lease, oldest first, `limit` at most, for these kinds of way."""
    return await _claim(operation, claim_next(frozenset(kinds)), {"now": operation.now, "rows": limit}, room)


@cache
def claim_next(kinds: frozenset[str]) -> UpdateThenRead:
    """Build it once for each set of kinds, which are words of our own and written out.

    With every kind among them, as nearly always, the index of what is due gives the rows in their order and nothing else is read.
    """
    now = bindparam("now", type_=UtcDateTime)
    due = select(Delivery.id).where(
        PENDING, Delivery.due_at <= now, or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    )
    if not kinds >= WAYS:
        way = func.coalesce(Device.kind, Channel.kind)
        due = (
            due.outerjoin(Device, Device.id == Delivery.device_id)
            .outerjoin(Channel, Channel.id == Delivery.channel_id)
            .where(way.in_([literal_column(f"'{kind}'") for kind in sorted(kinds)]))
        )
    # A plan that is made for any limit is made for a tenth of all that is due, so the most that is ever asked for is said
    # as well. Rows are locked as they are asked for: no more than `rows`.
    most = (
        due.order_by(Delivery.due_at)
        .limit(literal_column(f"{MAX_CLAIMED}"))
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return _claiming(select(most.subquery("found").c.id).limit(bindparam("rows", type_=Integer)))


def _claiming(choose: Select[UUID]) -> UpdateThenRead:
    """Lock the deliveries that `choose` selects, mark them as this process's, and look at them as they then are."""
    return UpdateThenRead(Delivery, choose, _MARK, lambda delivery: recheck(delivery).order_by(delivery.due_at))


_CLAIM_UNTOUCHED = _claiming(
    select(Delivery.id).where(PENDING, Delivery.attempt == 0, _IN_IDS).with_for_update(skip_locked=True)
)
"""Of some ids, those that nobody has taken yet."""


async def _claim(operation: Operation, claiming: UpdateThenRead, values: dict[str, Any], room: Room) -> Claim:
    """Take the rows that `claiming` selects; the caller commits before anything is sent."""
    lease = operation.now + timedelta(seconds=LEASE_SECONDS)
    rows = await operation.statements.update_then_read(claiming, {**values, "lease": lease})
    triaged = triage(rows, operation.now, room)
    return Claim([_claimed(row, row.attempt) for row in triaged.taken], release.released(triaged, operation.now))


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
        way=row.way,
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
