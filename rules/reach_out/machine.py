"""All transitions of a reach-out: what each event does in each stage. Pure.

`decide` takes the reach-out, an event and the current time, and returns the change to be written. A clock lives inside the
stage that owns it (`state`), so a stage without its clock, or with the clock of another stage, cannot be expressed. A further
kind of reach-out is a further stage, with a case in the events that concern it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out import ladder, state
from rules.reach_out.change import AnswerRecord, Change, Draft
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME, RUNG_AGAIN, RUNG_EVERYBODY, RUNG_UNANSWERED, Move
from rules.reach_out.progress import TALKING_COOLDOWN, has_just_said_so, held_seconds, held_until, with_answer, word
from rules.reach_out.repress import repress
from rules.reach_out.state import Answered, Closed, Event, Participant, PressedAgain, Snapshot, Together, Waiting

NO_DELAY = timedelta()
ONE_MICROSECOND = timedelta(microseconds=1)


def begin(before_first_rung: Snapshot, now: datetime) -> Change:
    """Return what a first press does: rung 1 tells its people; rungs that reach nobody are skipped."""
    draft = Draft(before_first_rung, now)
    move = ladder.next_move(draft.snapshot.ladder, 0, draft.snapshot.participants, now)
    _apply_move(draft, move, announce=move.announce_unanswered)
    return draft.change()


def decide(snapshot: Snapshot, event: Event, now: datetime) -> Change:
    """Return what this event changes. Nothing changes a closed reach-out."""
    draft = Draft(snapshot, now)
    if isinstance(snapshot.stage, Closed) or not _concerns(event, snapshot):
        return draft.change()
    match event:
        case state.ClockDue():
            _clock_due(draft)
        case state.AnswerGiven(person_id, kind, minutes):
            _answer(draft, person_id, kind, minutes)
        case state.Talking(person_id):
            _talking(draft, person_id)
        case state.TalkingConfirmed(person_id):
            _talking_confirmed(draft, person_id)
        case state.PressedAgain():
            _pressed_again(draft, event)
        case state.MemberLeft(person_id):
            _member_left(draft, person_id)
        case state.ReachChanged():
            draft.mark_unreachable()
            _skip_if_unreachable(draft)
        case state.Closing(outcome, announcement):
            _close(draft, outcome, announcement)
    return draft.change()


def _concerns(event: Event, snapshot: Snapshot) -> bool:
    """Return whether the one who speaks was told of it, and the one who leaves takes part in it."""
    match event:
        case state.AnswerGiven(person_id) | state.Talking(person_id) | state.TalkingConfirmed(person_id):
            return any(participant.person_id == person_id for participant in snapshot.told)
        case state.MemberLeft(person_id):
            return snapshot.participant(person_id) is not None
    return True


def _clock_due(draft: Draft) -> None:
    now = draft.now
    if now >= draft.snapshot.created_at + REACH_OUT_LIFETIME:
        _close(draft, Outcome.EXPIRED, NoticeKind.ENDED)
        return
    match draft.snapshot.stage:
        case Answered(paused_until) if paused_until <= now:
            _wait_again(draft, now)
        case Answered(paused_until, ask_at) if ask_at is not None and ask_at <= now:
            draft.move(stage=Answered(paused_until, None))
            draft.ask_whether_talking()
    if draft.snapshot.rung_is_due(draft.now):
        _move_ladder(draft)
    _wake_sleepers(draft)


def _move_ladder(draft: Draft) -> None:
    before = draft.snapshot
    move = ladder.next_move(before.ladder, before.rung, before.participants, draft.now)
    announce = move.announce_unanswered
    if move.rung > RUNG_UNANSWERED and before.unanswered_at is None:
        held = ladder.words_until(before.participants, draft.now)
        if held is not None:
            # The ladder owes the person the word that nobody is there, and somebody still may be.
            draft.move(stage=Waiting(held))
            return
        announce = True
    # A channel has one delivery a round, so trying channels needs a new round as well.
    further = bool(move.repush or move.channels or move.calls)
    draft.move(round=before.round + further, pushed_at=draft.now if move.repush else before.pushed_at)
    _apply_move(draft, move, announce=announce)


def _apply_move(draft: Draft, move: Move, *, announce: bool) -> None:
    draft.move(rung=move.rung, stage=Waiting(move.next_at))
    draft.notify(move.notify)
    if announce:
        draft.move(unanswered_at=draft.now)
        draft.announce(NoticeKind.UNANSWERED, draft.snapshot.person_id, None)
    draft.repush(move.repush)
    draft.call(move.channels)
    draft.ring(move.calls)
    draft.mark_unreachable()
    draft.refresh_everyone()


def _wake_sleepers(draft: Draft) -> None:
    """Push people told in the inbox only who have become available: their hours have begun, or a mute has ended.

    Their channels (from rung 2 on) and calls (from rung 3 on) are tried too, as by the rungs already carried out.
    """
    if not isinstance(draft.snapshot.stage, Waiting):
        return
    awake = [
        participant.person_id
        for participant in draft.snapshot.participants
        if participant.sleeps and participant.available
    ]
    if not awake:
        return
    draft.move(round=draft.snapshot.round + 1)
    draft.repush(awake)
    if draft.snapshot.rung >= RUNG_EVERYBODY:
        draft.call(awake, rings=draft.snapshot.rung >= RUNG_AGAIN)
    draft.refresh(draft.snapshot.person_id)


def _skip_if_unreachable(draft: Draft) -> None:
    """Make the next rung due at once when nobody told so far can be reached."""
    _wake_sleepers(draft)
    match draft.snapshot.stage:
        case Waiting(next_rung_at) if next_rung_at is not None and draft.snapshot.rung < RUNG_UNANSWERED:
            since = ladder.waits_for_those_told_since(draft.snapshot, next_rung_at)
            if ladder.nobody_reachable(draft.snapshot.rung, draft.snapshot.participants, draft.now, since):
                draft.move(stage=Waiting(draft.now))
                _clock_due(draft)


def _answer(draft: Draft, person_id: UUID, kind: AnswerKind, minutes: int | None) -> None:
    participant = draft.participant(person_id)
    waited = isinstance(draft.snapshot.stage, Waiting)
    draft.record(AnswerRecord(person_id, kind, minutes))
    draft.put(with_answer(participant, kind, minutes, draft.asked_at, draft.now))
    if kind is AnswerKind.CANNOT:
        running = word(participant)
        _lose(draft, TALKING_COOLDOWN if participant.promises > 1 else NO_DELAY, running[1] if running else None)
    else:
        if not isinstance(draft.snapshot.stage, Together):
            _hold(draft)
        # The others are not told of somebody whose words hold nothing any longer.
        first = waited and not isinstance(draft.snapshot.stage, Waiting)
        draft.announce_answer(participant, to_the_others=first)
    draft.refresh_everyone()


def _hold(draft: Draft) -> None:
    """Hold the ladder for as long as standing answers ask for; half way through, both sides are asked whether they are talking.

    Changes nothing when no answer holds it any longer.
    """
    until = held_until(draft.snapshot.told, draft.asked_at)
    stage = draft.snapshot.stage
    if until is None or until <= draft.now or (isinstance(stage, Answered) and stage.paused_until == until):
        return
    draft.move(stage=Answered(until, draft.now + (until - draft.now) / 2))


def _talking(draft: Draft, person_id: UUID) -> None:
    """Pause the ladder for a participant who says that they are talking, and ask the person to confirm it."""
    participant = draft.participant(person_id)
    draft.refresh_everyone()
    if has_just_said_so(participant, draft.asked_at, draft.now):
        return
    if not participant.stands or isinstance(draft.snapshot.stage, Waiting):
        _answer(draft, person_id, AnswerKind.CALLING, None)
    if isinstance(draft.snapshot.stage, Together):
        return
    participant = draft.participant(person_id)
    draft.put(
        replace(participant, held_seconds=held_seconds(participant, draft.asked_at, draft.now), talking_at=draft.now)
    )
    _hold(draft)
    draft.announce(NoticeKind.ARE_YOU_TALKING, draft.snapshot.person_id, person_id)


def _talking_confirmed(draft: Draft, person_id: UUID) -> None:
    participant = draft.participant(person_id)
    if not participant.stands:
        # They are talking although no answer was given; the others still learn that somebody is there.
        _answer(draft, person_id, AnswerKind.CALLING, None)
    draft.move(stage=Together(person_id))
    draft.refresh_everyone()


def _lose(draft: Draft, patience: timedelta = NO_DELAY, lost_word_until: datetime | None = None) -> None:
    """Reconsider who is there after somebody has declined or left.

    With nobody there, the next rung is due after `patience`. `lost_word_until`: until when their word would have run.
    `Together` lasts as long as its partner stands; otherwise the remaining answers decide, as long as they still run.
    """
    match draft.snapshot.stage:
        case Together(partner) if draft.snapshot.is_there(partner):
            pass
        case Together() | Answered():
            until = held_until(draft.snapshot.told, draft.asked_at)
            if until is None or until <= draft.now:
                _wait_again(draft, draft.now + patience)
                _clock_due(draft)
                return
            _hold(draft)
        case Waiting(next_rung_at) if lost_word_until is not None and next_rung_at == lost_word_until:
            # The ladder was waiting for the end of their word.
            draft.move(stage=Waiting(draft.now + patience))
            _clock_due(draft)
    _skip_if_unreachable(draft)


def _wait_again(draft: Draft, at: datetime) -> None:
    """Resume the ladder because nobody is there after all: the next rung is due `at`, later ones keep their distances."""
    if draft.snapshot.rung >= RUNG_UNANSWERED:
        # The person last heard that somebody answered, so that nobody has is announced again.
        draft.move(unanswered_at=None)
    # After the last repetition one more is granted, or this moment would pass in silence.
    draft.move(stage=Waiting(at), rung=min(draft.snapshot.rung, LAST_RUNG - 1))


def _member_left(draft: Draft, person_id: UUID) -> None:
    running = word(draft.participant(person_id))
    draft.remove(person_id)
    _lose(draft, lost_word_until=running[1] if running else None)
    draft.refresh_everyone()
    draft.refresh(person_id)


def _pressed_again(draft: Draft, event: PressedAgain) -> None:
    if draft.now >= draft.snapshot.created_at + REACH_OUT_LIFETIME:
        # No worker has ended it yet. A call for help must not go into something that ends a moment later.
        _clock_due(draft)
        return
    if event.need is not None:
        draft.move(need=str(event.need))
    _ask_again(draft)
    draft.refresh_everyone()
    _add(draft, event.added)
    if draft.snapshot.rung_is_due(draft.now):
        _clock_due(draft)
    # A press that reaches nobody does not wait for them either.
    _skip_if_unreachable(draft)


def _ask_again(draft: Draft) -> None:
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
    draft.repush(plan.push)
    draft.call(plan.channels)


def _add(draft: Draft, added: Iterable[Participant]) -> None:
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


def _close(draft: Draft, outcome: Outcome, announcement: NoticeKind) -> None:
    draft.move(stage=Closed(outcome, draft.now))
    draft.end(announcement)
    for participant in draft.snapshot.told:
        draft.announce(announcement, participant.person_id, draft.snapshot.person_id, push=participant.follows)
    draft.refresh_everyone()
