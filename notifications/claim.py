"""Taking deliveries under a lease: one transaction that locks them, looks again whether each is wanted, and marks them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, any_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from core.bare import Bare
from core.telemetry import DELIVERIES, PARKED
from core.types import UtcDateTime
from core.unit import LEASE_SECONDS, SEND_SECONDS, Unit
from models import Bookend, Channel, Delivery, Device, Membership, Notice, Person, ReachOut, Recipient
from models.vocabulary import ANSWER_KINDS, NOTICE_KINDS, AnswerKind, DeliveryState, NoticeKind, ReachOutState
from rules import hours
from rules.delivery import PARK_AFTER, Facts, wanted

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process holds until its lease runs out, with all that wording it takes."""

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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim came to: rows to be sent, and recipients whose push was called off at this last look."""

    taken: list[Claimed]
    dropped: list[tuple[UUID, UUID]]


_LOOK: Select[*tuple[Any, ...]] = (
    select(
        Delivery.id,
        Delivery.fence,
        Delivery.attempt,
        Delivery.created_at,
        Delivery.round,
        Delivery.handed_at,
        Delivery.notice_id,
        Notice.kind,
        Notice.reach_out_id,
        Notice.bookend_id,
        Notice.recipient_id,
        Notice.dismissed_at,
        Delivery.device_id,
        Device.address_hash,
        Delivery.channel_id,
        func.coalesce(Device.kind, Channel.kind).label("way"),
        func.coalesce(Device.address, Channel.address).label("address"),
        Channel.code,
        Channel.code_expires_at,
        Device.disabled_at,
        Channel.confirmed_at.label("channel_confirmed_at"),
        func.coalesce(Device.person_id, Channel.person_id).label("way_person_id"),
        Person.data_key,
        Person.language,
        Person.time_zone,
        Person.hours,
        Person.wake_me,
        func.coalesce(ReachOut.person_id, Bookend.person_id).label("owner_id"),
        func.coalesce(ReachOut.closed_at, Bookend.checked_in_at).label("over_at"),
        ReachOut.state.label("reach_out_state"),
        func.coalesce(Recipient.told_at, Bookend.companion_told_at).label("told_at"),
        Recipient.gone_at,
        Recipient.answer,
        Membership.confirmed_at,
        Membership.muted_until,
    )
    .join(Notice, Notice.id == Delivery.notice_id)
    .outerjoin(Device, Device.id == Delivery.device_id)
    .outerjoin(Channel, Channel.id == Delivery.channel_id)
    .join(Person, Person.id == Notice.recipient_id)
    .outerjoin(ReachOut, ReachOut.id == Notice.reach_out_id)
    .outerjoin(
        Recipient, and_(Recipient.reach_out_id == Notice.reach_out_id, Recipient.person_id == Notice.recipient_id)
    )
    .outerjoin(Bookend, Bookend.id == Notice.bookend_id)
    .outerjoin(
        Membership,
        and_(
            Membership.id == func.coalesce(Recipient.membership_id, Bookend.membership_id),
            Membership.member_id == Notice.recipient_id,
        ),
    )
)
_COLUMNS = _LOOK.with_for_update(of=Delivery, skip_locked=True)
_HELD = _LOOK.where(
    Delivery.state == DeliveryState.PENDING,
    # As this process wrote them: nobody else has had them yet, and there is time to send them and to say so.
    Delivery.attempt == 0,
    Delivery.lease_until >= bindparam("until", type_=UtcDateTime),
).order_by(Delivery.due_at)
_HELD_ONE_BY_ONE = _HELD.where(Delivery.id.in_(bindparam("ids", expanding=True)))
_HELD_TOGETHER = _HELD.where(Delivery.id == any_(bindparam("ids", type_=ARRAY(Uuid))))


async def handed(unit: Unit, ids: Sequence[UUID], room: Callable[[str], bool]) -> tuple[list[Claimed], list[UUID]]:
    """Look once more at rows that this process wrote under its own lease a moment ago; gives those to send now.

    The lease and the fence that they were written with are the claim, so this only reads. The ids of all others (not
    wanted, no room, a lease that is nearly over) come back for `held`.
    """
    statement = _HELD_TOGETHER if isinstance(unit.opened, Bare) else _HELD_ONE_BY_ONE
    rows = await unit.fetch(statement, {"ids": list(ids), "until": unit.now + timedelta(seconds=SEND_SECONDS)})
    taken = [_claimed(row, row.fence) for row in _sort_out(rows, unit.now, room).taken]
    known = {row.id for row in taken}
    return taken, [delivery_id for delivery_id in ids if delivery_id not in known]


async def held(session: AsyncSession, ids: Sequence[UUID], now: datetime, room: Callable[[str], bool]) -> Claim:
    """Take rows that this process committed and nobody else has touched, with a new lease; call off the unwanted."""
    return await _claim(session, and_(Delivery.id.in_(ids), Delivery.attempt == 0), len(ids), now, room)


async def due(
    session: AsyncSession, kinds: Sequence[str], limit: int, now: datetime, room: Callable[[str], bool]
) -> Claim:
    """Take rows that are due and under nobody's lease, oldest first, `limit` at most, for these kinds of way."""
    free = and_(
        Delivery.due_at <= now,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
        func.coalesce(Device.kind, Channel.kind).in_(kinds),
    )
    return await _claim(session, free, limit, now, room)


