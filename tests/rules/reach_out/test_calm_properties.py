"""What holds of a calm ask whatever happens to it: it alarms nobody, until a press makes it one, which then forgets nobody."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.enums import AnswerKind, NoticeKind, Outcome
from rules.reach_out.calm.decisions import QUIET_AFTER, promised_until
from rules.reach_out.change import Change
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME
from rules.reach_out.machine import begin, decide
from rules.reach_out.state import (
    AnswerGiven,
    Calm,
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
)
from rules.reach_out.storage.stages import due_at
from tests.world.participants import LADDER, NOW, OWNER, REACH_OUT, participant

NAMES = "ABC"
LATE = "DE"
HELPERS_MAY_HEAR = {NoticeKind.ALL_CLEAR, NoticeKind.ENDED}


class CalmEvening(RuleBasedStateMachine):
    """`self.snapshot` is what `store` would load. It ends when it is raised or closed."""

    @initialize(count=st.integers(1, len(NAMES)), steps=st.lists(st.sampled_from([1, 2]), min_size=3, max_size=3))
    def ask(self, count: int, steps: list[int]) -> None:
        self.now, self.late = NOW, list(LATE)
        self.circle = [participant(name, step) for name, step in zip(NAMES, steps, strict=True)]
        before = Snapshot.before_first_rung(REACH_OUT, OWNER, LADDER, self.circle[:count], NOW, calm=True)
        self.snapshot = before
        change = begin(before, NOW)
        assert len(change.notified) == count
        self.take(change)

    @rule(seconds=st.one_of(st.floats(0, 600), st.floats(600, 50_000)))
    def time_passes(self, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        while (due := due_at(self.snapshot)) is not None and due <= until:
            self.now = max(self.now, due)
            self.happens(ClockDue())
            assert self.snapshot.stage == Closed(Outcome.QUIET, self.now)
        self.now = until

    @rule(who=st.integers(0, 4), kind=st.sampled_from(AnswerKind), minutes=st.integers(1, 720))
    def somebody_answers(self, who: int, kind: AnswerKind, minutes: int) -> None:
        if (one := self.pick(who)) is not None:
            change = self.happens(AnswerGiven(one.person_id, kind, minutes if kind is AnswerKind.SOON else None))
            assert change.answer is not None
            assert isinstance(change.after.stage, Calm), "no answer ends it"

    @rule(who=st.integers(0, 4), mine=st.booleans())
    def somebody_says_that_they_talk(self, who: int, mine: bool) -> None:
        if (one := self.pick(who)) is not None:
            self.happens(TalkingConfirmed(one.person_id) if mine else Talking(one.person_id))

    @rule(who=st.integers(0, 4))
    def somebody_leaves(self, who: int) -> None:
        if (one := self.pick(who)) is not None:
            self.circle = [member for member in self.circle if member.person_id != one.person_id]
            self.happens(MemberLeft(one.person_id))

    @rule(who=st.integers(0, 4))
    def somebody_loses_their_phone(self, who: int) -> None:
        if (one := self.pick(who)) is not None:
            self.snapshot = self.snapshot.with_participants(replace(one, devices=(), available=False, hears_at=None))
            self.happens(ReachChanged())

    @rule(named=st.booleans())
    def the_person_asks_calmly_again(self, named: bool) -> None:
        if self.open:
            added = (participant(self.late.pop()),) if named and self.late else ()
            change = self.happens(PressedAgain(calm=True, added=added))
            assert set(change.notified) == {one.person_id for one in added}

    @rule(sure=st.integers(0, 3), outcome=st.sampled_from([Outcome.CONNECTED, Outcome.OK_NOW, Outcome.MISTAKE]))
    def the_person_closes_it(self, sure: int, outcome: Outcome) -> None:
        if self.open and sure == 0:
            standing = {one.person_id for one in self.snapshot.told if one.stands}
            change = self.happens(Closing(outcome, NoticeKind.ALL_CLEAR))
            assert {one.person_id for one in change.announcements} == standing

    @rule(sure=st.integers(0, 3))
    def the_person_presses(self, sure: int) -> None:
        """From then on it is a press like one that begins now: same ladder, same people, and those asked before as well."""
        if not self.open or sure:
            return
        before, now = self.snapshot, self.now
        change = decide(before, PressedAgain(circle=tuple(self.circle)), now)
        fresh = [
            one for one in change.after.participants if one.person_id not in {told.person_id for told in before.told}
        ]
        as_pressed = [*(self.as_member(one) for one in before.participants), *(self.as_member(one) for one in fresh)]
        pressed = begin(Snapshot.before_first_rung(REACH_OUT, OWNER, LADDER, as_pressed, now), now)
        assert set(change.notified) == {*pressed.notified, *(one.person_id for one in before.told)}
        assert (change.after.stage, change.after.rung) == (pressed.after.stage, pressed.after.rung)
        assert change.announcements == pressed.announcements
        assert change.raised
        assert not change.after.calm
        assert all(one.answer is None for one in change.after.participants)
        due = due_at(change.after)
        assert due is not None
        assert due <= now + REACH_OUT_LIFETIME
        self.snapshot = replace(change.after, stage=Closed(Outcome.OK_NOW, now))

    @property
    def open(self) -> bool:
        return isinstance(self.snapshot.stage, Calm)

    def as_member(self, one: Participant) -> Participant:
        known = next((member for member in self.circle if member.person_id == one.person_id), one)
        return replace(
            known,
            told_at=None,
            answer=None,
            devices=one.devices,
            available=one.available,
            hears_at=one.hears_at,
            step=one.step,
        )

    def pick(self, number: int) -> Participant | None:
        told = self.snapshot.told
        return told[number % len(told)] if told and self.open else None

    def happens(self, event: Event) -> Change:
        change = decide(self.snapshot, event, self.now)
        assert not change.attempts, "no rung, no channel"
        assert {one.kind for one in change.announcements} <= {NoticeKind.ANSWERED, *HELPERS_MAY_HEAR}
        assert all(one.person_id == OWNER or one.kind in HELPERS_MAY_HEAR for one in change.announcements)
        if isinstance(event, ClockDue):
            assert not change.announcements, "a quiet end tells nobody"
        self.take(change)
        return change

    def take(self, change: Change) -> None:
        self.snapshot = change.after

    @invariant()
    @precondition(lambda self: hasattr(self, "snapshot"))
    def it_has_its_end_and_no_rung(self) -> None:
        stage = self.snapshot.stage
        if isinstance(stage, Calm):
            assert self.snapshot.calm
            assert self.snapshot.rung == LAST_RUNG
            promised = [at for one in self.snapshot.told if (at := promised_until(one)) is not None]
            if promised:
                assert stage.ends_at == max(promised) + QUIET_AFTER
            assert stage.ends_at <= self.now + timedelta(minutes=720) + QUIET_AFTER


TestCalmEvening = CalmEvening.TestCase
TestCalmEvening.settings = settings(max_examples=150, stateful_step_count=20)
