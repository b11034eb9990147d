"""What holds of a reach-out whatever happens to it, in whatever order: a machine that plays nights by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out.change import Change
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME, RUNG_UNANSWERED
from rules.reach_out.machine import begin, decide
from rules.reach_out.state import (
    Answered,
    AnswerGiven,
    ClockDue,
    Closed,
    Closing,
    Event,
    MemberLeft,
    Participant,
    PressedAgain,
    ReachChanged,
    Snapshot,
    Talking,
    TalkingConfirmed,
    Together,
    Waiting,
)
from rules.reach_out.storage.stages import due_at
from tests.world.participants import LADDER, NOW, OWNER, REACH_OUT, participant, ways

NAMES = "ABCDE"
LATE = "FGH"


def opposite(one: Participant, now: datetime) -> Participant:
    """Whoever could be pushed no longer can, and the other way round."""
    return replace(one, available=not one.available, hears_at=now if not one.available else None)


class Night(RuleBasedStateMachine):
    """`self.snapshot` is what `store` would load; promises and withdrawals are counted as it counts them."""

    @initialize(
        steps=st.lists(st.sampled_from([1, 2]), min_size=1, max_size=len(NAMES)),
        awake=st.lists(st.booleans(), min_size=len(NAMES), max_size=len(NAMES)),
        channels=st.lists(st.integers(0, 1), min_size=len(NAMES), max_size=len(NAMES)),
    )
    def press(self, steps: list[int], awake: list[bool], channels: list[int]) -> None:
        self.now = NOW
        people = [
            participant(
                name, step, channels=channels[place], available=awake[place], hears_at=NOW if awake[place] else None
            )
            for place, (name, step) in enumerate(zip(NAMES, steps, strict=False))
        ]
        self.late = list(LATE)
        self.snapshot = Snapshot.before_first_rung(REACH_OUT, OWNER, LADDER, people, self.now)
        self.take(begin(self.snapshot, self.now))

    # ---------------------------------------------------------------------------------------------------- what happens

    @rule(seconds=st.one_of(st.floats(0, 60), st.floats(60, 1200), st.floats(1200, 90_000)))
    def time_passes(self, seconds: float) -> None:
        """Whatever is due on the way is done at its time, as the worker does it."""
        until = self.now + timedelta(seconds=seconds)
        while (due := due_at(self.snapshot)) is not None and due <= until:
            self.now = max(self.now, due)
            before = self.snapshot
            self.happens(ClockDue())
            assert due_at(self.snapshot) != due_at(before), "a clock that has come is not due for ever"
        self.now = until

    @rule(who=st.integers(0, 7), kind=st.sampled_from(AnswerKind), minutes=st.integers(1, 15))
    def somebody_answers(self, who: int, kind: AnswerKind, minutes: int) -> None:
        if (one := self.pick(who, told=True)) is None:
            return
        before = self.snapshot
        change = self.happens(AnswerGiven(one.person_id, kind, minutes if kind is AnswerKind.SOON else None))
        if isinstance(before.stage, Closed):
            return
        assert change.answer is not None, "no event loses an answer"
        kept = change.after.participant(one.person_id)
        assert kept is not None
        assert (kept.answer, kept.answered_at) == (kind, self.now)
        assert not isinstance(change.after.stage, Closed) or self.now >= NOW + REACH_OUT_LIFETIME
        if kind is not AnswerKind.CANNOT:
            self.snapshot = self.snapshot.with_participants(
                replace(kept, promises=kept.promises + 1, promised_at=self.now)
            )
        elif one.stands:
            self.snapshot = self.snapshot.with_participants(replace(kept, withdrawals=kept.withdrawals + 1))

    @rule(who=st.integers(0, 7))
    def somebody_says_that_they_are_talking(self, who: int) -> None:
        if (one := self.pick(who, told=True)) is not None:
            before = self.snapshot.stage
            stage = self.happens(Talking(one.person_id)).after.stage
            assert not isinstance(stage, Together) or stage == before, "only the person's word makes it so"

    @rule(who=st.integers(0, 7))
    def the_person_says_that_they_are_talking(self, who: int) -> None:
        if (one := self.pick(who, told=True)) is not None and not isinstance(self.snapshot.stage, Closed):
            assert self.happens(TalkingConfirmed(one.person_id)).after.stage == Together(one.person_id)

    @rule(late=st.booleans())
    def the_person_presses_again(self, late: bool) -> None:
        added = (participant(self.late.pop(), 2, hears_at=self.now),) if late and self.late else ()
        self.happens(PressedAgain(added=added), pressed=True)

    @rule(who=st.integers(0, 7))
    def somebody_leaves(self, who: int) -> None:
        if (one := self.pick(who)) is not None:
            change = self.happens(MemberLeft(one.person_id))
            assert isinstance(change.after.stage, Closed) or change.after.participant(one.person_id) is None

    @rule(
        who=st.integers(0, 7),
        what=st.sampled_from(["loses a phone", "gets a phone", "sleeps or wakes", "refuses pushes"]),
    )
    def somebody_is_reached_otherwise(self, who: int, what: str) -> None:
        if (one := self.pick(who)) is None:
            return
        changed = {
            "loses a phone": replace(one, devices=(), refusing_devices=0),
            "gets a phone": replace(one, devices=ways(1, 7), refusing_devices=0),
            "sleeps or wakes": opposite(one, self.now),
            "refuses pushes": replace(one, refusing_devices=len(one.devices), refusing_channels=len(one.channels)),
        }
        self.snapshot = self.snapshot.with_participants(changed[what])
        self.happens(ReachChanged())

    @rule(outcome=st.sampled_from([Outcome.CONNECTED, Outcome.OK_NOW, Outcome.MISTAKE]), sure=st.integers(0, 4))
    def the_person_closes_it(self, outcome: Outcome, sure: int) -> None:
        if sure:
            return
        told = {one.person_id for one in self.snapshot.told}
        was_closed = isinstance(self.snapshot.stage, Closed)
        change = self.happens(Closing(outcome, NoticeKind.ALL_CLEAR))
        hearers = {one.person_id for one in change.announcements if one.kind is NoticeKind.ALL_CLEAR}
        assert hearers == (set() if was_closed else told), "everyone told gets the all-clear, once"

    # ---------------------------------------------------------------------------------------------------- what holds

    def pick(self, number: int, *, told: bool = False) -> Participant | None:
        people = self.snapshot.told if told else self.snapshot.participants
        return people[number % len(people)] if people else None

    def happens(self, event: Event, *, pressed: bool = False) -> Change:
        before = self.snapshot
        change = decide(before, event, self.now)
        if isinstance(before.stage, Closed):
            assert change == Change(after=before), "a closed one never changes"
        if not pressed:
            back = 1 if before.rung == LAST_RUNG else 0
            assert change.after.rung >= before.rung - back, "a rung falls by pressing again alone"
        if (
            isinstance(change.after.stage, Closed)
            and not isinstance(event, Closing)
            and not isinstance(before.stage, Closed)
        ):
            assert self.now >= before.created_at + REACH_OUT_LIFETIME, "no answer, and nobody else, ends it"
            assert {one.kind for one in change.announcements} <= {NoticeKind.ENDED}
        declined = {one.person_id for one in before.participants if one.declined}
        asked = {*change.notified, *(one.person_id for one in change.attempts)}
        assert not asked & declined, "nobody who has declined is asked again"
        assert not set(change.notified) & {one.person_id for one in before.told}, "nobody is told twice"
        assert change.after.round >= before.round
        if not isinstance(before.stage, Waiting) and not isinstance(change.after.stage, Waiting):
            assert not asked, "nobody is alarmed while somebody is there"
        if NoticeKind.UNANSWERED in {one.kind for one in change.announcements}:
            assert isinstance(change.after.stage, Waiting), "nobody is said to be absent who is there"
            assert change.after.unanswered_at == self.now
        self.take(change)
        return change

    def take(self, change: Change) -> None:
        """What `store` would load next: whoever was notified has the notice."""
        self.snapshot = change.after.with_participants(
            *(
                replace(one, notice_id=one.person_id)
                for one in change.after.participants
                if one.person_id in change.notified
            )
        )
        rounds = [(one.person_id, one.round, one.by_channel, one.rings) for one in change.attempts]
        assert len(rounds) == len(set(rounds)), "a way has one delivery a round"

    @invariant()
    @precondition(lambda self: hasattr(self, "snapshot"))
    def no_stage_without_its_clock(self) -> None:
        snapshot = self.snapshot
        match snapshot.stage:
            case Waiting(next_rung_at):
                assert next_rung_at is not None or snapshot.rung == LAST_RUNG
            case Answered(paused_until, ask_at):
                assert ask_at is None or ask_at <= paused_until
                assert any(one.stands for one in snapshot.told), "somebody is there"
        assert (due_at(snapshot) is None) == isinstance(snapshot.stage, Closed)

    @invariant()
    @precondition(lambda self: hasattr(self, "snapshot"))
    def silence_is_never_hidden(self) -> None:
        """Past rung 4, while it waits, the person has been told that nobody has answered, or will be at the next rung."""
        snapshot = self.snapshot
        if isinstance(snapshot.stage, Waiting) and snapshot.rung >= RUNG_UNANSWERED:
            assert snapshot.unanswered_at is not None or snapshot.stage.next_rung_at is not None


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=150, stateful_step_count=30)
