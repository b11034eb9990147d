"""The use-cases of whoever made a commitment: make it, change it, renew it, remove it, and say how a day went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Commitment, CommitmentDay, Notice, Person
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.circle.hours import ONE_DAY
from rules.daily.commitment import standing, witness
from rules.daily.commitment.schedule import (
    COMMITMENT_DAYS,
    MAX_COMMITMENT_DAYS,
    CommitmentTerms,
    due_event,
    is_speakable,
    next_clock,
    next_due,
)
from rules.daily.local_time import local_date, zone_of
from rules.errors import Invalid, TooManyCommitments
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import dismiss_notices, mark_notices_read
from rules.upkeep import wal_truncation

MAX_COMMITMENTS = 10
"""Commitments that one person may have running."""


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """A commitment to make. `witness`: the membership of whoever is asked to know of it; `ends_on`: None for four weeks."""

    text: str
    days: Sequence[int]
    at: str
    witness: UUID | None
    ends_on: date | None


def terms_of(commitment: Commitment) -> CommitmentTerms:
    return CommitmentTerms(commitment.days, commitment.at, commitment.ends_on)


async def make_commitment(
    unit: UnitOfWork, who: Caller, new: NewCommitment, fingerprint: RequestFingerprint | None
) -> UUID:
    """Make a commitment, ask its witness and return its id.

    Raises Invalid, MemberUnknown, TooManyCommitments, TooMany, KeyReused, KeysUnavailable.
    """
    _ensure_storable(who, new.text)

    async def create() -> UUID:
        await access.lock_person(unit, who)
        zone = await _own_zone(unit, who)
        today = local_date(unit.now, zone)
        terms = CommitmentTerms(new.days, new.at, new.ends_on or today + COMMITMENT_DAYS * ONE_DAY)
        _ensure_possible(terms, zone, unit, today)
        await ensure_commitment_room(unit, who)
        member = await witness.lock_witness(unit, who, new.witness) if new.witness else None
        commitment = Commitment(
            id=unit.new_id(),
            person_id=who.person_id,
            membership_id=member and member.id,
            witness_id=member and member.member_id,
            days=list(terms.days),
            at=terms.at,
            ends_on=terms.ends_on,
            next_at=next_clock(terms, zone, unit.now),
            created_at=unit.now,
        )
        commitment.text = who.vault.seal("commitments.text", commitment.id, new.text)
        unit.session.add(commitment)
        await unit.session.flush()
        if member is not None:
            await witness.ask_witness(unit, commitment, member)
        return commitment.id

    commitment_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return commitment_id


async def change_commitment(unit: UnitOfWork, who: Caller, commitment_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change what is meant, on which days, at what time, or who is asked to know of it (None: nobody).

    Other days or another time hold from now on: what is still to come today is due today.
    Raises NotFound, NotYours, MemberUnknown, TooMany, KeysUnavailable.
    """
    _ensure_storable(who, changes.get("text"))
    await access.lock_person(unit, who)
    member_id = changes.get("witness")
    member = await witness.lock_witness(unit, who, member_id) if member_id else None
    commitment = await access.load_own_commitment(unit, who, commitment_id)
    zone, before = await _own_zone(unit, who), terms_of(commitment)
    if "text" in changes:
        commitment.text = who.vault.seal("commitments.text", commitment.id, changes["text"])
    commitment.days, commitment.at = changes.get("days", commitment.days), changes.get("at", commitment.at)
    moved = terms_of(commitment) != before
    if moved and commitment.ended_at is None:
        commitment.next_at = next_clock(terms_of(commitment), zone, unit.now)
    if "witness" in changes:
        await witness.replace_witness(unit, commitment, member)
    await unit.session.flush()
    if moved:
        await _dismiss_own(unit, commitment, NoticeKind.COMMITMENT_DUE)
    if "text" in changes:
        await wal_truncation.mark_erased(unit)


