"""Every transition of a reach-out, and nowhere else: what each event makes of each stage. Pure; section 5 of the design.

`decide` takes the reach-out as it stands, what has happened and the moment, and returns what is to be written. A clock
stands inside the stage that owns it (`state`), so a stage without its clock, or a clock of another stage, cannot be written.
A further kind of reach-out is a further stage, and a case for it in the events that concern it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out import events, ladder
from rules.reach_out.change import AnswerRecord, Change, Draft
from rules.reach_out.events import Event, PressedAgain
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME, RUNG_EVERYBODY, RUNG_UNANSWERED, Move
from rules.reach_out.progress import TALKING_COOLDOWN, has_just_said_so, held_seconds, held_until, with_answer, word
from rules.reach_out.repress import repress
from rules.reach_out.state import Answered, Closed, Participant, Snapshot, Together, Waiting

NO_DELAY = timedelta()
ONE_MICROSECOND = timedelta(microseconds=1)


def begin(before_first_rung: Snapshot, now: datetime) -> Change:
    """Return what a first press does: rung 1 tells its people, and rungs that nobody hears are passed over."""
    draft = Draft(before_first_rung, now)
    move = ladder.next_move(draft.snapshot.ladder, 0, draft.snapshot.participants, now)
    _carry_out(draft, move, announce=move.announce_unanswered)
    return draft.change()


def decide(snapshot: Snapshot, event: Event, now: datetime) -> Change:
    """Return what this event makes of the reach-out. Nothing happens to a closed one any more."""
    draft = Draft(snapshot, now)
    if isinstance(snapshot.stage, Closed) or not _concerns(event, snapshot):
        return draft.change()
    match event:
        case events.ClockDue():
            _clock_due(draft)
        case events.AnswerGiven(person_id, kind, minutes):
            _answer(draft, person_id, kind, minutes)
        case events.Talking(person_id):
            _talking(draft, person_id)
        case events.TalkingConfirmed(person_id):
            _talking_confirmed(draft, person_id)
        case events.PressedAgain():
            _pressed_again(draft, event)
        case events.MemberLeft(person_id):
            _member_left(draft, person_id)
        case events.ReachChanged():
            draft.mark_unreachable()
            _skip_if_unreachable(draft)
        case events.Closing(outcome, announcement):
            _close(draft, outcome, announcement)
    return draft.change()


def _concerns(event: Event, snapshot: Snapshot) -> bool:
    """Whether who speaks was told of it, and who leaves is part of it."""
    match event:
        case events.AnswerGiven(person_id) | events.Talking(person_id) | events.TalkingConfirmed(person_id):
            return any(participant.person_id == person_id for participant in snapshot.told)
        case events.MemberLeft(person_id):
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
            # What is owed is the word that nobody is there, and somebody still may be.
            draft.move(stage=Waiting(held))
            return
        announce = True
    # A channel has one delivery a round, so those without a phone need a further one as well.
    further = bool(move.repush or move.channels)
    draft.move(round=before.round + further, pushed_at=draft.now if move.repush else before.pushed_at)
    _carry_out(draft, move, announce=announce)


def _carry_out(draft: Draft, move: Move, *, announce: bool) -> None:
    draft.move(rung=move.rung, stage=Waiting(move.next_at))
    draft.notify(move.notify)
    if announce:
        draft.move(unanswered_at=draft.now)
        draft.announce(NoticeKind.UNANSWERED, draft.snapshot.person_id, None)
    draft.repush(move.repush)
    draft.call(move.channels)
    draft.mark_unreachable()
    draft.refresh_everyone()


def _wake_sleepers(draft: Draft) -> None:
    """Push those who were told in their inbox alone and may be pushed by now: their hours have begun, a mute is over.

    From rung 2 on with their channels, as the rungs that have passed would have.
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
        draft.call(awake)
    draft.refresh(draft.snapshot.person_id)


def _skip_if_unreachable(draft: Draft) -> None:
    """Do not wait for people who cannot hear: when nobody told so far can, the next rung is due at once."""
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
        # Of somebody who holds nothing any more the others are not told that they are with the person.
        first = waited and not isinstance(draft.snapshot.stage, Waiting)
        draft.announce_answer(participant, to_the_others=first)
    draft.refresh_everyone()


