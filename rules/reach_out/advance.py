"""One turn of an open reach-out: whatever its clocks say is due, in one transaction that any worker can make."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import or_, select

from core.unit_of_work import UnitOfWork
from models import ReachOut
from models.enums import NoticeKind, Outcome, ReachOutState
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox.enqueue import enqueue
from rules.reach_out import closing, crowd, ladder
from rules.reach_out.crowd import Present
from rules.reach_out.ladder import REACH_OUT_LIFETIME, RUNG_EVERYBODY, RUNG_UNANSWERED, Move
from rules.reach_out.progress import stands


async def due(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Open reach-outs with a clock that has come, the most overdue first."""
    found = await unit.session.execute(
        select(ReachOut.id)
        .where(ReachOut.closed_at.is_(None), or_(ReachOut.due_at.is_(None), ReachOut.due_at <= unit.now))
        .order_by(ReachOut.due_at)
        .limit(limit)
    )
    return found.scalars().all()


async def advance_if_due(unit: UnitOfWork, reach_out_id: UUID) -> bool:
    """Lock one reach-out and do what is due; False when somebody else holds it or has done it already."""
    found = (
        await unit.session.execute(
            select(ReachOut)
            .where(
                ReachOut.id == reach_out_id,
                ReachOut.closed_at.is_(None),
                or_(ReachOut.due_at.is_(None), ReachOut.due_at <= unit.now),
            )
            .with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()
    if found is None:
        return False
    await advance(unit, found)
    return True


async def advance(unit: UnitOfWork, found: ReachOut) -> None:
    """Do everything that is due of a locked, open reach-out, and set its next clock."""
    if unit.now >= found.created_at + REACH_OUT_LIFETIME:
        await closing.finish(unit, found, Outcome.EXPIRED, NoticeKind.ENDED)
        return
    if found.state == ReachOutState.WAITING and found.next_rung_at is None and found.rung < ladder.LAST_RUNG:
        # An older release, or a fault, left it without its clock.
        found.next_rung_at = ladder.due_after(found.ladder, found.rung, found.pushed_at)
    if found.state == ReachOutState.ANSWERED:
        if found.paused_until is None or found.paused_until <= unit.now:
            wait_again(found, unit.now)
        elif found.ask_at is not None and found.ask_at <= unit.now:
            found.ask_at = None
            await _ask(unit, found)
    if found.state == ReachOutState.WAITING and found.next_rung_at is not None and found.next_rung_at <= unit.now:
        await _move(unit, found)
    await _wake(unit, found)
    await settle(unit, found)


async def _wake(unit: UnitOfWork, found: ReachOut) -> None:
    """Push those who were told in their inbox alone and may be pushed by now: their hours have begun, a mute is over.

    From rung 2 on with their channels, as the rungs that have passed would have.
    """
    if found.state != ReachOutState.WAITING:
        return
    await unit.session.flush()
    hears_at = await crowd.next_hears_at(unit, found)
    if hears_at is None or hears_at > unit.now:
        return
    awake = [
        one
        for one in await crowd.read(unit, found)
        if one.row.quiet_at is not None and one.standing.told and one.row.answer is None and one.standing.available
    ]
    found.round += 1
    await push(unit, found, awake)
    if found.rung >= RUNG_EVERYBODY:
        await call(unit, found, awake)
    for one in awake:
        if not one.heard_of:
            one.row.unreachable_at = unit.now
    unit.publish(found.person_id, "reach_out", found.id)


async def skip_if_unreachable(unit: UnitOfWork, found: ReachOut) -> None:
    """Do not wait for people who cannot hear: when nobody told so far can, the next rung is due at once."""
    await _wake(unit, found)
    if found.state != ReachOutState.WAITING or found.next_rung_at is None or found.rung >= RUNG_UNANSWERED:
        return
    await unit.session.flush()
    if ladder.nobody_reachable(found.rung, [one.standing for one in await crowd.read(unit, found)]):
        found.next_rung_at = unit.now
        await advance(unit, found)


async def skip_if_unreachable_all(unit: UnitOfWork, ids: Sequence[UUID]) -> None:
    """`hurry` for each of these that is still open, locked in the order of their ids."""
    if not ids:
        return
    rows = await unit.session.execute(
        select(ReachOut)
        .where(ReachOut.id.in_(ids), ReachOut.closed_at.is_(None))
        .order_by(ReachOut.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for found in rows.scalars().all():
        await skip_if_unreachable(unit, found)
        # When who sleeps will hear may have changed as well.
        await settle(unit, found)


def wait_again(found: ReachOut, at: datetime) -> None:
    """Nobody is there after all: the next rung is due at this moment, the later ones keep their distances."""
    found.state = str(ReachOutState.WAITING)
    found.paused_until = found.ask_at = None
    if found.rung >= RUNG_UNANSWERED:
        # The last the person heard is that somebody answered: the truth is told anew.
        found.unanswered_at = None
    # Past the last repetition there is one more, or this moment would pass in silence.
    found.rung = min(found.rung, ladder.LAST_RUNG - 1)
    found.next_rung_at = at


async def settle(unit: UnitOfWork, found: ReachOut) -> None:
    """Set the clock by which somebody has to look at this reach-out again, and flush.

    A clock that its state does not have is stopped, whoever left it running: it would be due for ever.
    """
    if found.state != ReachOutState.WAITING:
        found.next_rung_at = None
    if found.state != ReachOutState.ANSWERED:
        found.paused_until = found.ask_at = None
    if found.state != ReachOutState.TOGETHER:
        found.together_with = None
    await unit.session.flush()
    if found.closed_at is not None:
        found.due_at = None
    else:
        waiting = found.state == ReachOutState.WAITING
        found.due_at = ladder.timer(
            created_at=found.created_at,
            next_rung_at=found.next_rung_at,
            ask_at=found.ask_at,
            paused_until=found.paused_until,
            hears_at=await crowd.next_hears_at(unit, found) if waiting else None,
        )
    await unit.session.flush()


async def _move(unit: UnitOfWork, found: ReachOut) -> None:
    present = await crowd.read(unit, found)
    standings = [one.standing for one in present]
    move = ladder.next_move(found.ladder, found.rung, standings, unit.now)
    if move.rung > RUNG_UNANSWERED and found.unanswered_at is None:
        running = ladder.words_until(standings)
        if running is not None:
            # What is owed is the word that nobody is there, and somebody still may be.
            found.next_rung_at = running
            return
        move = replace(move, truth=True)
    await apply(unit, found, present, move)


async def apply(unit: UnitOfWork, found: ReachOut, present: Sequence[Present], move: Move) -> None:
    """Write a move down: notices and deliveries of those told, a further round, channels, the truth."""
    by_id = {one.row.person_id: one for one in present}
    found.rung, found.next_rung_at = move.rung, move.next_at
    if move.again or move.channels:
        # A channel has one delivery a round, so those without a phone need a further one as well.
        found.round += 1
    if move.again:
        found.pushed_at = unit.now
    if move.truth:
        found.unanswered_at = unit.now
    notices = await _tell_first(unit, found, [by_id[person_id] for person_id in move.tell], truth=move.truth)
    await push(unit, found, [by_id[person_id] for person_id in move.again])
    await call(unit, found, [by_id[person_id] for person_id in move.channels], notices)
    for one in present:
        if one.standing.told and not one.heard_of and one.row.quiet_at is None and one.row.unreachable_at is None:
            # They were told while something reached them. It does not any more, and nobody is to wait for them.
            one.row.unreachable_at = unit.now
    for person_id in [found.person_id, *(one.row.person_id for one in present if one.row.told_at)]:
        unit.publish(person_id, "reach_out", found.id)


async def push(unit: UnitOfWork, found: ReachOut, people: Sequence[Present]) -> None:
    """Push these recipients once more, in the round that the reach-out stands in."""
    addresses: list[tuple[UUID, UUID]] = []
    for one in people:
        one.row.quiet_at = None
        one.row.unreachable_at = None if one.heard_of else one.row.unreachable_at or unit.now
        if one.notice_id is not None:
            addresses += [(one.notice_id, device) for device in one.devices]
    await unit.session.flush()
    await enqueue(unit, found.round, devices=addresses)


async def call(
    unit: UnitOfWork, found: ReachOut, people: Sequence[Present], new: Mapping[UUID, UUID] = MappingProxyType({})
) -> None:
    """Try these recipients by their channels, in the round that the reach-out stands in. `new`: notices just made."""
    addresses = [
        (notice_id, channel)
        for one in people
        if (notice_id := one.notice_id or new.get(one.row.person_id)) is not None
        for channel in one.channels
    ]
    await enqueue(unit, found.round, channels=addresses)


async def _tell_first(unit: UnitOfWork, found: ReachOut, people: Sequence[Present], *, truth: bool) -> dict[UUID, UUID]:
    for one in people:
        mark_told(unit, one)
    await unit.session.flush()
    tellings = [
        NoticeDraft(
            one.row.person_id,
            NoticeKind.REACH_OUT,
            found.id,
            found.person_id,
            found.id,
            push=one.standing.available,
        )
        for one in people
    ]
    if truth:
        tellings.append(NoticeDraft(found.person_id, NoticeKind.UNANSWERED, unit.new_id(), None, found.id))
    return await create_notices(unit, tellings)


def mark_told(unit: UnitOfWork, one: Present) -> None:
    """From now on this recipient sees the reach-out."""
    one.row.told_at = unit.now
    one.row.quiet_at = None if one.standing.available else unit.now
    one.row.unreachable_at = None if one.heard_of else unit.now


async def _ask(unit: UnitOfWork, found: ReachOut) -> None:
    """Ask both sides whether they are talking."""
    present = await crowd.read(unit, found)
    event = unit.new_id()
    people = [found.person_id, *(one.row.person_id for one in present if stands(one.row))]
    await create_notices(
        unit, [NoticeDraft(person_id, NoticeKind.ARE_YOU_TALKING, event, None, found.id) for person_id in people]
    )
