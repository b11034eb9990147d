"""What pressing again does: whom it pushes, who is told as well, and when a ladder that it resumes moves on. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from rules.reach_out import ladder
from rules.reach_out.change import Draft
from rules.reach_out.ladder import RUNG_AGAIN, RUNG_EVERYBODY, RUNG_UNANSWERED, Move
from rules.reach_out.state import Answered, Participant, Snapshot, Together, Waiting

ONE_MICROSECOND = timedelta(microseconds=1)
REPRESS_COOLDOWN = timedelta(seconds=30)
"""A press this soon after the last push pushes nobody again: it is a double tap, or a shaking hand."""


@dataclass(frozen=True, slots=True)
class Repress:
    """`push`: everyone to be pushed in a further round. `channels`: whose channels are tried.

    `takes_up`: a paused ladder is resumed; it then stands on `rung` and moves at `next_rung_at`.
    """

    push: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    same_press: bool
    takes_up: bool
    rung: int
    next_rung_at: datetime | None


def repress(snapshot: Snapshot, now: datetime) -> Repress:
    """Return whom a further press pushes, and what it does to the ladder.

    Within `REPRESS_COOLDOWN` it counts as the same press and pushes nobody. A ladder held by an answer is resumed at any
    time: asking the others as well is never the same press. People who declined, and people whose word that they are there
    still runs, are not asked again. Once the person was told that nobody has answered, the ladder restarts at rung 2, with
    the channels of that rung.
    """
    held, over = isinstance(snapshot.stage, Answered | Together), snapshot.rung >= RUNG_UNANSWERED
    same_press = now - snapshot.pushed_at < REPRESS_COOLDOWN
    push: tuple[UUID, ...] = ()
    channels: tuple[UUID, ...] = ()
    if not same_press:
        push = tuple(participant.person_id for participant in snapshot.told if ladder.pushable(participant, now))
        channels = ladder.without_receipt(snapshot.told, now) if over else ()
    if not held and (same_press or not over):
        return Repress(push, channels, same_press, takes_up=False, rung=snapshot.rung, next_rung_at=None)
    rung = RUNG_EVERYBODY if over else snapshot.rung
    move = ladder.next_move(snapshot.ladder, rung, snapshot.participants, now)
    next_rung_at = due_after_repress(snapshot.ladder, snapshot.rung, move, snapshot.pushed_at, now)
    if move.repush and not over:
        # The rung that is due now pushes them.
        push = ()
    return Repress(push, channels, same_press, takes_up=True, rung=rung, next_rung_at=next_rung_at)


def due_after_repress(
    steps: Sequence[int], rung: int, move: Move, pushed_at: datetime, now: datetime
) -> datetime | None:
    """Return when a ladder resumed from `rung` moves on. `move`: what it would do at once.

    At once, except that a move which pushes people a second time keeps `REPRESS_COOLDOWN` between two pushes. Once the person
    was told that nobody has answered, the press itself does what rung 2 does, and rung 3 keeps its distance.
    """
    calm = max(now, pushed_at + REPRESS_COOLDOWN)
    if rung >= RUNG_UNANSWERED and calm == now:
        return ladder.due_after(steps, RUNG_EVERYBODY, now)
    return calm if move.repush or rung >= RUNG_UNANSWERED else now


def ask_again(draft: Draft, *, spares: bool) -> None:
    """Push those told so far again and resume a ladder that is held."""
    stage, now = draft.snapshot.stage, draft.now
    partner = draft.snapshot.participant(stage.person_id) if isinstance(stage, Together) else None
    if partner is not None:
        # The partner is not alarmed because the others are asked; their words no longer hold the ladder.
        draft.put(replace(partner, talking_at=now - ONE_MICROSECOND))
    before = draft.snapshot
    plan = repress(before, now)
    if plan.takes_up:
        draft.move(stage=Waiting(plan.next_rung_at), rung=plan.rung, unanswered_at=None)
    if plan.takes_up or not plan.same_press:
        draft.move(asked_at=now)
        draft.put(*(replace(participant, held_seconds=None) for participant in before.participants))
    if plan.push or plan.channels:
        draft.move(round=before.round + 1, pushed_at=now)
    draft.repush(plan.push, spares=spares)
    draft.call(plan.channels)


def add(draft: Draft, added: Iterable[Participant]) -> None:
    """Tell people who were not asked yet, would be asked by a later rung, or have left and returned to the circle."""
    told_people = {participant.person_id for participant in draft.snapshot.told}
    late = [participant for participant in added if participant.person_id not in told_people]
    draft.put(*late)
    draft.notify([participant.person_id for participant in late])
    if draft.snapshot.rung >= RUNG_EVERYBODY:
        # The rung that tries channels was carried out without them.
        draft.call(
            [participant.person_id for participant in late if ladder.callable_by_channel(participant, draft.now)]
        )
    if draft.snapshot.rung >= RUNG_AGAIN:
        draft.ring([participant.person_id for participant in late if ladder.callable_by_phone(participant, draft.now)])
