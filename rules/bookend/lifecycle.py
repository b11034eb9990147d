"""Bookends: somebody says before a risky time when they will be back, and who stands by. The decision, then its use-cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Bookend, Notice
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.bookend import companion as standing_by
from rules.errors import BookendOver, CompanionUnknown, Invalid, TooManyBookends
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices, live_devices, withdraw
from rules.outbox.enqueue import enqueue

NUDGE_INTERVAL = timedelta(minutes=10)
"""How long after the due time the person is nudged a second time."""
COMPANION_TOLD_AFTER = timedelta(minutes=20)
"""How long after it the companion is told."""
MAX_AHEAD = timedelta(days=7)
"""How far ahead a bookend may lie."""
MAX_BOOKENDS = 20
"""Bookends that one person may have ahead of them."""


class State(StrEnum):
    """Derived, never stored. MISSED: the 20 minutes are over and nobody has checked in."""

    PLANNED = "planned"
    DUE = "due"
    MISSED = "missed"
    CHECKED_IN = "checked_in"


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn of a bookend does. `nudges`: how many there have been then; `next_at`: when to look again."""

    nudge: bool
    tell: bool
    nudges: int
    next_at: datetime | None


def next_step(due_at: datetime, nudges: int, now: datetime) -> Step:
    """What is due at `now`: a nudge at the due time, another after 10 minutes, the companion after 20.

    What an outage has held up is made up for in one step, and the companion is never told later for it; but nobody is
    told of somebody who has not been nudged at all.
    """
    late = now - due_at
    if late < timedelta(0):
        return Step(nudge=False, tell=False, nudges=nudges, next_at=due_at)
    if late >= COMPANION_TOLD_AFTER:
        return Step(nudge=nudges == 0, tell=True, nudges=max(nudges, 1), next_at=None)
    wanted = 2 if late >= NUDGE_INTERVAL else 1
    return Step(
        nudge=nudges < wanted,
        tell=False,
        nudges=max(nudges, wanted),
        next_at=due_at + (COMPANION_TOLD_AFTER if wanted == 2 else NUDGE_INTERVAL),
    )


def state(due_at: datetime, next_at: datetime | None, checked_in_at: datetime | None, now: datetime) -> State:
    """Where a bookend stands at `now`."""
    if checked_in_at is not None:
        return State.CHECKED_IN
    if next_at is None:
        return State.MISSED
    return State.DUE if due_at <= now else State.PLANNED


async def plan(
    unit: UnitOfWork, who: Caller, what: str | None, due_at: datetime, companion: UUID, asked: RequestFingerprint | None
) -> UUID:
    """Plan a bookend; gives its id. The companion learns that they stand by, and until when; what for, once it is missed.

    `companion` is the id of an active membership in the caller's circle, `due_at` lies ahead and within 7 days.
    Raises Invalid, CompanionUnknown, TooManyBookends, KeyReused.
    """

    async def create() -> UUID:
        _ahead(due_at, unit.now)
        await access.lock_person(unit, who)
        ahead = select(func.count()).where(access.mine(Bookend, who), Bookend.next_at.is_not(None))
        if (await unit.session.execute(ahead)).scalar_one() >= MAX_BOOKENDS:
            raise TooManyBookends
        member = await access.active_member(unit, who, companion)
        if member is None:
            raise CompanionUnknown
        made = Bookend(
            id=unit.new_id(),
            person_id=who.person_id,
            membership_id=member.id,
            companion_id=member.member_id,
            due_at=due_at,
            created_at=unit.now,
            nudges=0,
            next_at=due_at,
        )
        made.what = who.vault.seal("bookends.what", made.id, what)
        unit.session.add(made)
        await unit.session.flush()
        await standing_by.ask_companion(unit, made)
        _news(unit, made)
        return made.id

    made_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return made_id


