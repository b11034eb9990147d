"""What each event does to a calm ask: the cases of `machine` for the stage `Calm`. Pure.

Whoever is free is told once, and nobody is asked twice. Only the person hears of an answer. It ends by itself in quiet, or
becomes a press from rung 1.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out import ladder, state
from rules.reach_out.change import AnswerRecord, Draft
from rules.reach_out.ladder import LAST_RUNG
from rules.reach_out.progress import with_answer
from rules.reach_out.state import Calm, Closed, Event, Participant, PressedAgain

QUIET_AFTER: Final = timedelta(hours=2)
"""How long it waits for somebody's yes, and how long after the time that somebody promised."""


def begin_calmly(draft: Draft) -> None:
    """Begin: everybody in it is free, and is told at once. No rung is left, so that an older release alarms nobody."""
    draft.move(stage=Calm(draft.now + QUIET_AFTER), rung=LAST_RUNG)
    draft.notify([participant.person_id for participant in draft.snapshot.participants])
    draft.refresh_everyone()


def decide_calmly(draft: Draft, event: Event) -> None:
    """Do what this event does to a calm ask."""
    match event:
        case state.ClockDue():
            _end_if_due(draft)
            draft.announce_held()
        case state.AnswerGiven(person_id, kind, minutes):
            _answer_calmly(draft, person_id, kind, minutes)
        case state.Talking(person_id):
            _talk(draft, person_id)
        case state.TalkingConfirmed(person_id):
            _talk(draft, person_id)
            draft.move(stage=replace(_stage(draft), together_with=person_id))
        case state.PressedAgain():
            _ask_calmly_again(draft, event)
        case state.MemberLeft(person_id):
            left = draft.participant(person_id)
            draft.remove(person_id)
            _reckon_end(draft, lost=left.stands)
            draft.refresh_everyone()
            draft.refresh(person_id)
        case state.ReachChanged():
            draft.mark_unreachable()
        case state.Closing(outcome, announcement):
            _close_calmly(draft, outcome, announcement)


def promised_until(participant: Participant) -> datetime | None:
    """Return the time that they promised: when they said so, or the minutes of `soon` later; None without a yes."""
    if not participant.stands or participant.answered_at is None:
        return None
    said_for = participant.answered_at + timedelta(minutes=participant.minutes or 0)
    return max(said_for, participant.talking_at or said_for)


def _stage(draft: Draft) -> Calm:
    """Return the stage, which is the only one that these cases are for."""
    return cast("Calm", draft.snapshot.stage)


def _end_if_due(draft: Draft) -> None:
    if _stage(draft).ends_at <= draft.now:
        draft.move(stage=Closed(Outcome.QUIET, draft.now))
        # What was said of it holds no longer, and nothing new is said to anybody.
        draft.end(NoticeKind.ENDED)
        draft.refresh_everyone()


def _answer_calmly(draft: Draft, person_id: UUID, kind: AnswerKind, minutes: int | None) -> None:
    before = draft.participant(person_id)
    draft.record(AnswerRecord(person_id, kind, minutes))
    draft.put(with_answer(before, kind, minutes, draft.asked_at, draft.now))
    if kind is not AnswerKind.CANNOT:
        draft.announce_answer(before, to_the_others=False)
    _reckon_end(draft, lost=before.stands and kind is AnswerKind.CANNOT)
    draft.refresh_everyone()


def _talk(draft: Draft, person_id: UUID) -> None:
    """Either says that the two are talking. Nobody is asked whether they are."""
    if not draft.participant(person_id).stands:
        _answer_calmly(draft, person_id, AnswerKind.CALLING, None)
    draft.put(replace(draft.participant(person_id), talking_at=draft.now))
    _reckon_end(draft)
    draft.refresh_everyone()


def _reckon_end(draft: Draft, *, lost: bool = False) -> None:
    """Set the end by the promises that stand. `lost`: one has just been withdrawn; without another, the wait begins anew."""
    stage, told = _stage(draft), draft.snapshot.told
    together_with = stage.together_with if draft.snapshot.is_there(stage.together_with) else None
    promised = [until for participant in told if (until := promised_until(participant)) is not None]
    ends_at = stage.ends_at
    if promised:
        ends_at = max(promised) + QUIET_AFTER
    elif lost:
        ends_at = draft.now + QUIET_AFTER
    draft.move(stage=Calm(ends_at, together_with))


def _ask_calmly_again(draft: Draft, event: PressedAgain) -> None:
    if event.sealed_need is not None:
        draft.move(sealed_need=event.sealed_need)
    if not event.calm:
        _raise(draft, event.circle)
        return
    _end_if_due(draft)
    if isinstance(draft.snapshot.stage, Calm):
        known = {participant.person_id for participant in draft.snapshot.participants}
        added = [participant for participant in event.added if participant.person_id not in known]
        draft.put(*added)
        draft.notify([participant.person_id for participant in added])
        draft.refresh_everyone()


def _raise(draft: Draft, circle: Iterable[Participant]) -> None:
    """Make it a press from rung 1 to the whole circle. Those told before are told with the first rung, whatever they said."""
    before, now = draft.snapshot, draft.now
    asked = [participant.person_id for participant in before.told]
    known = {participant.person_id for participant in before.participants}
    draft.put(
        *(_afresh(participant) for participant in before.participants),
        *(participant for participant in circle if participant.person_id not in known),
    )
    draft.move(calm=False, raised_at=now, round=1, pushed_at=now, asked_at=now, unanswered_at=None)
    draft.supersede_calm()
    move = ladder.next_move(before.ladder, 0, draft.snapshot.participants, now)
    told_first = (*move.notify, *(person_id for person_id in asked if person_id not in move.notify))
    draft.carry_out(replace(move, notify=told_first), announce=move.announce_unanswered)


def _afresh(participant: Participant) -> Participant:
    """Return somebody as the press finds them: not told, nothing delivered. Their answer stays to be seen, and holds nothing."""
    return replace(
        participant,
        told_at=None,
        quiet_at=None,
        handed_at=None,
        delivered_at=None,
        seen_at=None,
        unreachable_at=None,
        answer=None,
        answered_at=None,
        minutes=None,
        talking_at=None,
        held_seconds=None,
        announce_at=None,
        promises=0,
        promised_at=None,
        withdrawals=0,
        calm_answer=participant.answer,
        calm_minutes=participant.minutes,
        calm_answered_at=participant.answered_at,
    )


def _close_calmly(draft: Draft, outcome: Outcome, announcement: NoticeKind) -> None:
    """End it by the person's word, or with their account: only those who said yes are told."""
    draft.move(stage=Closed(outcome, draft.now))
    draft.end(announcement)
    for participant in draft.snapshot.told:
        if participant.stands:
            draft.announce(announcement, participant.person_id, draft.snapshot.person_id)
    draft.refresh_everyone()
