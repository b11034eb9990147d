"""Does what a commitment's clock says is due: the notice of a due moment, its going with the day, the quiet end."""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Commitment, CommitmentDay, Notice, Person, Rhythm
from models.enums import NoticeKind
from rules import access
from rules.daily.commitment.lifecycle import terms_of
from rules.daily.commitment.schedule import decide_turn, due_event, ended_push_at
from rules.daily.commitment.standing import standing_notices
from rules.daily.local_time import zone_of
from rules.inbox.notices import NoticeDraft, create_notices, dismiss_notices, live_devices


async def list_due_commitments(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return the ids of commitments whose clock is due, the most overdue first."""
    rows = await unit.session.execute(
        select(Commitment.id).where(Commitment.next_at <= unit.now).order_by(Commitment.next_at).limit(limit)
    )
    return rows.scalars().all()


async def advance_commitment_if_due(unit: UnitOfWork, commitment_id: UUID) -> bool:
    """Lock one commitment and do what is due; return False when another process holds it or has done it."""
    commitment = (
        await unit.session.execute(
            select(Commitment)
            .where(Commitment.id == commitment_id, Commitment.next_at <= unit.now)
            .with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()
    if commitment is None:
        return False
    owner = await _load_owner(unit, commitment.person_id)
    zone = zone_of(owner.time_zone)
    turn = decide_turn(terms_of(commitment), zone, unit.now)
    commitment.next_at = turn.next_at
    if turn.ended:
        commitment.ended_at = unit.now
    await unit.session.flush()
    await _dismiss_earlier(unit, commitment, turn.due_day)
    allowed = _allows(owner, unit)
    if turn.ended:
        await _notify_ended(unit, commitment, zone, push=allowed)
    elif turn.due_day is not None and allowed and not await _is_settled(unit, commitment, turn.due_day):
        draft = NoticeDraft(
            commitment.person_id,
            NoticeKind.COMMITMENT_DUE,
            due_event(commitment.id, terms_of(commitment), turn.due_day),
            None,
            commitment_id=commitment.id,
            push=turn.push,
        )
        await create_notices(unit, [draft])
    return True


async def _load_owner(unit: UnitOfWork, person_id: UUID) -> Any:  # noqa: ANN401 (a row)
    rows = await unit.session.execute(
        select(Person.time_zone, Rhythm.commitments, Rhythm.paused_until)
        .outerjoin(Rhythm, Rhythm.person_id == Person.id)
        .where(Person.id == person_id)
    )
    return rows.one()


def _allows(owner: Any, unit: UnitOfWork) -> bool:  # noqa: ANN401 (a row)
    """Return whether the owner wants to be told; without a row of their own rhythm they do."""
    paused = owner.paused_until is not None and owner.paused_until > unit.now
    return owner.commitments is not False and not paused


async def _is_settled(unit: UnitOfWork, commitment: Commitment, day: date) -> bool:
    """Return whether this moment has had its notice, or the person has already said how the day went."""
    told = select(Notice.id).where(
        access.owned_by(Notice, commitment.person_id),
        Notice.kind == NoticeKind.COMMITMENT_DUE,
        Notice.event_id == due_event(commitment.id, terms_of(commitment), day),
    )
    said = select(CommitmentDay.id).where(CommitmentDay.commitment_id == commitment.id, CommitmentDay.day == day)
    return (await unit.session.execute(told.union_all(said))).first() is not None


async def _dismiss_earlier(unit: UnitOfWork, commitment: Commitment, day: date | None) -> None:
    """Dismiss the notices of due moments that have gone with their day, or been followed by the next."""
    earlier = standing_notices(commitment.person_id, [commitment.id], NoticeKind.COMMITMENT_DUE)
    if day is not None:
        earlier = (*earlier, Notice.event_id != due_event(commitment.id, terms_of(commitment), day))
    await dismiss_notices(unit, *earlier)


async def _notify_ended(unit: UnitOfWork, commitment: Commitment, zone: tzinfo, *, push: bool) -> None:
    """Notify the owner that it has ended; their phones in the morning."""
    at = ended_push_at(zone, unit.now)
    devices = (await live_devices(unit, [commitment.person_id])).get(commitment.person_id, [])
    draft = NoticeDraft(
        commitment.person_id,
        NoticeKind.COMMITMENT_ENDED,
        unit.new_id(),
        None,
        commitment_id=commitment.id,
        push=push,
    )
    await create_notices(unit, [draft], dict.fromkeys(devices, at) if at > unit.now else {})
