"""Answers and being together: who says what, and whether they may."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.telemetry import ANSWERS
from core.unit_of_work import UnitOfWork
from models import Answer
from models.enums import AnswerKind
from rules import access, idempotency
from rules.access import Caller
from rules.errors import NobodyAnswered, NotFound, NotYours, ReachOutClosed
from rules.idempotency import RequestFingerprint
from rules.reach_out import state, store
from rules.reach_out.events import AnswerGiven, Talking, TalkingConfirmed
from rules.reach_out.machine import decide
from rules.reach_out.messages import write_message
from rules.reach_out.state import Participant, Snapshot


@dataclass(frozen=True, slots=True)
class AnswerView:
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
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, reply: Reply, fingerprint: RequestFingerprint | None
) -> AnswerView:
    """Say what a recipient can do. Raises NotFound, NotYours (one's own reach-out), Closed, KeyReused."""

    async def create() -> UUID:
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if snapshot.person_id == who.person_id:
            raise NotYours
        if isinstance(snapshot.stage, state.Closed):
            raise ReachOutClosed
        change = decide(snapshot, AnswerGiven(who.person_id, reply.kind, reply.minutes), unit.now)
        answer_id = await store.save(unit, snapshot, change)
        if answer_id is None:
            raise NotFound
        if reply.text is not None and who.vault.good:
            await write_message(unit, who, change.after, reply.text)
        return answer_id

    # Also before a retry is handed what it made: whoever is outside meanwhile sees nothing of it.
    await access.load_reach_out(unit, who, reach_out_id)
    answer_id, new = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    if new:
        ANSWERS.labels(str(reply.kind)).inc()
    row = await unit.session.get_one(Answer, answer_id)
    return AnswerView(row.id, row.kind, row.minutes, row.created_at)


async def together(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, person_id: UUID | None, fingerprint: RequestFingerprint | None
) -> None:
    """Say that they are talking. The person's own word makes it so; a recipient's asks the person.

    The person may name with whom; it is the latest answer otherwise. Raises NotFound (also for a person who was not
    told), Closed, NobodyAnswered, KeyReused.
    """

    async def say() -> UUID:
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if isinstance(snapshot.stage, state.Closed):
            raise ReachOutClosed
        event: Talking | TalkingConfirmed = Talking(who.person_id)
        if snapshot.person_id == who.person_id:
            event = TalkingConfirmed(_partner(snapshot, person_id).person_id)
        await store.save(unit, snapshot, decide(snapshot, event, unit.now))
        return reach_out_id

    # Also before a retry is told that it is done: whoever is outside meanwhile sees nothing of it.
    await access.load_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, fingerprint, who.person_id, say)


def _partner(snapshot: Snapshot, person_id: UUID | None) -> Participant:
    """Return with whom the person is talking: whom they name, or who has spoken last."""
    if person_id is not None:
        named = snapshot.participant(person_id)
        if named is None or not named.told:
            raise NotFound
        return named
    answered = [participant for participant in snapshot.told if participant.stands]
    if not answered:
        raise NobodyAnswered
    return max(answered, key=_last_word_at)


def _last_word_at(participant: Participant) -> datetime:
    words = [at for at in (participant.answered_at, participant.talking_at) if at is not None]
    return max(words, default=participant.told_at or datetime.min.replace(tzinfo=UTC))
