"""Rechecks deliveries when they are claimed: reads everything they depend on, and decides what happens to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from models import (
    Bookend,
    Channel,
    Delivery,
    Device,
    Membership,
    Notice,
    Person,
    Practice,
    PracticeMember,
    ReachOut,
    Recipient,
)
from models.enums import ADDRESS_KINDS, ANSWER_KINDS, NOTICE_KINDS, AnswerKind, NoticeKind, ReachOutState
from rules.circle import hours
from rules.kinds import KINDS, TO_MEMBERS, Hours, Policy
from rules.outbox.wanted import MAX_ATTEMPTS_BEFORE_PARKED, Facts, wanted
from rules.practice.pressed import FIRST_PRESS

_Recipient, _ReachOut = aliased(Recipient), aliased(ReachOut)
_Sender = aliased(Person)
_WAITING_COUNT = (
    select(func.count())
    .select_from(_Recipient)
    .join(_ReachOut, _ReachOut.id == _Recipient.reach_out_id)
    .where(
        _Recipient.person_id == Notice.recipient_id,
        _Recipient.told_at.is_not(None),
        _Recipient.gone_at.is_(None),
        _Recipient.quiet_at.is_(None),
        or_(_Recipient.answer.is_(None), _Recipient.answer != literal_column(f"'{AnswerKind.CANNOT}'")),
        _ReachOut.state == literal_column(f"'{ReachOutState.WAITING}'"),
        _ReachOut.calm.is_(False),
    )
    .correlate(Notice)
    .scalar_subquery()
)
"""Number of people who wait for this recipient's answer: an alarm says how many, and no name."""
_Part = aliased(Membership)
_PRACTICE = (
    select(Practice.ends_at)
    .select_from(Practice)
    .join(PracticeMember, PracticeMember.practice_id == Practice.id)
    .join(_Part, _Part.id == PracticeMember.membership_id)
    .where(
        Practice.id == Notice.event_id,
        Practice.ended_at.is_(None),
        PracticeMember.seen_at.is_(None),
        _Part.member_id == Notice.recipient_id,
        _Part.confirmed_at.is_not(None),
    )
    .correlate(Notice)
)
_IS_PRACTICE = Notice.kind == literal_column(f"'{NoticeKind.PRACTICE}'")
"""What is read about a practice is read for its own pushes only: all others pay nothing for it."""


