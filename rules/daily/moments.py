"""Gives moments: the notice and push of a chosen time that has come, for many people in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import BindParameter, Integer, Row, bindparam, func, select

from core.types import UtcDateTime
from core.unit_of_work import UnitOfWork
from models import Delivery, Notice, Person, Rhythm
from models.enums import DeliveryState, NoticeKind
from rules import access
from rules.daily.local_time import zone_of
from rules.daily.rhythm import (
    MOMENT_PUSH_GRACE,
    CalendarMoment,
    MomentStep,
    choice_of,
    moment_step,
    moments_of_today,
)
from rules.inbox.notices import NoticeDraft, create_notices, dismiss_notices, mark_notices_read

MOMENTS_TOGETHER: Final = 250
"""Most people whose moments are given in one transaction, and most pushes that may wait while more are given."""
MOMENTS_BESIDE_PRESSES: Final = 20
"""The same while there is time: writing so many keeps a press waiting for some milliseconds."""

_NOW = bindparam("now", type_=UtcDateTime)
_PEOPLE: BindParameter[Sequence[UUID]] = bindparam("people", expanding=True)
_WAITING = select(func.count()).select_from(
    select(Delivery.id)
    .where(Delivery.state == DeliveryState.PENDING, Delivery.due_at <= _NOW, Delivery.lease_until.is_(None))
    .limit(MOMENTS_TOGETHER)
    .subquery()
)
_DUE_PEOPLE = (
    select(Rhythm.person_id)
    .where(Rhythm.next_at <= _NOW)
    .order_by(Rhythm.next_at)
    .limit(bindparam("rows", type_=Integer))
)
_DUE_ROWS = (
    select(Rhythm, Person.time_zone, Notice.created_at)
    .join(Person, Person.id == Rhythm.person_id)
    .outerjoin(Notice, Notice.id == Rhythm.moment_notice_id)
    .where(access.owned_by_any(Rhythm, _PEOPLE), Rhythm.next_at <= _NOW)
    .order_by(Rhythm.person_id)
    .with_for_update(of=Rhythm, skip_locked=True)
    .execution_options(populate_existing=True)
)
_GIVEN = select(Notice.event_id).where(
    access.owned_by_any(Notice, _PEOPLE),
    Notice.kind == NoticeKind.MOMENT,
    Notice.event_id.in_(bindparam("events", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class _Due:
    rhythm: Rhythm
    step: MomentStep


async def list_due_moments(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return the people whose rhythm is due, the most overdue first.

    Nobody while many pushes wait: thousands of moments in one minute must not stand before the pushes of a press.
    """
    waiting = await unit.session.execute(_WAITING, {"now": unit.now})
    if waiting.scalar_one() >= MOMENTS_TOGETHER:
        return []
    return (await unit.session.execute(_DUE_PEOPLE, {"now": unit.now, "rows": limit})).scalars().all()


async def give_moment_if_due(unit: UnitOfWork, person_id: UUID) -> bool:
    """Do what is due for one person; return False when another process holds their rhythm or has done it."""
    return await give_moments(unit, [person_id]) > 0


async def give_moments(unit: UnitOfWork, people: Sequence[UUID]) -> int:
    """Lock these people's rhythms and do what is due; return for how many. Those that another process holds are skipped."""
    rows = await unit.session.execute(_DUE_ROWS, {"people": people, "now": unit.now})
    due = await _decide(unit, rows.all())
    gone = [row.rhythm.moment_notice_id for row in due if row.step.notice_goes and row.rhythm.moment_notice_id]
    if gone:
        await dismiss_notices(unit, Notice.id.in_(gone))
    given = await _give(unit, due)
    for row in due:
        row.rhythm.next_at = row.step.next_at
        notice_id = given.get(row.rhythm.person_id)
        if notice_id is not None or row.step.notice_goes:
            row.rhythm.moment_notice_id = notice_id
    await unit.session.flush()
    return len(due)


async def mark_moment_read(unit: UnitOfWork, person_id: UUID) -> None:
    """Mark the notice of a moment as read: the person has done what it reminded them of."""
    await mark_notices_read(
        unit, access.owned_by(Notice, person_id), Notice.kind == NoticeKind.MOMENT, Notice.dismissed_at.is_(None)
    )


async def _decide(unit: UnitOfWork, rows: Sequence[Row[Rhythm, str, datetime]]) -> Sequence[_Due]:
    """Return what each of these rows does. What has come on its date before, in whichever zone, does not come again."""
    come = {
        rhythm.person_id: moments_of_today(choice_of(rhythm), zone_of(time_zone), rhythm.next_at or unit.now, unit.now)
        for rhythm, time_zone, _ in rows
    }
    given = await _load_given(unit, come)
    due = []
    for rhythm, time_zone, notice_at in rows:
        new = (row for row in come[rhythm.person_id] if moment_event_id(rhythm.person_id, row) not in given)
        step = moment_step(choice_of(rhythm), zone_of(time_zone), next(new, None), notice_at, unit.now)
        due.append(_Due(rhythm, step))
    return due


async def _load_given(unit: UnitOfWork, come: Mapping[UUID, Sequence[CalendarMoment]]) -> set[UUID]:
    """Return the events of those of these moments that have had their notice."""
    events = [moment_event_id(person_id, moment) for person_id, moments in come.items() for moment in moments]
    if not events:
        return set()
    given = await unit.session.execute(_GIVEN, {"people": list(come), "events": events})
    return set(given.scalars())


async def _give(unit: UnitOfWork, due: Sequence[_Due]) -> Mapping[UUID, UUID]:
    """Write the notices of moments that have come, with their pushes; return each person's notice."""
    drafts = [
        NoticeDraft(
            row.rhythm.person_id,
            NoticeKind.MOMENT,
            moment_event_id(row.rhythm.person_id, moment),
            None,
            push=unit.now - moment.instant <= MOMENT_PUSH_GRACE,
        )
        for row in due
        if (moment := row.step.moment) is not None
    ]
    if not drafts:
        return {}
    # A few are sent at once, without being claimed. Many are left to whichever worker has room, so that none stands before a press.
    return await create_notices(unit, drafts, leased=len(drafts) <= MOMENTS_BESIDE_PRESSES)


def moment_event_id(person_id: UUID, moment: CalendarMoment) -> UUID:
    """Return the event of a moment: its date and time, which stand in an inbox only once, wherever the person is."""
    return uuid5(person_id, f"{moment.day.isoformat()} {moment.at}")