def _hold(draft: Draft) -> None:
    """Hold the ladder for as long as the answers that stand ask for; half way through, both are asked how it goes.

    Nothing changes when none of them holds it any longer.
    """
    until = held_until(draft.snapshot.told, draft.asked_at)
    stage = draft.snapshot.stage
    if until is None or until <= draft.now or (isinstance(stage, Answered) and stage.paused_until == until):
        return
    draft.move(stage=Answered(until, draft.now + (until - draft.now) / 2))


def _talking(draft: Draft, person_id: UUID) -> None:
    """Pause the ladder for a participant who says that they are talking with the person, whom it asks to confirm."""
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
        # They found each other without an answer being pressed; the others still learn that somebody is there.
        _answer(draft, person_id, AnswerKind.CALLING, None)
    draft.move(stage=Together(person_id))
    draft.refresh_everyone()


def _lose(draft: Draft, patience: timedelta = NO_DELAY, lost_word_until: datetime | None = None) -> None:
    """Look again who is there once somebody has said that they can't, or is gone.

    With nobody there the next rung is due after `patience`. `lost_word_until`: until when their word would have run.
    `together` stands as long as the one who is talked with does; else the other answers that hold decide. What somebody said
    an hour ago is nobody who is there.
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
            # The ladder that went on beside their word waited for its end.
            draft.move(stage=Waiting(draft.now + patience))
            _clock_due(draft)
    _skip_if_unreachable(draft)


def _wait_again(draft: Draft, at: datetime) -> None:
    """Nobody is there after all: the next rung is due at this moment, the later ones keep their distances."""
    if draft.snapshot.rung >= RUNG_UNANSWERED:
        # The last the person heard is that somebody answered: that nobody has is announced anew.
        draft.move(unanswered_at=None)
    # Past the last repetition there is one more, or this moment would pass in silence.
    draft.move(stage=Waiting(at), rung=min(draft.snapshot.rung, LAST_RUNG - 1))


def _member_left(draft: Draft, person_id: UUID) -> None:
    running = word(draft.participant(person_id))
    draft.remove(person_id)
    _lose(draft, lost_word_until=running[1] if running else None)
    draft.refresh_everyone()
    draft.refresh(person_id)


def _pressed_again(draft: Draft, event: PressedAgain) -> None:
    if draft.now >= draft.snapshot.created_at + REACH_OUT_LIFETIME:
        # Not yet taken by a worker. Nobody's call for help goes into something that ends a moment later.
        _clock_due(draft)
        return
    if event.need is not None:
        draft.move(need=str(event.need))
    _ask_again(draft)
    draft.refresh_everyone()
    _add(draft, event.added)
    if draft.snapshot.rung_is_due(draft.now):
        _clock_due(draft)
    # A press that nobody could hear does not wait for them either.
    _skip_if_unreachable(draft)


def _ask_again(draft: Draft) -> None:
    """Push those told so far once more and take up a ladder that is held."""
    stage, now = draft.snapshot.stage, draft.now
    partner = draft.snapshot.participant(stage.person_id) if isinstance(stage, Together) else None
    if partner is not None:
        # Whoever the person is talking with is not alarmed because the others are asked. What they said holds nothing any more.
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
    """Tell people who were not asked before, were to be asked later, or who left and are back in the circle."""
    told_people = {participant.person_id for participant in draft.snapshot.told}
    late = [participant for participant in added if participant.person_id not in told_people]
    draft.put(*late)
    draft.notify([participant.person_id for participant in late])
    if draft.snapshot.rung >= RUNG_EVERYBODY:
        # The rung that tries channels has passed them by.
        draft.call(
            [participant.person_id for participant in late if ladder.callable_by_channel(participant, draft.now)]
        )


def _close(draft: Draft, outcome: Outcome, announcement: NoticeKind) -> None:
    draft.move(stage=Closed(outcome, draft.now))
    draft.end(announcement)
    for participant in draft.snapshot.told:
        draft.announce(announcement, participant.person_id, draft.snapshot.person_id, push=participant.follows)
    draft.refresh_everyone()
