"""Answers and being together: who is there, what that does to the reach-out, and what happens when they fall away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from core.telemetry import ANSWERS
from core.unit_of_work import UnitOfWork
from models import Answer, ReachOut, Recipient
from models.enums import AnswerKind, NoticeKind, ReachOutState
from rules import access, idempotency
from rules.access import Caller
from rules.errors import Closed, NobodyAnswered, NotFound, NotYours
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out import advance
from rules.reach_out.messages import write
from rules.reach_out.progress import (
    ANSWER_PAUSE,
    after_losing_an_answer,
    follows,
    held_seconds,
    held_until,
    stands,
    word,
)

NO_DELAY = timedelta()
TALKING_COOLDOWN = timedelta(seconds=30)
"""Between two alarms, or two announcements, that one person's to and fro can set off; the first of each is at once."""
SAME_ANSWER_WINDOW = ANSWER_PAUSE / 2
"""A recipient who says again that they are talking, this soon, has said it: the person is not asked once more."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it was written down."""

    id: UUID
    kind: str
    minutes: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What a recipient says: the kind, the minutes of `soon`, and words for the person if they like."""

    kind: AnswerKind
    minutes: int | None = None
    text: str | None = None


async def answer(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, said: Reply, asked: RequestFingerprint | None
) -> Answered:
    """Say what a recipient can do. Raises NotFound, NotYours (one's own reach-out), Closed, KeyReused."""

    async def create() -> UUID:
        seen = await access.reach_out(unit, who, reach_out_id, lock=True)
        if seen.told is None:
            raise NotYours
        if seen.reach_out.closed_at is not None:
            raise Closed
        told = await recipients(unit, reach_out_id)
        mine = next(row for row in told if row.person_id == who.person_id)
        made = await _record(unit, seen.reach_out, told, mine, said)
        if said.text is not None and who.vault.good:
            await write(unit, who, seen.reach_out, said.text)
        return made

    # Also before a retry is handed what it made: whoever is outside meanwhile sees nothing of it.
    await access.reach_out(unit, who, reach_out_id)
    made_id, new = await idempotency.run_once(unit, asked, who.person_id, create)
    if new:
        ANSWERS.labels(str(said.kind)).inc()
    found = await unit.session.get_one(Answer, made_id)
    return Answered(found.id, found.kind, found.minutes, found.created_at)


async def together(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, person_id: UUID | None, asked: RequestFingerprint | None
) -> None:
    """Say that they are talking. The person's own word makes it so; a recipient's asks the person.

    The person may name with whom; it is the latest answer otherwise. Raises NotFound (also for a person who was not
    told), Closed, NobodyAnswered, KeyReused.
    """

    async def say() -> UUID:
        seen = await access.reach_out(unit, who, reach_out_id, lock=True)
        found = seen.reach_out
        if found.closed_at is not None:
            raise Closed
        told = await recipients(unit, reach_out_id)
        if seen.mine:
            await _together(unit, found, told, _with_whom(told, person_id))
        else:
            await _talking(unit, found, told, _with_whom(told, who.person_id))
        await advance.settle(unit, found)
        refresh(unit, found, told)
        return reach_out_id

    # Also before a retry is told that it is done: whoever is outside meanwhile sees nothing of it.
    await access.reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, asked, who.person_id, say)


async def _together(unit: UnitOfWork, found: ReachOut, told: Sequence[Recipient], with_whom: Recipient) -> None:
    if not stands(with_whom):
        # They found each other without an answer being pressed; the others still learn that somebody is there.
        await _record(unit, found, told, with_whom, Reply(AnswerKind.CALLING))
    found.state, found.together_with = str(ReachOutState.TOGETHER), with_whom.person_id
    found.paused_until = found.ask_at = found.next_rung_at = None


async def _talking(unit: UnitOfWork, found: ReachOut, told: Sequence[Recipient], mine: Recipient) -> None:
    """A recipient's word holds the ladder as an answer does, and asks the person; it makes nothing so by itself.

    Said again within five minutes it is the same word.
    """
    since = _since(found, unit.now)
    if (
        stands(mine)
        and mine.talking_at is not None
        and mine.talking_at >= since
        and unit.now - mine.talking_at < SAME_ANSWER_WINDOW
    ):
        return
    if not stands(mine) or found.state == ReachOutState.WAITING:
        await _record(unit, found, told, mine, Reply(AnswerKind.CALLING))
    if found.state == ReachOutState.TOGETHER:
        return
    mine.held_seconds = held_seconds(mine, since, unit.now)
    mine.talking_at = unit.now
    _hold(found, told, unit.now)
    await unit.session.flush()
    asking = NoticeDraft(found.person_id, NoticeKind.ARE_YOU_TALKING, unit.new_id(), mine.person_id, found.id)
    await create_notices(unit, [asking])


def _with_whom(told: Sequence[Recipient], person_id: UUID | None) -> Recipient:
    if person_id is not None:
        named = next((row for row in told if row.person_id == person_id), None)
        if named is None:
            raise NotFound
        return named
    answered = [row for row in told if stands(row)]
    if not answered:
        raise NobodyAnswered
    return max(answered, key=_last_word_at)