async def renew_commitment(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> None:
    """Let a commitment, ended or not, run until 28 days from today, or as long as it would have. Again changes nothing.

    Raises NotFound, NotYours, TooManyCommitments.
    """
    await access.lock_person(unit, who)
    commitment = await access.load_own_commitment(unit, who, commitment_id)
    zone = await _own_zone(unit, who)
    if commitment.ended_at is not None:
        await ensure_commitment_room(unit, who)
    commitment.ends_on = max(commitment.ends_on, local_date(unit.now, zone) + COMMITMENT_DAYS * ONE_DAY)
    commitment.ended_at = None
    if commitment.next_at is None or commitment.next_at > unit.now:
        # One that is due already is the worker's, who finds that it goes on.
        commitment.next_at = next_clock(terms_of(commitment), zone, unit.now)
    await unit.session.flush()
    await _dismiss_own(unit, commitment, NoticeKind.COMMITMENT_ENDED)


async def remove_commitment(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> None:
    """Delete a commitment with its days, also for its witness, who is told nothing. Raises NotFound, NotYours."""
    commitment = await access.load_own_commitment(unit, who, commitment_id)
    await standing.dismiss_all(unit, commitment)
    await unit.session.delete(commitment)
    await unit.session.flush()
    await wal_truncation.mark_erased(unit)


async def say_day(
    unit: UnitOfWork, who: Caller, commitment_id: UUID, day: date, *, done: bool, text: str | None
) -> None:
    """Say of one day that it was done, or not: the word may be changed, and tells nobody.

    Raises NotFound, NotYours, Invalid, KeysUnavailable.
    """
    _ensure_storable(who, text)
    commitment = await access.load_own_commitment(unit, who, commitment_id)
    today = local_date(unit.now, await _own_zone(unit, who))
    if not is_speakable(terms_of(commitment), day, today):
        raise _invalid("path.date", "must be today or one of the six days before, and not after the end")
    said = (
        await unit.session.execute(
            select(CommitmentDay).where(CommitmentDay.commitment_id == commitment.id, CommitmentDay.day == day)
        )
    ).scalar_one_or_none()
    if said is None:
        said = CommitmentDay(id=unit.new_id(), commitment_id=commitment.id, day=day, created_at=unit.now)
        unit.session.add(said)
    else:
        if commitment.accepted_at is not None and said.created_at < commitment.accepted_at:
            # Said anew, and from now on to somebody who knows of it.
            said.created_at = unit.now
        if said.text is not None:
            await wal_truncation.mark_erased(unit)
    said.done, said.text = done, who.vault.seal("commitment_days.text", said.id, text)
    await unit.session.flush()
    event_id = due_event(commitment.id, terms_of(commitment), day)
    own = standing.standing_notices(who.person_id, [commitment.id], NoticeKind.COMMITMENT_DUE)
    await mark_notices_read(unit, *own, Notice.event_id == event_id)
    witness.publish_to_both(unit, commitment)


async def reschedule_commitments(unit: UnitOfWork, person: Person) -> None:
    """Compute anew when this person's commitments are due: their time zone has changed. Their row must be locked."""
    zone = zone_of(person.time_zone)
    rows = await unit.session.execute(
        select(Commitment)
        .where(access.owned_by(Commitment, person.id), Commitment.ended_at.is_(None))
        .order_by(Commitment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for commitment in rows.scalars():
        # One that is due already is the worker's, who looks at this day's moments in the new zone.
        if commitment.next_at is None or commitment.next_at > unit.now:
            commitment.next_at = next_clock(terms_of(commitment), zone, unit.now)
    await unit.session.flush()


async def _own_zone(unit: UnitOfWork, who: Caller) -> tzinfo:
    return zone_of((await access.load_person(unit, who)).time_zone)


async def _dismiss_own(unit: UnitOfWork, commitment: Commitment, kind: NoticeKind) -> None:
    await dismiss_notices(unit, *standing.standing_notices(commitment.person_id, [commitment.id], kind))


def _ensure_storable(who: Caller, words: str | None) -> None:
    """Raise KeysUnavailable for words without a key to seal them: a reply of success would lose them silently."""
    if words is not None and not who.vault.has_key:
        raise KeysUnavailable


def _ensure_possible(terms: CommitmentTerms, zone: tzinfo, unit: UnitOfWork, today: date) -> None:
    """Raise Invalid for an end in the past, too far ahead, or before the first of its days."""
    if not today <= terms.ends_on <= today + MAX_COMMITMENT_DAYS * ONE_DAY:
        raise _invalid("body.ends_on", f"must be today or later, and within {MAX_COMMITMENT_DAYS} days")
    if next_due(terms, zone, unit.now) is None:
        raise _invalid("body.ends_on", "must leave time for at least one of the days")


async def ensure_commitment_room(unit: UnitOfWork, who: Caller, *, further: int = 1) -> None:
    """Raise TooManyCommitments where so many further ones would be too many running; the caller's row must be locked."""
    running = select(func.count()).where(access.mine(Commitment, who), Commitment.ended_at.is_(None))
    if (await unit.session.execute(running)).scalar_one() + further > MAX_COMMITMENTS:
        raise TooManyCommitments


def _invalid(place: str, says: str) -> Invalid:
    return Invalid(extra={"errors": [{"at": place, "says": says}]})
