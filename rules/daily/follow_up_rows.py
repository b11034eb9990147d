"""Follow-ups as rows: planned when a reach-out ends, sent when due, and given up once they are no longer wanted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from core.bulk_insert import insert_together
from core.unit_of_work import UnitOfWork
from models import FollowUp, Membership, Notice, Person, ReachOut, Recipient, Rhythm
from models.enums import FollowUpKind, NoticeKind, Outcome
from rules import access
from rules.circle import hours
from rules.daily import connections
from rules.daily.follow_ups import MAX_FOLLOW_UPS_A_DAY, next_follow_up
from rules.daily.local_time import local_date, moment_on, zone_of
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out.state import Closed, Snapshot

FOLLOW_UP_TABLE = cast("Table", FollowUp.__table__)

_OwnersRhythm = aliased(Rhythm)


@dataclass(frozen=True, slots=True)
class _FollowedUp:
    """Who would get a follow-up: their hours, and whether a mute, a break or a pause keeps it from them now."""

    time_zone: str
    hours: list[dict[str, object]] | None
    wanted: bool
    silent: bool


async def plan_follow_ups(unit: UnitOfWork, ended: Snapshot) -> None:
    """Plan what follows a reach-out that this transaction closes: for those who answered, or for whom nobody did.

    Somebody who has several reach-outs followed up with one helper has only the latest.
    """
    if not isinstance(ended.stage, Closed) or ended.stage.outcome is Outcome.MISTAKE:
        return
    closed_by_word = ended.stage.outcome in {Outcome.CONNECTED, Outcome.OK_NOW}
    helpers = [
        participant.person_id
        for participant in ended.told
        # With an all-clear, a yes to the calm ask that became this press was an answer as well.
        if participant.stands or (closed_by_word and participant.calm_yes_stands)
    ]
    if helpers:
        if closed_by_word:
            await _plan_for_helpers(unit, ended, helpers)
    elif not any(participant.promises for participant in ended.told):
        await _plan_own(unit, ended)


async def _plan_for_helpers(unit: UnitOfWork, ended: Snapshot, helpers: Collection[UUID]) -> None:
    await unit.session.execute(
        delete(FollowUp)
        .where(access.owned_by_any(FollowUp, helpers), access.follow_ups_about(ended.person_id))
        .execution_options(synchronize_session=False)
    )
    rows = await unit.session.execute(
        select(Person.id, Person.hours, Person.time_zone)
        .select_from(Recipient)
        .join(ReachOut, ReachOut.id == Recipient.reach_out_id)
        .join(Person, Person.id == Recipient.person_id)
        .outerjoin(Rhythm, Rhythm.person_id == Recipient.person_id)
        .outerjoin(_OwnersRhythm, _OwnersRhythm.person_id == ReachOut.person_id)
        .where(
            Recipient.reach_out_id == ended.id,
            access.owned_by_any(Recipient, helpers),
            # A guest has no inbox to find one in.
            ~access.IS_GUEST,
            func.coalesce(Rhythm.follow_ups, True),
            func.coalesce(_OwnersRhythm.follow_ups, True),
        )
        .order_by(Person.id)
    )
    planned = [_planned(unit, ended, FollowUpKind.HELPER, row, ended.person_id) for row in rows]
    await insert_together(unit.session, [(FOLLOW_UP_TABLE, [row for row in planned if row is not None])])


async def _plan_own(unit: UnitOfWork, ended: Snapshot) -> None:
    await unit.session.execute(
        delete(FollowUp)
        .where(access.owned_by(FollowUp, ended.person_id), FollowUp.kind == FollowUpKind.UNANSWERED)
        .execution_options(synchronize_session=False)
    )
    row = (
        await unit.session.execute(
            select(Person.id, Person.hours, Person.time_zone)
            .outerjoin(Rhythm, Rhythm.person_id == Person.id)
            .where(Person.id == ended.person_id, func.coalesce(Rhythm.follow_ups, True))
        )
    ).one_or_none()
    planned = _planned(unit, ended, FollowUpKind.UNANSWERED, row, None) if row is not None else None
    if planned is not None:
        await insert_together(unit.session, [(FOLLOW_UP_TABLE, [planned])])


def _planned(
    unit: UnitOfWork,
    ended: Snapshot,
    kind: FollowUpKind,
    person: Any,  # noqa: ANN401 (a row)
    about_id: UUID | None,
) -> dict[str, Any] | None:
    first = next_follow_up(kind, unit.now, 0, person.hours, person.time_zone, unit.now)
    if first is None:
        return None
    return {
        "id": unit.new_id(),
        "kind": str(kind),
        "reach_out_id": ended.id,
        "person_id": person.id,
        "about_id": about_id,
        "closed_at": unit.now,
        "round": first.round,
        "next_at": first.at,
    }


async def list_due_follow_ups(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return the ids of due follow-ups, the most overdue first."""
    rows = await unit.session.execute(
        select(FollowUp.id).where(FollowUp.next_at <= unit.now).order_by(FollowUp.next_at).limit(limit)
    )
    return rows.scalars().all()