async def _claim(
    session: AsyncSession, which: ColumnElement[bool], limit: int, now: datetime, room: Callable[[str], bool]
) -> Claim:
    """`room` is asked for each row and reserves a place to send from; rows without one go back to whoever has."""
    connection = await session.connection()
    found = (
        await connection.execute(
            _COLUMNS.where(Delivery.state == DeliveryState.PENDING, which).order_by(Delivery.due_at).limit(limit)
        )
    ).all()
    sorted_out = _sort_out(found, now, room)
    taken = [_claimed(row, row.fence + 1) for row in sorted_out.taken]
    if taken:
        await connection.execute(
            update(Delivery)
            .where(Delivery.id.in_([claimed.id for claimed in taken]))
            .values(
                lease_until=now + timedelta(seconds=LEASE_SECONDS),
                fence=Delivery.fence + 1,
                attempt=Delivery.attempt + 1,
            )
        )
    for rows, values in (
        (sorted_out.unwanted, {"state": str(DeliveryState.CANCELLED), "lease_until": None}),
        (sorted_out.parked, {"state": str(DeliveryState.FAILED), "lease_until": None, "last_error": "parked"}),
        (sorted_out.put_back, {"lease_until": None}),
        (sorted_out.later, {"lease_until": None, "due_at": now + timedelta(seconds=LEASE_SECONDS)}),
    ):
        if rows:
            ids = [row.id for row in rows]
            await connection.execute(update(Delivery).where(Delivery.id.in_(ids)).values(values))
    if sorted_out.unwanted:
        DELIVERIES.labels("none", "cancelled").inc(len(sorted_out.unwanted))
    for row in sorted_out.parked:
        PARKED.labels("too_many_tries").inc()
        log.error("delivery_parked", delivery_id=str(row.id))
    dropped = [*sorted_out.unwanted, *sorted_out.parked]
    return Claim(taken, [(row.reach_out_id, row.recipient_id) for row in dropped if row.kind == NoticeKind.REACH_OUT])


@dataclass(slots=True)
class _Sorted:
    """Locked rows by what becomes of them."""

    taken: list[Any] = field(default_factory=list)
    unwanted: list[Any] = field(default_factory=list)
    parked: list[Any] = field(default_factory=list)
    put_back: list[Any] = field(default_factory=list)
    later: list[Any] = field(default_factory=list)


def _sort_out(rows: Sequence[Any], now: datetime, room: Callable[[str], bool]) -> _Sorted:
    found = _Sorted()
    for row in rows:
        if row.kind not in NOTICE_KINDS or (row.answer is not None and row.answer not in ANSWER_KINDS):
            # Written by a newer release: it is for a newer worker.
            found.later.append(row)
        elif not wanted(_facts(row, now)):
            found.unwanted.append(row)
        elif row.attempt >= PARK_AFTER:
            found.parked.append(row)
        elif room(row.way):
            found.taken.append(row)
        else:
            found.put_back.append(row)
    return found


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> Facts:
    return Facts(
        kind=NoticeKind(row.kind),
        way_open=_way_open(row, now),
        way_is_the_recipients=row.way_person_id == row.recipient_id,
        dismissed=row.dismissed_at is not None,
        about_reach_out=row.reach_out_id is not None,
        about_bookend=row.bookend_id is not None,
        to_its_owner=row.owner_id == row.recipient_id,
        open=row.owner_id is not None and row.over_at is None,
        answered=row.reach_out_state in {ReachOutState.ANSWERED, ReachOutState.TOGETHER},
        told=row.told_at is not None,
        gone=row.gone_at is not None,
        muted=row.muted_until is not None and row.muted_until > now,
        answer=AnswerKind(row.answer) if row.answer else None,
        member=row.confirmed_at is not None,
        available=hours.available(row.hours, row.time_zone, row.muted_until, now, wake_me=row.wake_me),
    )


def _way_open(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    """A device that was not retired, a confirmed channel; one that is not confirmed gets its code, while that is good."""
    if row.channel_id is None:
        return row.disabled_at is None
    if row.kind == NoticeKind.TEST:
        return row.code_expires_at is not None and bool(row.code_expires_at > now)
    return row.channel_confirmed_at is not None


def _claimed(row: Row[*tuple[Any, ...]], fence: int) -> Claimed:
    return Claimed(
        id=row.id,
        fence=fence,
        attempt=row.attempt + 1,
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
        address_hash=row.address_hash,
        code=row.code,
        handed_before=row.handed_at is not None,
        data_key=row.data_key,
        language=row.language,
    )
