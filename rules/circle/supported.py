"""The people in whose circle somebody is, as they see them: who needs them, and how often they were there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, distinct, func, select

from core.unit_of_work import UnitOfWork
from models import Answer, Membership, Person, ReachOut, Recipient
from models.enums import AnswerKind
from rules import access
from rules.access import Caller
from rules.circle.membership import confirmation_words
from rules.daily import connections

LOAD_SPAN: Final = timedelta(days=30)
"""The days over which a helper is told how often they were there."""


@dataclass(frozen=True, slots=True)
class Supported:
    """Somebody whose circle the caller is in. `been_there_30_days`: how many of their reach-outs the caller answered lately."""

    id: UUID
    person_id: UUID
    display_name: str | None
    role: str
    active: bool
    words: tuple[str, str] | None
    muted_until: datetime | None
    standing_words: str | None
    last_connected_at: datetime | None
    open_reach_out_id: UUID | None
    been_there_30_days: int
    created_at: datetime


async def list_supported(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None, only: UUID | None = None
) -> list[Supported]:
    """Return the people whose circle the caller is in, the oldest membership first, `limit` + 1 at most."""
    told_recipient = and_(access.mine(Recipient, who), access.told_recipients())
    open_reach_out = (
        select(ReachOut.id)
        .join(Recipient, Recipient.reach_out_id == ReachOut.id)
        .where(ReachOut.person_id == Membership.owner_id, ReachOut.closed_at.is_(None), told_recipient)
        .limit(1)
        .scalar_subquery()
    )
    answered = (
        select(func.count(distinct(Answer.reach_out_id)))
        .join(ReachOut, ReachOut.id == Answer.reach_out_id)
        .where(
            ReachOut.person_id == Membership.owner_id,
            access.mine(Answer, who),
            Answer.kind != AnswerKind.CANNOT,
            Answer.created_at > unit.now - LOAD_SPAN,
        )
        .correlate(Membership)
        .scalar_subquery()
    )
    statement = (
        select(Membership, Person, open_reach_out.label("open_reach_out_id"), answered.label("answered_count"))
        .join(Person, Person.id == Membership.owner_id)
        .where(access.supports(who.person_id))
    )
    if after is not None:
        statement = statement.where(Membership.id > after)
    if only is not None:
        statement = statement.where(Membership.id == only)
    rows = await unit.session.execute(statement.order_by(Membership.id).limit(limit + 1))
    last_connected_at = await connections.load_last_connected(unit, who.person_id)
    return [_supported(unit, who, row, last_connected_at.get(row.Person.id)) for row in rows]


def _supported(
    unit: UnitOfWork,
    who: Caller,
    listed: Any,  # noqa: ANN401 (a row)
    last_connected_at: datetime | None,
) -> Supported:
    row, person = listed.Membership, listed.Person
    vault = unit.keyring.vault(person.id, person.data_key)
    active = row.confirmed_at is not None
    return Supported(
        id=row.id,
        person_id=person.id,
        display_name=vault.open("people.display_name", person.id, person.display_name),
        role=row.role,
        active=active,
        words=None if active else confirmation_words(unit, row.id),
        muted_until=row.muted_until if row.muted_until and row.muted_until > unit.now else None,
        standing_words=who.vault.open("memberships.standing_words", row.id, row.standing_words),
        last_connected_at=last_connected_at if active else None,
        open_reach_out_id=listed.open_reach_out_id if active else None,
        been_there_30_days=listed.answered_count if active else 0,
        created_at=row.accepted_at,
    )