async def advance_follow_up_if_due(unit: UnitOfWork, follow_up_id: UUID) -> bool:
    """Lock one follow-up and send it, move it on or give it up; return False when another process holds it or has done it."""
    membership = await _lock_membership(unit, follow_up_id)
    follow_up = (
        await unit.session.execute(
            select(FollowUp)
            .where(FollowUp.id == follow_up_id, FollowUp.next_at <= unit.now)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()
    if follow_up is None:
        return False
    addressee = await _load_addressee(unit, follow_up, membership)
    kind = FollowUpKind(follow_up.kind)
    times = (addressee.hours, addressee.time_zone, unit.now)
    due = next_follow_up(kind, follow_up.closed_at, follow_up.round, *times)
    if due is not None and addressee.wanted and due.at <= unit.now:
        if not addressee.silent and await _has_room(unit, follow_up.person_id, addressee.time_zone):
            await _send(unit, follow_up)
        due = next_follow_up(kind, follow_up.closed_at, due.round + 1, *times)
    if due is None or not addressee.wanted:
        await unit.session.delete(follow_up)
    else:
        await unit.session.execute(
            update(FollowUp).where(FollowUp.id == follow_up.id).values(round=due.round, next_at=due.at)
        )
    await unit.session.flush()
    return True


async def reschedule_follow_ups(unit: UnitOfWork, person: Person) -> None:
    """Find the next morning of this person's follow-ups: their time zone or their hours have changed. Their row is locked."""
    rows = await unit.session.execute(
        select(FollowUp)
        .where(access.owned_by(FollowUp, person.id), FollowUp.next_at > unit.now)
        .order_by(FollowUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows.scalars():
        kind = FollowUpKind(row.kind)
        due = next_follow_up(kind, row.closed_at, row.round, person.hours, person.time_zone, unit.now)
        # One that has no morning left is the worker's, who gives it up.
        row.next_at = unit.now if due is None else due.at
    await unit.session.flush()


async def lock_follow_ups(unit: UnitOfWork, person_id: UUID) -> None:
    """Lock the follow-ups that this person gets or is the subject of, before an erasure deletes them."""
    await unit.session.execute(
        select(FollowUp.id)
        .where(or_(access.owned_by(FollowUp, person_id), access.follow_ups_about(person_id)))
        .order_by(FollowUp.id)
        .with_for_update()
    )


async def end_follow_ups(unit: UnitOfWork, owner_id: UUID, member_id: UUID) -> None:
    """Delete what a former member would still be sent about the owner; their membership is locked."""
    await unit.session.execute(
        delete(FollowUp)
        .where(access.owned_by(FollowUp, member_id), access.follow_ups_about(owner_id))
        .execution_options(synchronize_session=False)
    )


async def _lock_membership(unit: UnitOfWork, follow_up_id: UUID) -> Any | None:  # noqa: ANN401 (a row)
    """Lock the membership behind a helper's follow-up, which comes before the row; None when there is none (any more)."""
    rows = await unit.session.execute(
        select(Membership.id, Membership.muted_until)
        .join(FollowUp, (FollowUp.about_id == Membership.owner_id) & (FollowUp.person_id == Membership.member_id))
        .where(FollowUp.id == follow_up_id, access.CONFIRMED)
        .with_for_update(read=True, key_share=True, of=Membership)
    )
    return rows.one_or_none()


async def _load_addressee(
    unit: UnitOfWork,
    follow_up: FollowUp,
    membership: Any | None,  # noqa: ANN401 (a row)
) -> _FollowedUp:
    row = (
        await unit.session.execute(
            select(
                Person.time_zone,
                Person.hours,
                Person.away_until,
                Rhythm.follow_ups,
                Rhythm.paused_until,
                _OwnersRhythm.follow_ups.label("owner_agrees"),
            )
            .select_from(FollowUp)
            .join(Person, Person.id == FollowUp.person_id)
            .outerjoin(Rhythm, Rhythm.person_id == FollowUp.person_id)
            .outerjoin(_OwnersRhythm, _OwnersRhythm.person_id == FollowUp.about_id)
            .where(FollowUp.id == follow_up.id)
        )
    ).one()
    as_helper = follow_up.kind == FollowUpKind.HELPER
    over = row.follow_ups is False or row.owner_agrees is False or (as_helper and membership is None)
    silent_until = hours.silent_until(
        row.paused_until, row.away_until if as_helper else None, membership.muted_until if membership else None
    )
    return _FollowedUp(
        time_zone=row.time_zone,
        hours=row.hours,
        wanted=not over and not await _in_touch_since(unit, follow_up),
        silent=silent_until is not None and silent_until > unit.now,
    )


async def _in_touch_since(unit: UnitOfWork, follow_up: FollowUp) -> bool:
    """Return whether the two were in touch since the reach-out ended (its thanks do not count), or who was alone asked again."""
    if follow_up.about_id is None:
        later = select(ReachOut.id).where(
            access.owned_by(ReachOut, follow_up.person_id), ReachOut.created_at > follow_up.closed_at
        )
        return (await unit.session.execute(later.limit(1))).first() is not None
    thanks = and_(
        access.reach_ins_from(follow_up.about_id, follow_up.person_id), access.reach_in_about(follow_up.reach_out_id)
    )
    return await connections.were_in_touch(
        unit, follow_up.person_id, follow_up.about_id, follow_up.closed_at, apart_from=thanks
    )


async def _has_room(unit: UnitOfWork, person_id: UUID, time_zone: str) -> bool:
    """Return whether this person may get one more follow-up today."""
    zone = zone_of(time_zone)
    today = moment_on(local_date(unit.now, zone), "00:00", zone)
    sent = select(func.count()).where(
        access.owned_by(Notice, person_id), Notice.kind == NoticeKind.FOLLOW_UP, Notice.created_at >= today
    )
    return (await unit.session.execute(sent)).scalar_one() < MAX_FOLLOW_UPS_A_DAY


async def _send(unit: UnitOfWork, follow_up: FollowUp) -> None:
    draft = NoticeDraft(
        follow_up.person_id,
        NoticeKind.FOLLOW_UP,
        unit.new_id(),
        follow_up.about_id,
        # With it the notice leaves the inbox of a member who leaves, and its push is checked against mutes.
        reach_out_id=follow_up.reach_out_id if follow_up.about_id is not None else None,
    )
    await create_notices(unit, [draft])
