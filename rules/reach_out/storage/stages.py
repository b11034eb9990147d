"""How a stage is stored: its clocks as columns of the reach-out's row, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from models.enums import Outcome, ReachOutState
from rules.reach_out import ladder
from rules.reach_out.calm.decisions import QUIET_AFTER
from rules.reach_out.state import Answered, Calm, Closed, Snapshot, Stage, Together, Waiting


def reach_out_columns(snapshot: Snapshot) -> dict[str, Any]:
    """Return the state columns of a reach-out; clocks that its stage does not have are null."""
    stage = snapshot.stage
    return {
        "state": str(_state(snapshot)),
        "calm": snapshot.calm,
        "raised_at": snapshot.raised_at,
        "need": None,
        "sealed_need": snapshot.sealed_need,
        "rung": snapshot.rung,
        "round": snapshot.round,
        "pushed_at": snapshot.pushed_at,
        "asked_at": snapshot.asked_at,
        "unanswered_at": snapshot.unanswered_at,
        "next_rung_at": stage.next_rung_at if isinstance(stage, Waiting) else None,
        # The end of a calm ask, until which an older release does nothing either.
        "paused_until": _paused_until(stage),
        "ask_at": stage.ask_at if isinstance(stage, Answered) else None,
        "together_with": _together_with(stage),
        "closed_at": stage.closed_at if isinstance(stage, Closed) else None,
        "outcome": str(stage.outcome) if isinstance(stage, Closed) else None,
        "due_at": due_at(snapshot),
    }


def due_at(snapshot: Snapshot) -> datetime | None:
    """Return when a worker must look at it next: its earliest clock or the end of its lifetime; None once closed."""
    clocks = [participant.announce_at for participant in snapshot.told if participant.announce_at is not None]
    match snapshot.stage:
        case Calm(ends_at):
            return min([ends_at, *clocks])
        case Waiting(next_rung_at):
            sleepers = (participant.hears_at for participant in snapshot.participants if participant.sleeps)
            clocks += [at for at in (next_rung_at, *sleepers) if at is not None]
        case Answered(paused_until, ask_at):
            clocks += [paused_until, *([ask_at] if ask_at else [])]
        case Closed():
            return None
    return min([snapshot.began_at + ladder.REACH_OUT_LIFETIME, *clocks])


def stage_of(row: Row[*tuple[Any, ...]]) -> Stage:
    """Return the stage with its clocks; missing clocks (left by an older release or a fault) are filled in."""
    if row.calm and row.closed_at is None:
        return Calm(row.paused_until or row.created_at + QUIET_AFTER, row.together_with)
    match ReachOutState(row.state):
        case ReachOutState.WAITING:
            if row.next_rung_at is None and row.rung < ladder.LAST_RUNG:
                return Waiting(ladder.due_after(row.ladder, row.rung, row.pushed_at))
            return Waiting(row.next_rung_at)
        case ReachOutState.ANSWERED:
            # A missing pause counts as over.
            return Answered(row.paused_until or row.pushed_at, row.ask_at)
        case ReachOutState.TOGETHER:
            return Together(row.together_with)
        case ReachOutState.CLOSED:
            return Closed(Outcome(row.outcome), row.closed_at)


def _paused_until(stage: Stage) -> datetime | None:
    match stage:
        case Answered(until) | Calm(until):
            return until
    return None


def _together_with(stage: Stage) -> UUID | None:
    match stage:
        case Together(person_id) | Calm(_, person_id):
            return person_id
    return None


def _state(snapshot: Snapshot) -> ReachOutState:
    match snapshot.stage:
        case Calm(_, partner) if partner is not None:
            return ReachOutState.TOGETHER
        case Calm():
            return ReachOutState.ANSWERED if snapshot.is_there(None) else ReachOutState.WAITING
        case Waiting():
            return ReachOutState.WAITING
        case Answered():
            return ReachOutState.ANSWERED
        case Together():
            return ReachOutState.TOGETHER
        case Closed():
            return ReachOutState.CLOSED
