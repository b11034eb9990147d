"""All transitions of a reach-out: what each event does in each stage. Pure.

`decide` takes the reach-out, an event and the current time, and returns the change to be written. A clock lives inside the
stage that owns it (`state`), so a stage without its clock, or with the clock of another stage, cannot be expressed. A further
kind of reach-out is a further stage, with a case in the events that concern it: those of a calm ask are in `calm.decisions`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out import ladder, progress, state
from rules.reach_out.calm import decisions
from rules.reach_out.change import AnswerRecord, Change, Draft
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME, RUNG_AGAIN, RUNG_EVERYBODY, RUNG_UNANSWERED
from rules.reach_out.progress import TALKING_COOLDOWN, has_just_said_so, held_seconds, held_until, with_answer, word
from rules.reach_out.repress import add, ask_again
from rules.reach_out.state import Answered, Calm, Closed, Event, PressedAgain, Snapshot, Together, Waiting

NO_DELAY = timedelta()


def begin(before_first_rung: Snapshot, now: datetime) -> Change:
    """Return what a first press does: rung 1 tells its people; rungs that reach nobody are skipped. A calm ask has no rungs."""
    draft = Draft(before_first_rung, now)
    if before_first_rung.calm:
        decisions.begin_calmly(draft)
    else:
        move = ladder.next_move(draft.snapshot.ladder, 0, draft.snapshot.participants, now)
        draft.carry_out(move, announce=move.announce_unanswered)
    return draft.change()


def decide(snapshot: Snapshot, event: Event, now: datetime) -> Change:
    """Return what this event changes. Nothing changes a closed reach-out."""
    draft = Draft(snapshot, now)
    if not isinstance(snapshot.stage, Closed) and _concerns(event, snapshot):
        act = decisions.decide_calmly if isinstance(snapshot.stage, Calm) else _decide_press
        act(draft, event)
    return draft.change()


def _decide_press(draft: Draft, event: Event) -> None:
    match event:
        case state.ClockDue():
            _clock_due(draft)
            draft.announce_held()
        case state.AnswerGiven(person_id, kind, minutes):
            # Said to a calm ask that has become a press meanwhile.
            _answer(draft, person_id, kind, minutes and min(minutes, progress.MAX_SOON_MINUTES))
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
    if now >= draft.snapshot.began_at + REACH_OUT_LIFETIME:
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
    draft.carry_out(move, announce=announce)


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
        _lose(draft, TALKING_COOLDOWN if participant.withdrawals else NO_DELAY, running[1] if running else None)
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
    draft.ask_the_person(participant)


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
    if event.calm:
        # A press is never lowered: whoever was told stays told, and nothing is pushed for a word said calmly.
        return
    if draft.now >= draft.snapshot.began_at + REACH_OUT_LIFETIME:
        # No worker has ended it yet. A call for help must not go into something that ends a moment later.
        _clock_due(draft)
        return
    if event.sealed_need is not None:
        draft.move(sealed_need=event.sealed_need)
    draft.move(pressed_again_at=draft.now, pressed_before_at=draft.snapshot.pressed_again_at)
    ask_again(draft, spares=event.spares)
    draft.refresh_everyone()
    add(draft, event.added)
    if draft.snapshot.rung_is_due(draft.now):
        _clock_due(draft)
    # A press that reaches nobody does not wait for them either.
    _skip_if_unreachable(draft)


def _close(draft: Draft, outcome: Outcome, announcement: NoticeKind) -> None:
    draft.move(stage=Closed(outcome, draft.now))
    draft.end(announcement)
    for participant in draft.snapshot.told:
        draft.announce(announcement, participant.person_id, draft.snapshot.person_id, push=participant.follows)
    draft.refresh_everyone()
