"""Reads everyone who takes part in a reach-out, with the current ways to reach each, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, select

from core.types import UtcDateTime
from core.unit_of_work import UnitOfWork
from models import Answer, Channel, Device, Membership, Notice, Person, Recipient
from models.enums import AnswerKind, NoticeKind
from rules import access
from rules.circle import hours
from rules.circle.ways import WAY_COLUMNS, ways_in_rows
from rules.reach_out.bounds.answer_changes import MAX_CHANGES_A_MINUTE
from rules.reach_out.state import Participant

RECIPIENT_COLUMNS = (
    "membership_id",
    "role",
    "step",
    "told_at",
    "quiet_at",
    "handed_at",
    "delivered_at",
    "seen_at",
    "unreachable_at",
    "answer",
    "answered_at",
    "minutes",
    "talking_at",
    "held_seconds",
    "announce_at",
    "calm_answer",
    "calm_minutes",
    "calm_answered_at",
)
"""Columns of a recipient that decisions read and write; each is a field of `Participant`."""

_SAID = (
    select(
        Answer.person_id,
        Answer.kind,
        Answer.created_at,
        func.lag(Answer.kind).over(partition_by=Answer.person_id, order_by=Answer.id).label("before"),
    )
    .where(
        Answer.reach_out_id == bindparam("reach_out_id"),
        # What was said to a calm ask is no answer to the press that it has become.
        Answer.created_at >= bindparam("since", type_=UtcDateTime),
    )
    .subquery()
)
_IS_PROMISE = _SAID.c.kind != AnswerKind.CANNOT
_PROMISES = (
    select(
        _SAID.c.person_id,
        func.count().filter(_IS_PROMISE).label("promises"),
        func.max(_SAID.c.created_at).filter(_IS_PROMISE).label("promised_at"),
        func.count().filter(~_IS_PROMISE, _SAID.c.before != AnswerKind.CANNOT).label("withdrawals"),
    )
    .group_by(_SAID.c.person_id)
    .subquery()
)
_RANKED = (
    select(
        Answer.person_id,
        Answer.created_at,
        func.row_number().over(partition_by=Answer.person_id, order_by=Answer.id.desc()).label("place"),
        func.count().over(partition_by=Answer.person_id).label("total"),
    )
    .where(Answer.reach_out_id == bindparam("reach_out_id"))
    .subquery()
)
_SIXTH_CHANGES = (
    # The first answer of all changes nothing.
    select(_RANKED.c.person_id, _RANKED.c.created_at)
    .where(_RANKED.c.place == MAX_CHANGES_A_MINUTE, _RANKED.c.total > MAX_CHANGES_A_MINUTE)
    .subquery()
)
_PARTICIPANTS = (
    select(
        Recipient.person_id,
        *(getattr(Recipient, name) for name in RECIPIENT_COLUMNS),
        func.coalesce(_PROMISES.c.promises, 0).label("promises"),
        _PROMISES.c.promised_at,
        func.coalesce(_PROMISES.c.withdrawals, 0).label("withdrawals"),
        _SIXTH_CHANGES.c.created_at.label("sixth_change_at"),
        Person.hours,
        Person.time_zone,
        Person.wake_me,
        Person.guest_at,
        Person.away_until,
        Membership.muted_until,
        Notice.id.label("notice_id"),
        *WAY_COLUMNS,
    )
    .select_from(Recipient)
    .join(Membership, and_(Membership.id == Recipient.membership_id, access.CONFIRMED))
    .join(Person, Person.id == Recipient.person_id)
    .outerjoin(_PROMISES, _PROMISES.c.person_id == Recipient.person_id)
    .outerjoin(_SIXTH_CHANGES, _SIXTH_CHANGES.c.person_id == Recipient.person_id)
    .outerjoin(
        Notice,
        and_(
            Notice.reach_out_id == Recipient.reach_out_id,
            Notice.recipient_id == Recipient.person_id,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
        ),
    )
    .outerjoin(Device, and_(Device.person_id == Recipient.person_id, Device.disabled_at.is_(None)))
    .outerjoin(Channel, and_(Channel.person_id == Recipient.person_id, Channel.confirmed_at.is_not(None)))
    .where(Recipient.reach_out_id == bindparam("reach_out_id"), Recipient.gone_at.is_(None))
    .order_by(Recipient.step, Recipient.membership_id, Device.id, Channel.id)
)


async def load_participants(unit: UnitOfWork, reach_out_id: UUID, *, since: datetime) -> tuple[Participant, ...]:
    """Return the participants who have not left, told or not, with the current ways to reach them.

    Of their promises only those count that were made `since` it became a press.
    """
    rows = (await unit.session.execute(_PARTICIPANTS, {"reach_out_id": reach_out_id, "since": since})).all()
    return tuple(_participant(unit, list(group)) for _, group in groupby(rows, attrgetter("person_id")))


def _participant(unit: UnitOfWork, rows: Sequence[Row[*tuple[Any, ...]]]) -> Participant:
    """Return one participant; `rows` holds one for each pair of device and channel."""
    row = rows[0]
    guest = row.guest_at is not None
    silent_until = hours.silent_until(row.muted_until, row.away_until)
    hears_at = hours.next_available(row.hours, row.time_zone, silent_until, unit.now, wake_me=row.wake_me)
    values = {name: getattr(row, name) for name in RECIPIENT_COLUMNS}
    return Participant(
        person_id=row.person_id,
        **values | {name: AnswerKind(values[name]) if values[name] else None for name in ("answer", "calm_answer")},
        promises=row.promises,
        promised_at=row.promised_at,
        withdrawals=row.withdrawals,
        sixth_change_at=row.sixth_change_at,
        available=hears_at == unit.now,
        hears_at=hears_at,
        notice_id=row.notice_id,
        guest=guest,
        **ways_in_rows(unit, rows, guest=guest),
    )