def _last_word_at(row: Recipient) -> datetime:
    words = [at for at in (row.answered_at, row.talking_at) if at is not None]
    return max(words, default=row.told_at or datetime.min.replace(tzinfo=UTC))


async def recipients(unit: UnitOfWork, reach_out_id: UUID) -> Sequence[Recipient]:
    """The recipients who were told and are still there."""
    found = await unit.session.execute(
        select(Recipient).where(
            Recipient.reach_out_id == reach_out_id, Recipient.told_at.is_not(None), Recipient.gone_at.is_(None)
        )
    )
    return found.scalars().all()


async def _record(unit: UnitOfWork, found: ReachOut, told: Sequence[Recipient], mine: Recipient, said: Reply) -> UUID:
    """Write an answer down and let it change the reach-out, which is locked."""
    kind, minutes = said.kind, said.minutes
    stood = stands(mine)
    promised, announced = await _earlier(unit, found.id, mine.person_id)
    made = Answer(
        id=unit.new_id(),
        reach_out_id=found.id,
        person_id=mine.person_id,
        kind=str(kind),
        minutes=minutes,
        created_at=unit.now,
    )
    unit.session.add(made)
    running = word(mine)
    mine.held_seconds = held_seconds(mine, _since(found, unit.now), unit.now)
    mine.answer, mine.answered_at, mine.minutes, mine.talking_at = str(kind), unit.now, minutes, None
    mine.seen_at = mine.seen_at or unit.now
    if kind is AnswerKind.CANNOT:
        await lose(unit, found, told, TALKING_COOLDOWN if promised > 1 else NO_DELAY, running[1] if running else None)
    else:
        waited = found.state == ReachOutState.WAITING
        if found.state != ReachOutState.TOGETHER:
            _hold(found, told, unit.now)
        # Of somebody who holds nothing any more the others are not told that they are with the person.
        first = waited and found.state != ReachOutState.WAITING
        # Somebody who had answered before says so anew to a person who is waiting again.
        hearers = [(found.person_id, True)] if first or not stood else []
        if first:
            hearers += [(row.person_id, follows(row)) for row in told if row is not mine]
        await unit.session.flush()
        await create_notices(
            unit,
            [
                NoticeDraft(hearer, NoticeKind.ANSWERED, made.id, mine.person_id, found.id, push=push and not announced)
                for hearer, push in hearers
                if not await access.blocked(unit.session, hearer, mine.person_id)
            ],
        )
    await advance.settle(unit, found)
    refresh(unit, found, told)
    return made.id


def _since(found: ReachOut, now: datetime) -> datetime:
    """When the person last asked. The machine that wrote it down may be a moment ahead of this one."""
    return min(found.asked_at or found.pushed_at, now)


def _hold(found: ReachOut, told: Sequence[Recipient], now: datetime) -> None:
    """Hold the ladder for as long as the answers that stand ask for; half way through, both are asked how it goes.

    Nothing changes when none of them holds it any longer.
    """
    until = held_until(told, _since(found, now))
    if until is None or until <= now:
        return
    found.state, found.next_rung_at = str(ReachOutState.ANSWERED), None
    if until != found.paused_until:
        found.paused_until = until
        found.ask_at = now + (until - now) / 2


async def _earlier(unit: UnitOfWork, reach_out_id: UUID, person_id: UUID) -> tuple[int, bool]:
    """How often this person has said before that they are there, and whether the others were told of it just now."""
    said = (
        await unit.session.execute(
            select(Answer.created_at).where(
                Answer.reach_out_id == reach_out_id,
                Answer.person_id == person_id,
                Answer.kind != AnswerKind.CANNOT,
            )
        )
    ).scalars()
    moments = list(said)
    return len(moments), any(unit.now - moment < TALKING_COOLDOWN for moment in moments)


async def lose(
    unit: UnitOfWork,
    found: ReachOut,
    told: Sequence[Recipient],
    patience: timedelta = NO_DELAY,
    word_until: datetime | None = None,
) -> None:
    """Look again who is there once somebody has taken their answer back, said that they can't, or is gone.

    With nobody there the next rung is due after `patience`. `word_until`: until when their word would have run.
    """
    state = after_losing_an_answer(
        ReachOutState(found.state), told, found.together_with, _since(found, unit.now), unit.now
    )
    if state is ReachOutState.WAITING and state != found.state:
        advance.wait_again(found, unit.now + patience)
        await advance.advance(unit, found)
    else:
        found.state = str(state)
        if state is ReachOutState.ANSWERED:
            _hold(found, told, unit.now)
        if state is ReachOutState.WAITING and word_until is not None and found.next_rung_at == word_until:
            # The ladder that went on beside their word waited for its end.
            found.next_rung_at = unit.now + patience
            await advance.advance(unit, found)
        await advance.skip_if_unreachable(unit, found)
        await advance.settle(unit, found)
    refresh(unit, found, told)


def refresh(unit: UnitOfWork, found: ReachOut, told: Sequence[Recipient]) -> None:
    """Let every open screen of this reach-out look again."""
    for person_id in [found.person_id, *(row.person_id for row in told)]:
        unit.publish(person_id, "reach_out", found.id)