async def check_in(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Say "I'm back". A companion who was told gets the all-clear. Repeated it changes nothing.

    Raises NotFound, NotYours.
    """
    found = await access.own_bookend(unit, who, bookend_id)
    if found.checked_in_at is not None:
        return
    found.checked_in_at, found.next_at = unit.now, None
    await unit.session.flush()
    await _call_off(unit, found)
    # The nudges have done what they were for.
    await unit.session.execute(
        update(Notice)
        .where(*_nudges_of(found), Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    await standing_by.end_companion(unit, found)
    await standing_by.last_word(unit, found, NoticeKind.ALL_CLEAR)
    _news(unit, found)


async def extend(unit: UnitOfWork, who: Caller, bookend_id: UUID, due_at: datetime) -> None:
    """Put the due time at another moment, and start again from there. Repeated it changes nothing.

    Raises NotFound, NotYours, Invalid, BookendOver once it is checked in or the companion was told.
    """
    found = await access.own_bookend(unit, who, bookend_id)
    if found.next_at is None:
        raise BookendOver
    if found.due_at == due_at:
        return
    _ahead(due_at, unit.now)
    found.due_at, found.next_at, found.nudges = due_at, due_at, 0
    await unit.session.flush()
    # That the companion stands by is as true as before.
    await _call_off(unit, found, NoticeKind.STANDING_BY)
    await _take_back_nudges(unit, found)
    _news(unit, found)


async def cancel(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Remove a bookend for good. A companion who was told learns that it ended without an all-clear.

    Raises NotFound, NotYours.
    """
    found = await access.own_bookend(unit, who, bookend_id)
    await _call_off(unit, found)
    await _take_back_nudges(unit, found)
    await standing_by.take_back(unit, found)
    await _end(unit, found)
    _news(unit, found)
    await unit.session.delete(found)
    await unit.session.flush()


async def lock_bookends(unit: UnitOfWork, person_id: UUID) -> None:
    """Lock what this person has planned and where they stand by, before anything that hangs on it is touched."""
    await unit.session.execute(
        select(Bookend.id)
        .where(or_(access.owned_by(Bookend, person_id), access.is_companion(person_id)))
        .order_by(Bookend.id)
        .with_for_update()
    )


async def person_erased(unit: UnitOfWork, person_id: UUID) -> None:
    """End what an account that is being erased leaves open; nobody says that all is well."""
    open_ones = await unit.session.execute(
        select(Bookend).where(access.owned_by(Bookend, person_id)).order_by(Bookend.id).with_for_update()
    )
    for found in open_ones.scalars().all():
        await _end(unit, found)
        _news(unit, found)


async def due_bookends(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Bookends whose clock has come, the most overdue first."""
    found = await unit.session.execute(
        select(Bookend.id).where(Bookend.next_at <= unit.now).order_by(Bookend.next_at).limit(limit)
    )
    return found.scalars().all()


async def advance_if_due(unit: UnitOfWork, bookend_id: UUID) -> bool:
    """Lock one bookend and do what is due; False when somebody else holds it or has done it already."""
    found = (
        await unit.session.execute(
            select(Bookend)
            .where(Bookend.id == bookend_id, Bookend.next_at <= unit.now)
            .with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()
    if found is None:
        return False
    step = next_step(found.due_at, found.nudges, unit.now)
    # Written down in one update: PostgreSQL would look at the membership again for a second one, and wait for a removal
    # that waits for this.
    with unit.session.no_autoflush:
        found.nudges, found.next_at = step.nudges, step.next_at
        if step.nudge:
            await _nudge(unit, found)
        if step.tell and not await standing_by.tell_companion(unit, found):
            # Nobody stands by any more, or nothing reaches them now: the person is told so, with whom they can call.
            truth = NoticeDraft(found.person_id, NoticeKind.UNANSWERED, found.id, None, bookend_id=found.id)
            await create_notices(unit, [truth])
    _news(unit, found)
    await unit.session.flush()
    return True


async def _nudge(unit: UnitOfWork, found: Bookend) -> None:
    """Nudge the person: the first time with a notice, the second time by a further push of it."""
    nudge = select(Notice.id).where(*_nudges_of(found), Notice.kind == NoticeKind.BOOKEND_DUE)
    notice_id = (await unit.session.execute(nudge)).scalar()
    if notice_id is None:
        event = unit.new_id()
        await create_notices(
            unit, [NoticeDraft(found.person_id, NoticeKind.BOOKEND_DUE, event, None, bookend_id=found.id)]
        )
        return
    devices = (await live_devices(unit, [found.person_id])).get(found.person_id, [])
    await enqueue(unit, found.nudges, devices=[(notice_id, device) for device in devices])


async def _end(unit: UnitOfWork, found: Bookend) -> None:
    if found.checked_in_at is None:
        await standing_by.last_word(unit, found, NoticeKind.ENDED)


async def _call_off(unit: UnitOfWork, found: Bookend, *but: NoticeKind) -> None:
    """Cancel what is still to be sent about this bookend, to either side, but for these kinds."""
    about = select(Notice.id).where(access.in_inboxes_of(_sides(found)), Notice.bookend_id == found.id)
    await withdraw(unit, about.where(Notice.kind.not_in(but)))


def _sides(found: Bookend) -> list[UUID]:
    return [found.person_id, *([found.companion_id] if found.companion_id else [])]


def _news(unit: UnitOfWork, found: Bookend) -> None:
    """Let both sides look again; whoever may not see it is not reached by it."""
    for person_id in _sides(found):
        unit.publish(person_id, "bookend", found.id)


async def _take_back_nudges(unit: UnitOfWork, found: Bookend) -> None:
    await unit.session.execute(
        update(Notice)
        .where(*_nudges_of(found))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _nudges_of(found: Bookend) -> tuple[ColumnElement[bool], ...]:
    """What stands in the person's own inbox about this bookend."""
    return (
        access.owned_by(Notice, found.person_id),
        Notice.bookend_id == found.id,
        Notice.dismissed_at.is_(None),
    )


def _ahead(due_at: datetime, now: datetime) -> None:
    if not now < due_at <= now + MAX_AHEAD:
        says = "must lie ahead, and within 7 days"
        raise Invalid(extra={"errors": [{"at": "body.due_at", "says": says}]})
