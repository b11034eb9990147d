"""The last look: all that is known of a delivery at the moment it is taken, and what becomes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from models import Bookend, Channel, Delivery, Device, Membership, Notice, Person, ReachOut, Recipient
from models.enums import ANSWER_KINDS, NOTICE_KINDS, WAYS, AnswerKind, NoticeKind, ReachOutState
from rules.circle import hours
from rules.outbox.wanted import MAX_ATTEMPTS_BEFORE_PARKED, Facts, wanted

_Told, _Open = aliased(Recipient), aliased(ReachOut)
_WAITING = (
    select(func.count())
    .select_from(_Told)
    .join(_Open, _Open.id == _Told.reach_out_id)
    .where(
        _Told.person_id == Notice.recipient_id,
        _Told.told_at.is_not(None),
        _Told.gone_at.is_(None),
        _Told.quiet_at.is_(None),
        or_(_Told.answer.is_(None), _Told.answer != literal_column(f"'{AnswerKind.CANNOT}'")),
        _Open.state == literal_column(f"'{ReachOutState.WAITING}'"),
    )
    .correlate(Notice)
    .scalar_subquery()
)
"""How many people wait for this recipient who was told of them: an alarm says so, and no name."""


def recheck(delivery: type[Delivery]) -> Select[*tuple[Any, ...]]:
    """One row for each delivery, with everything that it depends on beside it. `delivery`: the table, or rows of it."""
    return (
        select(
            delivery.id,
            delivery.fence,
            delivery.attempt,
            delivery.created_at,
            delivery.due_at,
            delivery.round,
            delivery.handed_at,
            delivery.notice_id,
            Notice.kind,
            Notice.reach_out_id,
            Notice.bookend_id,
            Notice.recipient_id,
            Notice.dismissed_at,
            delivery.device_id,
            Device.address_hash,
            delivery.channel_id,
            func.coalesce(Device.kind, Channel.kind).label("way"),
            func.coalesce(Device.address, Channel.address).label("address"),
            func.coalesce(Device.push_address, Channel.push_address).label("push_address"),
            func.coalesce(Device.refusals, Channel.refusals).label("refusals"),
            case((Notice.kind == literal_column(f"'{NoticeKind.REACH_OUT}'"), _WAITING), else_=None).label("waiting"),
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
        .select_from(delivery)
        .join(Notice, Notice.id == delivery.notice_id)
        .outerjoin(Device, Device.id == delivery.device_id)
        .outerjoin(Channel, Channel.id == delivery.channel_id)
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


@dataclass(slots=True)
class Triage:
    """Rows by what becomes of them. `put_back` found no place to send from; `later` is for a newer release."""

    taken: list[Any] = field(default_factory=list)
    unwanted: list[Any] = field(default_factory=list)
    parked: list[Any] = field(default_factory=list)
    put_back: list[Any] = field(default_factory=list)
    later: list[Any] = field(default_factory=list)


def triage(rows: Sequence[Any], now: datetime, room: Callable[[str], bool]) -> Triage:
    """Decide for each row, whose `attempt` counts this try, if it was marked for one. `room` reserves a place to send from."""
    found = Triage()
    for row in rows:
        if _newer(row):
            # Written by a newer release: it is for a newer worker, and it is not to stand before all others here.
            found.later.append(row)
        elif not wanted(_facts(row, now)):
            found.unwanted.append(row)
        elif row.attempt > MAX_ATTEMPTS_BEFORE_PARKED:
            found.parked.append(row)
        elif room(row.way):
            found.taken.append(row)
        else:
            found.put_back.append(row)
    return found


def _newer(row: Row[*tuple[Any, ...]]) -> bool:
    known = row.kind in NOTICE_KINDS and row.way in WAYS
    return not known or (row.answer is not None and row.answer not in ANSWER_KINDS)


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
