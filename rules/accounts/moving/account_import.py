"""Import of an export, by its own person: profile, plan, check-ins, commitments, reflections. People are asked again instead."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, insert, select

from core.encryption import Vault
from core.errors import KeysUnavailable
from core.ids import new_id
from core.settings import DEFAULT_LADDER
from core.unit_of_work import UnitOfWork
from models import CheckIn, Commitment, CommitmentDay, ReachOut, Reflection
from models.enums import Need, Outcome, ReachOutState
from rules import access
from rules.access import Caller
from rules.accounts import people
from rules.daily import plan
from rules.daily.check_in.check_in_parts import CheckInContent
from rules.daily.check_in.check_ins import sealed_content
from rules.daily.commitment.lifecycle import ensure_commitment_room
from rules.daily.commitment.schedule import CommitmentTerms, bounded, end_moment, next_clock
from rules.daily.local_time import local_date, zone_of
from rules.daily.plan import WholePlan
from rules.errors import Invalid
from rules.sealed_values import NEED, REFLECTION

FIRST_ZONE: Final = timezone(timedelta(hours=14))
"""Where a day begins first: nobody can have spoken of a later one."""


@dataclass(frozen=True, slots=True)
class PastCheckIn:
    """A check-in of an export, without those it was shared with."""

    created_at: datetime
    content: CheckInContent


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReachOut:
    """A closed reach-out on which its person looked back, without those who were told. `felt`: the reflection."""

    created_at: datetime
    pressed_at: datetime | None
    raised_at: datetime | None
    closed_at: datetime
    outcome: Outcome
    calm: bool
    need: Need | None
    note: str | None
    felt: Mapping[str, int | None]
    felt_at: datetime


@dataclass(frozen=True, slots=True)
class PastDay:
    """What was said of one day of a commitment."""

    day: date
    done: bool
    text: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PastCommitment:
    """A commitment of an export, without its witness. `ended_at`: None while it runs."""

    created_at: datetime
    text: str | None
    terms: CommitmentTerms
    ended_at: datetime | None
    days: Sequence[PastDay]


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """What an export brings. `profile`: fields of the profile that it has."""

    profile: Mapping[str, Any]
    plan: WholePlan | None
    check_ins: Sequence[PastCheckIn]
    reach_outs: Sequence[PastReachOut]
    commitments: Sequence[PastCommitment]


@dataclass(frozen=True, slots=True)
class Imported:
    """How much of it is new: rows that were there already are not brought again. `plan`: False where one was there."""

    plan: bool
    check_ins: int
    commitments: int
    reflections: int


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One row to insert, and those that hang on it."""

    created_at: datetime
    row: dict[str, Any]
    more: Sequence[dict[str, Any]] = field(default=())


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """The rows of an import, sealed; made outside of any transaction, since that takes a while."""

    account: ImportedAccount
    check_ins: Sequence[_Prepared]
    reach_outs: Sequence[_Prepared]
    commitments: Sequence[_Prepared]


def prepare_import(vault: Vault, person_id: UUID, account: ImportedAccount, now: datetime) -> PreparedImport:
    """Seal everything. Raises KeysUnavailable, and Invalid for what lies in the future."""
    if not vault.has_key:
        raise KeysUnavailable
    if any(at > now for at in _moments(account)) or any(day > local_date(now, FIRST_ZONE) for day in _days(account)):
        raise Invalid(extra={"errors": [{"at": "body", "says": "must hold nothing from the future"}]})
    return PreparedImport(
        account,
        [_check_in(vault, person_id, row) for row in account.check_ins],
        [_reach_out(vault, person_id, row) for row in account.reach_outs],
        [_commitment(vault, person_id, row) for row in account.commitments],
    )


def _moments(account: ImportedAccount) -> Iterator[datetime]:
    """Yield when everything was written, and when it ended. `pressed_at` is left out: it is as wrong as a phone's clock."""
    yield from (row.created_at for row in account.check_ins)
    for past in account.reach_outs:
        yield from (at for at in (past.created_at, past.raised_at, past.closed_at, past.felt_at) if at is not None)
    for meant in account.commitments:
        yield from (at for at in (meant.created_at, meant.ended_at) if at is not None)
        yield from (day.created_at for day in meant.days)


def _days(account: ImportedAccount) -> Iterator[date]:
    return (day.day for commitment in account.commitments for day in commitment.days)


