"""Commitments as a viewer sees them: their own, and those that they witness or are asked to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import aliased

from core.unit_of_work import UnitOfWork
from models import Commitment, CommitmentDay, Person
from rules import access
from rules.access import Caller
from rules.circle.hours import ONE_DAY
from rules.daily.commitment.schedule import DAYS_BACK, CommitmentTerms, next_due, recent_days
from rules.daily.local_time import local_date, zone_of
from rules.errors import NotFound
from rules.person_view import PersonView, person_view


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of which one may still speak. `done` is None where nothing was said."""

    day: date
    done: bool | None
    text: str | None


@dataclass(frozen=True, slots=True)
class WitnessView:
    """Who knows of it from `accepted_at` on; until then they are asked."""

    membership_id: UUID
    person: PersonView
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A commitment as one viewer sees it. `sender` made it; `next_at` is None once no moment is to come.

    A witness sees in `recent` what was said since they said yes, the latest day first.
    """

    id: UUID
    mine: bool
    sender: PersonView
    text: str | None
    days: Sequence[int]
    at: str
    ends_on: date
    ended_at: datetime | None
    witness: WitnessView | None
    next_at: datetime | None
    recent: Sequence[DayView]
    created_at: datetime


_Witness = aliased(Person)

_COMMITMENT_COLUMNS: Select[*tuple[Any, ...]] = (
    select(
        Commitment.id,
        Commitment.person_id,
        Commitment.membership_id,
        Commitment.witness_id,
        Commitment.text,
        Commitment.days,
        Commitment.at,
        Commitment.ends_on,
        Commitment.ended_at,
        Commitment.accepted_at,
        Commitment.created_at,
        Person.data_key,
        Person.display_name,
        Person.time_zone,
        _Witness.data_key.label("witness_data_key"),
        _Witness.display_name.label("witness_display_name"),
    )
    .join(Person, Person.id == Commitment.person_id)
    .outerjoin(_Witness, and_(_Witness.id == Commitment.witness_id, Commitment.membership_id.is_not(None)))
)


async def list_commitments(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[CommitmentView]:
    """Return the caller's commitments and those they witness or are asked to, newest first, `limit` + 1 at most."""
    own, witnessed = access.mine(Commitment, who), access.witnessed_by(who.person_id)
    statement = _COMMITMENT_COLUMNS.where(own if mine else witnessed if mine is False else or_(own, witnessed))
    if before is not None:
        statement = statement.where(Commitment.id < before)
    if only is not None:
        statement = statement.where(Commitment.id == only)
    rows = (await unit.session.execute(statement.order_by(Commitment.id.desc()).limit(limit + 1))).all()
    said = await _load_days(unit, who, [row.id for row in rows])
    return [_commitment_view(unit, who, row, said[row.id]) for row in rows]


async def load_commitment(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> CommitmentView:
    """Return one of the caller's commitments, or one that they witness or are asked to. Raises NotFound."""
    views = await list_commitments(unit, who, 1, None, mine=None, only=commitment_id)
    if not views:
        raise NotFound
    return views[0]


async def _load_days(
    unit: UnitOfWork, who: Caller, commitments: Sequence[UUID]
) -> Mapping[UUID, dict[date, Row[*tuple[Any, ...]]]]:
    """Return what was said of the last days of these commitments, by commitment and day; `known`: the caller may see it."""
    said: dict[UUID, dict[date, Row[*tuple[Any, ...]]]] = defaultdict(dict)
    if commitments:
        rows = await unit.session.execute(
            select(
                CommitmentDay.id,
                CommitmentDay.commitment_id,
                CommitmentDay.day,
                CommitmentDay.done,
                CommitmentDay.text,
                or_(access.mine(Commitment, who), access.day_known_to(who.person_id)).label("known"),
            )
            .join(Commitment, Commitment.id == CommitmentDay.commitment_id)
            .where(
                CommitmentDay.commitment_id.in_(commitments),
                # Two more than the window, whatever the time zone; the view cuts exactly.
                CommitmentDay.day >= unit.now.date() - (DAYS_BACK + 2) * ONE_DAY,
            )
        )
        for row in rows:
            said[row.commitment_id][row.day] = row
    return said


def _commitment_view(
    unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]], said: Mapping[date, Row[*tuple[Any, ...]]]
) -> CommitmentView:
    zone, terms = zone_of(row.time_zone), CommitmentTerms(row.days, row.at, row.ends_on)
    mine = row.person_id == who.person_id
    vault = unit.keyring.vault(row.person_id, row.data_key)
    today = local_date(unit.now, zone)
    since = row.created_at if mine else row.accepted_at
    due = recent_days(terms, local_date(since, zone), today) if since is not None else []
    spoken = [day for day in said if today - DAYS_BACK * ONE_DAY <= day <= today]
    recent = [
        DayView(day, said[day].done, vault.open("commitment_days.text", said[day].id, said[day].text))
        if day in said
        else DayView(day, None, None)
        for day in sorted({*due, *spoken}, reverse=True)
        # Of what was said before their yes, a witness is not told that nothing was said.
        if day not in said or said[day].known
    ]
    return CommitmentView(
        id=row.id,
        mine=mine,
        sender=person_view(unit.keyring, row.person_id, row.data_key, row.display_name),
        text=vault.open("commitments.text", row.id, row.text),
        days=row.days,
        at=row.at,
        ends_on=row.ends_on,
        ended_at=row.ended_at,
        witness=_witness_view(unit, row) if row.witness_data_key is not None else None,
        next_at=next_due(terms, zone, unit.now) if row.ended_at is None else None,
        recent=recent,
        created_at=row.created_at,
    )


def _witness_view(unit: UnitOfWork, row: Row[*tuple[Any, ...]]) -> WitnessView:
    return WitnessView(
        membership_id=row.membership_id,
        person=person_view(unit.keyring, row.witness_id, row.witness_data_key, row.witness_display_name),
        accepted_at=row.accepted_at,
    )
