"""What people say in an open reach-out: a recipient's answer, and the word of either side that they are talking."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.telemetry import ANSWERS, TIME_TO_HUMAN
from core.unit_of_work import UnitOfWork
from models import Answer
from models.enums import AnswerKind
from rules import access, idempotency
from rules.access import Caller
from rules.errors import Invalid, NobodyAnswered, NotFound, NotYours, ReachOutClosed
from rules.idempotency import RequestFingerprint
from rules.practice.proof import record_push_proof
from rules.reach_out import state, store
from rules.reach_out.machine import decide
from rules.reach_out.messages import write_message
from rules.reach_out.progress import MAX_CALM_MINUTES
from rules.reach_out.state import AnswerGiven, Participant, Snapshot, Talking, TalkingConfirmed


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A stored answer."""

    id: UUID
    kind: str
    minutes: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """A recipient's answer: its kind, the minutes of `soon`, and optional words to the person."""

    kind: AnswerKind
    minutes: int | None = None
    text: str | None = None


async def give_answer(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, reply: Reply, fingerprint: RequestFingerprint | None
) -> AnswerView:
    """Store a recipient's answer.

    Raises NotFound, NotYours (for the person's own reach-out), Closed, KeyReused, and Invalid for minutes that are too many
    for a calm ask; a press cuts them, because an answer to it is never refused for them.
    """
    waited: timedelta | None = None

    async def create() -> UUID:
        nonlocal waited
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if snapshot.person_id == who.person_id:
            raise NotYours
        if isinstance(snapshot.stage, state.Closed):
            raise ReachOutClosed
        if snapshot.calm and (reply.minutes or 0) > MAX_CALM_MINUTES:
            raise Invalid(extra={"errors": [{"at": "body.minutes", "says": f"must be at most {MAX_CALM_MINUTES}"}]})
        pressed = not snapshot.calm and reply.kind is not AnswerKind.CANNOT
        if pressed and not any(each.stands for each in snapshot.told):
            waited = unit.now - snapshot.began_at
        change = decide(snapshot, AnswerGiven(who.person_id, reply.kind, reply.minutes), unit.now)
        answer_id = await store.save(unit, snapshot, change)
        if answer_id is None:
            raise NotFound
        if reply.text is not None and who.vault.has_key:
            await write_message(unit, who, change.after, reply.text)
        await record_push_proof(unit, who.person_id)
        return answer_id

    # Checked before a retry gets its earlier result as well: whoever has left meanwhile sees nothing of it.
    await access.load_visible_reach_out(unit, who, reach_out_id)
    answer_id, new = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    if new:
        ANSWERS.labels(str(reply.kind)).inc()
        if waited is not None:
            TIME_TO_HUMAN.observe(max(waited.total_seconds(), 0.0))
    row = await unit.session.get_one(Answer, answer_id)
    return AnswerView(row.id, row.kind, row.minutes, row.created_at)


async def confirm_together(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, person_id: UUID | None, fingerprint: RequestFingerprint | None
) -> None:
    """Record that they are talking. The person's own word settles it; a recipient's asks the person to confirm.

    The person may name whom they are talking with; the default is whoever spoke last. Raises NotFound (also for somebody
    who was not told), Closed, NobodyAnswered, KeyReused.
    """

    async def record() -> UUID:
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if isinstance(snapshot.stage, state.Closed):
            raise ReachOutClosed
        event: Talking | TalkingConfirmed = Talking(who.person_id)
        if snapshot.person_id == who.person_id:
            event = TalkingConfirmed(_partner(snapshot, person_id).person_id)
        await store.save(unit, snapshot, decide(snapshot, event, unit.now))
        return reach_out_id

    # Checked before a retry succeeds as well: whoever has left meanwhile sees nothing of it.
    await access.load_visible_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, fingerprint, who.person_id, record)


def _partner(snapshot: Snapshot, person_id: UUID | None) -> Participant:
    """Return whom the person is talking with: the one they name, or whoever spoke last."""
    if person_id is not None:
        named = snapshot.participant(person_id)
        if named is None or not named.told:
            raise NotFound
        return named
    answered = [participant for participant in snapshot.told if participant.stands]
    if not answered:
        raise NobodyAnswered
    return max(answered, key=_last_spoken_at)


def _last_spoken_at(participant: Participant) -> datetime:
    words = [at for at in (participant.answered_at, participant.talking_at) if at is not None]
    return max(words, default=participant.told_at or datetime.min.replace(tzinfo=UTC))