def recheck(delivery: type[Delivery]) -> Select[*tuple[Any, ...]]:
    """Select deliveries with everything that they depend on. `delivery`: the table, or an alias of some of its rows."""
    return (
        select(*_recheck_columns(delivery))
        .select_from(delivery)
        .join(Notice, Notice.id == delivery.notice_id)
        .outerjoin(Device, Device.id == delivery.device_id)
        .outerjoin(Channel, Channel.id == delivery.channel_id)
        .join(Person, Person.id == Notice.recipient_id)
        # Read only where both have chosen it, so that no name comes near any other push.
        .outerjoin(_Sender, and_(_Sender.id == Notice.sender_id, _Sender.my_name_in_pushes, Person.names_in_my_pushes))
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


def _recheck_columns(delivery: type[Delivery]) -> tuple[Any, ...]:
    return (
        delivery.id,
        delivery.fence,
        delivery.attempt,
        delivery.created_at,
        delivery.due_at,
        delivery.round,
        delivery.handed_at,
        delivery.quiet,
        delivery.notice_id,
        Notice.kind,
        Notice.event_id,
        Notice.reach_out_id,
        Notice.bookend_id,
        Notice.commitment_id,
        Notice.sender_id,
        Notice.recipient_id,
        Notice.dismissed_at,
        delivery.device_id,
        Device.address_hash,
        delivery.channel_id,
        func.coalesce(Device.kind, Channel.kind).label("address_kind"),
        func.coalesce(Device.address, Channel.address).label("address"),
        func.coalesce(Device.push_address, Channel.push_address).label("push_address"),
        func.coalesce(Device.refusals, Channel.refusals).label("refusals"),
        case((Notice.kind == literal_column(f"'{NoticeKind.REACH_OUT}'"), _WAITING_COUNT), else_=None).label("waiting"),
        case((_IS_PRACTICE, _PRACTICE.where(FIRST_PRESS.is_(None)).scalar_subquery()), else_=None).label(
            "practice_ends_at"
        ),
        case((_IS_PRACTICE, _PRACTICE.with_only_columns(_Part.muted_until).scalar_subquery()), else_=None).label(
            "practice_muted_until"
        ),
        Channel.code,
        Channel.code_expires_at,
        Device.disabled_at,
        Channel.confirmed_at.label("channel_confirmed_at"),
        func.coalesce(Device.person_id, Channel.person_id).label("address_person_id"),
        Person.data_key,
        Person.language,
        Person.time_zone,
        Person.hours,
        Person.wake_me,
        Person.guest_at,
        Person.away_until,
        _Sender.display_name.label("sender_name"),
        _Sender.data_key.label("sender_key"),
        func.coalesce(ReachOut.person_id, Bookend.person_id).label("owner_id"),
        func.coalesce(ReachOut.closed_at, Bookend.checked_in_at).label("over_at"),
        ReachOut.state.label("reach_out_state"),
        ReachOut.calm,
        func.coalesce(Recipient.told_at, Bookend.companion_told_at).label("told_at"),
        Recipient.gone_at,
        Recipient.answer,
        Membership.confirmed_at,
        Membership.muted_until,
    )


@dataclass(slots=True)
class Triage:
    """Rows by what happens to them. `later`: due again at that time; `no_slot`: immediately; `newer`: left to a newer release."""

    taken: list[Any] = field(default_factory=list)
    unwanted: list[Any] = field(default_factory=list)
    later: list[tuple[Any, datetime]] = field(default_factory=list)
    parked: list[Any] = field(default_factory=list)
    no_slot: list[Any] = field(default_factory=list)
    newer: list[Any] = field(default_factory=list)


def triage(rows: Sequence[Any], now: datetime, reserve_slot: Callable[[str], bool]) -> Triage:
    """Decide what happens to each row. `attempt` includes this attempt if the row is marked as claimed."""
    result = Triage()
    for row in rows:
        if _is_newer(row):
            # Released, so that it does not stay ahead of everything that this worker can send.
            result.newer.append(row)
        elif not wanted(facts := _facts(row, now)):
            at = _practised_at(row, facts, now)
            if at is None:
                result.unwanted.append(row)
            else:
                result.later.append((row, at))
        elif row.attempt > MAX_ATTEMPTS_BEFORE_PARKED:
            result.parked.append(row)
        elif reserve_slot(row.address_kind):
            result.taken.append(row)
        else:
            result.no_slot.append(row)
    return result


def _practised_at(row: Row[*tuple[Any, ...]], facts: Facts, now: datetime) -> datetime | None:
    """Return when a push of a practice may go that only the hours hold back: they have changed since it was put off."""
    if not facts.practising or not wanted(replace(facts, available=True)):
        return None
    silent_until = hours.silent_until(row.practice_muted_until, row.away_until)
    at = hours.next_calm(row.hours, row.time_zone, now, silent_until)
    return at if at is not None and at < row.practice_ends_at else None


def _is_newer(row: Row[*tuple[Any, ...]]) -> bool:
    """Return whether a newer release wrote the row, with a value that this one does not know."""
    known = row.kind in NOTICE_KINDS and row.address_kind in ADDRESS_KINDS
    return not known or (row.answer is not None and row.answer not in ANSWER_KINDS)


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> Facts:
    kind = NOTICE_KINDS[row.kind]
    policy = KINDS[kind]
    as_helper = kind in TO_MEMBERS or row.owner_id not in {None, row.recipient_id}
    muted_until = row.practice_muted_until if kind is NoticeKind.PRACTICE else row.muted_until
    silent_until = hours.silent_until(muted_until, row.away_until if as_helper else None)
    return Facts(
        kind=kind,
        address_open=_address_open(row, now),
        address_is_recipients=row.address_person_id == row.recipient_id,
        dismissed=row.dismissed_at is not None,
        about_reach_out=row.reach_out_id is not None,
        about_bookend=row.bookend_id is not None,
        to_its_owner=row.owner_id == row.recipient_id,
        open=row.owner_id is not None and row.over_at is None,
        answered=row.reach_out_state in {ReachOutState.ANSWERED, ReachOutState.TOGETHER},
        told=row.told_at is not None,
        gone=row.gone_at is not None,
        muted=silent_until is not None and silent_until > now,
        answer=AnswerKind(row.answer) if row.answer else None,
        member=row.confirmed_at is not None,
        available=_is_available(row, policy, silent_until, now),
        fresh=now - row.created_at <= policy.ttl,
        practising=row.practice_ends_at is not None and row.practice_ends_at > now,
        calm=bool(row.calm),
    )


def _is_available(row: Row[*tuple[Any, ...]], policy: Policy, silent_until: datetime | None, now: datetime) -> bool:
    # Whatever is said within a calm ask wakes nobody either.
    if policy.respects_hours is Hours.CALM or row.calm:
        return hours.calm(row.hours, row.time_zone, silent_until, now)
    return hours.available(row.hours, row.time_zone, silent_until, now, wake_me=row.wake_me)


def _address_open(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Return whether the device is enabled or the channel confirmed. A valid code may go to an unconfirmed channel."""
    if row.channel_id is None:
        # The change that is announced may have signed the device out in the same moment.
        last_word = row.kind == NoticeKind.ACCOUNT_CHANGED and row.disabled_at == row.created_at
        return row.disabled_at is None or last_word
    if row.kind == NoticeKind.TEST:
        return row.code_expires_at is not None and bool(row.code_expires_at > now)
    return row.channel_confirmed_at is not None