async def import_account(unit: UnitOfWork, who: Caller, prepared: PreparedImport) -> Imported:
    """Bring it all into the caller's account in one transaction. A second time brings what has been added since.

    The profile is replaced by what the export says; a plan that has words stays.
    Raises TooManyCommitments, KeysUnavailable, ProofNeeded.
    """
    await access.lock_person(unit, who)
    person = await people.change_profile(unit, who, prepared.account.profile)
    brings_plan = prepared.account.plan is not None and await plan.load_plan(unit, who) == WholePlan()
    if brings_plan and prepared.account.plan is not None:
        await plan.save_plan(unit, who, prepared.account.plan)
    check_ins = await _insert(unit, who, CheckIn, None, prepared.check_ins)
    reflections = await _insert(unit, who, ReachOut, Reflection, prepared.reach_outs)
    zone = zone_of(person.time_zone)
    commitments = [_set_clocks(unit, row, zone) for row in prepared.commitments]
    brought = await _insert(unit, who, Commitment, CommitmentDay, commitments)
    if brought:
        await ensure_commitment_room(unit, who, further=0)
    return Imported(brings_plan, check_ins, brought, reflections)


async def _insert(
    unit: UnitOfWork,
    who: Caller,
    model: type[CheckIn | ReachOut | Commitment],
    hanging: type[Reflection | CommitmentDay] | None,
    rows: Sequence[_Prepared],
) -> int:
    """Insert the rows that the caller has not got yet and return how many.

    They are known by when they were written: an id would be another one on every server.
    """
    written = await unit.session.execute(select(model.created_at).where(access.mine(model, who)))
    left = Counter(written.scalars())
    new = []
    for row in rows:
        if left[row.created_at] > 0:
            left[row.created_at] -= 1
        else:
            new.append(row)
    connection = await unit.session.connection()
    if new:
        await connection.execute(insert(cast("Table", model.__table__)), [row.row for row in new])
    more = [each for row in new for each in row.more]
    if more and hanging is not None:
        await connection.execute(insert(cast("Table", hanging.__table__)), more)
    return len(new)


def _check_in(vault: Vault, person_id: UUID, past: PastCheckIn) -> _Prepared:
    row_id = new_id(past.created_at)
    sealed = sealed_content(vault, row_id, past.content)
    return _Prepared(past.created_at, {"id": row_id, "person_id": person_id, "created_at": past.created_at, **sealed})


def _reach_out(vault: Vault, person_id: UUID, past: PastReachOut) -> _Prepared:
    row_id = new_id(past.created_at)
    row = {
        "id": row_id,
        "person_id": person_id,
        "state": str(ReachOutState.CLOSED),
        "sealed_need": NEED.seal(vault, row_id, {"need": past.need}),
        "note": vault.seal("reach_outs.note", row_id, past.note),
        "created_at": past.created_at,
        "pressed_at": past.pressed_at,
        # It is over: nobody is told any more.
        "ladder": list(DEFAULT_LADDER),
        "rung": 1,
        "round": 1,
        "pushed_at": past.created_at,
        "closed_at": max(past.created_at, past.closed_at),
        "outcome": str(past.outcome),
        "calm": past.calm,
        "raised_at": past.raised_at,
    }
    felt = {"reach_out_id": row_id, "created_at": past.felt_at}
    felt |= {REFLECTION.sealed: REFLECTION.seal(vault, row_id, past.felt)}
    return _Prepared(past.created_at, row, [felt])


def _commitment(vault: Vault, person_id: UUID, past: PastCommitment) -> _Prepared:
    row_id = new_id(past.created_at)
    row = {
        "id": row_id,
        "person_id": person_id,
        "text": vault.seal("commitments.text", row_id, past.text),
        "days": list(past.terms.days),
        "at": past.terms.at,
        "ends_on": past.terms.ends_on,
        "ended_at": past.ended_at,
        "created_at": past.created_at,
    }
    days = [_day(vault, row_id, day) for day in {day.day: day for day in past.days}.values()]
    return _Prepared(past.created_at, row, days)


def _day(vault: Vault, commitment_id: UUID, past: PastDay) -> dict[str, Any]:
    row_id = new_id(past.created_at)
    return {
        "id": row_id,
        "commitment_id": commitment_id,
        "day": past.day,
        "done": past.done,
        "text": vault.seal("commitment_days.text", row_id, past.text),
        "created_at": past.created_at,
    }


def _set_clocks(unit: UnitOfWork, prepared: _Prepared, zone: tzinfo) -> _Prepared:
    row = prepared.row
    terms = bounded(CommitmentTerms(row["days"], row["at"], row["ends_on"]), zone, unit.now)
    over = row["ended_at"] is not None or end_moment(terms, zone) <= unit.now
    clocks = {
        "ends_on": terms.ends_on,
        "ended_at": (row["ended_at"] or end_moment(terms, zone)) if over else None,
        "next_at": None if over else next_clock(terms, zone, unit.now),
    }
    return _Prepared(prepared.created_at, row | clocks, prepared.more)
