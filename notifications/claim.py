"""Taking deliveries under a lease: one transaction that locks them, looks again whether each is wanted, and marks them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.telemetry import DELIVERIES, PARKED
from core.unit import LEASE_SECONDS
from models import Delivery, Device, Membership, Notice, Person, ReachOut, Recipient
from models.vocabulary import AnswerKind, DeliveryState, NoticeKind
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
    owner_id: UUID | None
    person_id: UUID
    device_id: UUID
    device_kind: str
    address: bytes | None
    address_hash: bytes
    data_key: bytes
    language: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim came to: rows to be sent, and recipients whose push was called off at this last look."""

    taken: list[Claimed]
    dropped: list[tuple[UUID, UUID]]


KNOWN = frozenset(NoticeKind)

_COLUMNS: Select[*tuple[Any, ...]] = (
    select(
        Delivery.id,
        Delivery.fence,
        Delivery.attempt,
        Delivery.created_at,
        Delivery.round,
        Delivery.notice_id,
        Notice.kind,
        Notice.reach_out_id,
        Notice.recipient_id,
        Notice.dismissed_at,
        Delivery.device_id,
        Device.kind.label("device_kind"),
        Device.address,
        Device.address_hash,
        Device.disabled_at,
        Device.person_id.label("device_person_id"),
        Person.data_key,
        Person.language,
        Person.time_zone,
        Person.hours,
        Person.wake_me,
        ReachOut.person_id.label("owner_id"),
        ReachOut.closed_at,
        Recipient.told_at,
        Recipient.gone_at,
        Recipient.answer,
        Membership.confirmed_at,
        Membership.muted_until,
    )
    .join(Notice, Notice.id == Delivery.notice_id)
    .join(Device, Device.id == Delivery.device_id)
    .join(Person, Person.id == Notice.recipient_id)
    .outerjoin(ReachOut, ReachOut.id == Notice.reach_out_id)
    .outerjoin(
        Recipient, and_(Recipient.reach_out_id == Notice.reach_out_id, Recipient.person_id == Notice.recipient_id)
    )
    .outerjoin(Membership, Membership.id == Recipient.membership_id)
    .with_for_update(of=Delivery, skip_locked=True)
)


async def handed(session: AsyncSession, ids: Sequence[UUID], now: datetime, room: Callable[[str], bool]) -> Claim:
    """Take rows that this process committed a moment ago and nobody else has touched."""
    return await _claim(session, and_(Delivery.id.in_(ids), Delivery.attempt == 0), len(ids), now, room)


async def due(
    session: AsyncSession, kinds: Sequence[str], limit: int, now: datetime, room: Callable[[str], bool]
) -> Claim:
    """Take rows that are due and under nobody's lease, oldest first, at most `limit`, for these kinds of device."""
    free = and_(
        Delivery.due_at <= now,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
        Device.kind.in_(kinds),
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
    taken = [_claimed(row) for row in sorted_out.taken]
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
        if row.kind not in KNOWN:
            # Written by a newer release: it is for a newer worker.
            found.later.append(row)
        elif not wanted(_facts(row, now)):
            found.unwanted.append(row)
        elif row.attempt >= PARK_AFTER:
            found.parked.append(row)
        elif room(row.device_kind):
            found.taken.append(row)
        else:
            found.put_back.append(row)
    return found


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> Facts:
    return Facts(
        kind=NoticeKind(row.kind),
        device_live=row.disabled_at is None,
        device_is_the_recipients=row.device_person_id == row.recipient_id,
        dismissed=row.dismissed_at is not None,
        about_reach_out=row.reach_out_id is not None,
        to_its_owner=row.owner_id == row.recipient_id,
        open=row.owner_id is not None and row.closed_at is None,
        told=row.told_at is not None,
        gone=row.gone_at is not None,
        muted=row.muted_until is not None and row.muted_until > now,
        answer=AnswerKind(row.answer) if row.answer else None,
        member=row.confirmed_at is not None,
        available=hours.available(row.hours, row.time_zone, row.muted_until, now, wake_me=row.wake_me),
    )


def _claimed(row: Row[*tuple[Any, ...]]) -> Claimed:
    return Claimed(
        id=row.id,
        fence=row.fence + 1,
        attempt=row.attempt + 1,
        created_at=row.created_at,
        round=row.round,
        notice_id=row.notice_id,
        kind=NoticeKind(row.kind),
        reach_out_id=row.reach_out_id,
        owner_id=row.owner_id,
        person_id=row.recipient_id,
        device_id=row.device_id,
        device_kind=row.device_kind,
        address=row.address,
        address_hash=row.address_hash,
        data_key=row.data_key,
        language=row.language,
    )
