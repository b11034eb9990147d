"""The calm ask as a table: what each event does to it, and how it becomes a press."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.enums import NoticeKind, Outcome
from rules.reach_out.ladder import LAST_RUNG, REACH_OUT_LIFETIME
from rules.reach_out.machine import begin, decide
from rules.reach_out.state import (
    Answered,
    AnswerGiven,
    Calm,
    ClockDue,
    Closed,
    Closing,
    MemberLeft,
    Participant,
    PressedAgain,
    ReachChanged,
    Snapshot,
    Talking,
    TalkingConfirmed,
    Waiting,
)
from tests.rules.reach_out.machine_table import CANNOT, HERE, SOON, A, B, C, Case, at, check, shown, there
from tests.world.participants import LADDER, NOW, OWNER, REACH_OUT, participant, reach_out, told

HOUR = 3600
OPEN = Calm(at(HOUR))


def calm(*people: Participant, stage: Any = OPEN, **more: Any) -> Snapshot:
    """Return a calm ask of an hour ago, which ends in an hour unless overridden."""
    return reach_out(*people, stage=stage, rung=LAST_RUNG, calm=True, **more)


def asked(name: str, **more: Any) -> Participant:
    """Somebody who was asked calmly: there is no notice of a press."""
    return told(name, notice_id=None, **more)


def yes(name: str, since: float = 60, **more: Any) -> Participant:
    return there(name, since, notice_id=None, **more)


TABLE = (
    Case("time passes: nothing happens", calm(asked("A")), ClockDue(), OPEN),
    Case("after two hours it ends, and nobody hears of it", calm(asked("A"), stage=Calm(NOW)), ClockDue(),
         Closed(Outcome.QUIET, NOW)),
    Case("with a yes too", calm(yes("A", 2 * HOUR), asked("B"), stage=Calm(NOW)), ClockDue(), Closed(Outcome.QUIET, NOW)),
    Case("a day is not its end", calm(yes("A"), created_at=NOW - REACH_OUT_LIFETIME), ClockDue(), OPEN),
    Case("a yes: the person alone is told, and nobody asks whether they talk",
         calm(asked("A"), asked("B")), AnswerGiven(A, HERE), Calm(at(2 * HOUR)), notices="answered:me"),
    Case("a time: two hours after it",
         calm(asked("A"), asked("B")), AnswerGiven(A, SOON, 720), Calm(at(14 * HOUR)), notices="answered:me"),
    Case("another yes leaves the later end", calm(yes("A", minutes=300), asked("B")), AnswerGiven(B, HERE),
         Calm(at(300 * 60 - 60 + 2 * HOUR)), notices="answered:me"),
    Case("said again, a moment later: not announced again", calm(yes("A")), AnswerGiven(A, SOON, 30),
         Calm(at(30 * 60 + 2 * HOUR))),
    Case("not today: nobody hears of it, and it goes on", calm(asked("A"), asked("B")), AnswerGiven(A, CANNOT), OPEN),
    Case("not today of everybody too", calm(asked("A", answer=CANNOT), asked("B")), AnswerGiven(B, CANNOT), OPEN),
    Case("the last yes is taken back: the others have two hours", calm(yes("A", minutes=300), asked("B")),
         AnswerGiven(A, CANNOT), Calm(at(2 * HOUR))),
    Case("whoever said yes leaves: the same", calm(yes("A"), asked("B")), MemberLeft(A), Calm(at(2 * HOUR))),
    Case("whoever was only asked leaves", calm(yes("A"), asked("B")), MemberLeft(B), Calm(at(2 * HOUR - 60))),
    Case("they say that they talk: a yes, and no question",
         calm(asked("A")), Talking(A), Calm(at(2 * HOUR)), notices="answered:me"),
    Case("the person says so: two hours from then", calm(yes("A"), asked("B")), TalkingConfirmed(A),
         Calm(at(2 * HOUR), A)),
    Case("whom they talk with takes it back", calm(yes("A"), yes("B", 300), stage=Calm(at(HOUR), A)),
         AnswerGiven(A, CANNOT), Calm(at(2 * HOUR - 300))),
    Case("a lost phone calls nobody", calm(asked("A", devices=0), asked("B")), ReachChanged(), OPEN, away="A"),
    Case("calm again: nobody is asked twice", calm(asked("A")), PressedAgain(calm=True), OPEN),
    Case("calm again with a name: they are asked as well", calm(asked("A")),
         PressedAgain(calm=True, added=(participant("B"),)), OPEN, notify="B"),
    Case("calm again when it is over: a new one begins", calm(asked("A"), stage=Calm(NOW)), PressedAgain(calm=True),
         Closed(Outcome.QUIET, NOW)),
    Case("a press is not lowered by a calm ask", reach_out(told("A"), participant("B", 2)),
         PressedAgain(calm=True, added=(participant("C"),)), Waiting(at(60))),
    *(
        Case(f"the person closes it, {outcome}: who said yes is told",
             calm(yes("A"), asked("B"), asked("C", answer=CANNOT)), Closing(outcome, NoticeKind.ALL_CLEAR),
             Closed(outcome, NOW), notices="all_clear:A")
        for outcome in (Outcome.CONNECTED, Outcome.OK_NOW, Outcome.MISTAKE)
    ),
    Case("an erased account: who said yes learns that it has ended", calm(yes("A"), asked("B")),
         Closing(Outcome.EXPIRED, NoticeKind.ENDED), Closed(Outcome.EXPIRED, NOW), notices="ended:A"),
)  # fmt: skip

CIRCLE = (participant("A"), participant("B", 2), participant("C", 2, channels=1))

RAISED = (
    Case("raised: rung 1, and those told before", calm(asked("C", step=2, channels=1)), PressedAgain(circle=CIRCLE),
         Waiting(at(90)), 1, notify="AC"),
    Case("whatever they answered: it holds nothing", calm(yes("A", minutes=720)), PressedAgain(circle=CIRCLE),
         Waiting(at(90)), 1, notify="A"),
    Case("also who said not today", calm(asked("A", answer=CANNOT, answered_at=at(-60))), PressedAgain(circle=CIRCLE),
         Waiting(at(90)), 1, notify="A"),
    Case("also whom they were talking with", calm(yes("A"), stage=Calm(at(HOUR), A)), PressedAgain(circle=CIRCLE),
         Waiting(at(90)), 1, notify="A"),
    Case("seconds after asking: pressing again is not what it is", calm(asked("A"), created_at=NOW, pushed_at=NOW,
         asked_at=NOW), PressedAgain(circle=CIRCLE), Waiting(at(90)), 1, notify="A"),
    Case("in the moment of its end", calm(asked("A"), stage=Calm(NOW)), PressedAgain(circle=CIRCLE),
         Waiting(at(90)), 1, notify="A"),
    Case("with nobody on step 1 the whole circle", calm(asked("B", step=2)), PressedAgain(circle=CIRCLE[1:]),
         Waiting(at(90)), 1, notify="BC"),
    Case("rungs that reach nobody are skipped", calm(asked("A", devices=0)),
         PressedAgain(circle=(participant("A", devices=0), participant("B", 2))), Waiting(at(90)), 2, notify="AB",
         away="A"),
    Case("nobody can be reached: it says so at once", calm(asked("A", available=False)), PressedAgain(),
         Waiting(at(600)), 4, notify="A", notices="unanswered:me"),
)  # fmt: skip


@pytest.mark.parametrize("case", [*TABLE, *RAISED], ids=lambda case: case.sentence)
def test_the_calm_table(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("event", [Talking(C), TalkingConfirmed(C), AnswerGiven(C, HERE), MemberLeft(C)])
def test_a_stranger_changes_nothing(event: Any) -> None:
    before = calm(asked("A"), participant("C"))
    if not isinstance(event, MemberLeft):
        assert decide(before, event, NOW).after == before


def test_it_begins_with_everybody_who_is_free_and_no_rung() -> None:
    before = Snapshot.before_first_rung(
        REACH_OUT, OWNER, LADDER, [participant("A"), participant("B", 2)], NOW, calm=True
    )
    change = begin(before, NOW)
    assert shown(change, before) == {
        "stage": Calm(NOW + timedelta(hours=2)),
        "rung": LAST_RUNG,
        "notify": "AB",
        "repush": "",
        "call": "",
        "ring": "",
        "notices": "",
        "away": "",
        "rounds": 0,
    }


def test_what_was_said_stays_to_be_seen_and_a_press_begins_anew() -> None:
    before = calm(yes("A", minutes=60, delivered_at=at(-90)), asked("B", seen_at=at(-50)), sealed_need=b"talk")
    change = decide(before, PressedAgain(circle=CIRCLE), NOW)
    after = change.after
    assert change.raised
    assert (after.calm, after.raised_at, after.asked_at, after.pushed_at, after.round) == (False, NOW, NOW, NOW, 1)
    ana = next(one for one in after.participants if one.person_id == A)
    assert (ana.answer, ana.promises, ana.delivered_at, ana.seen_at, ana.told_at) == (None, 0, None, None, NOW)
    assert (ana.calm_answer, ana.calm_minutes, ana.calm_answered_at) == ("calling", 60, at(-60))
    # Everything of a press holds: the first answer holds the ladder, is announced to all, and is not a repeated one.
    answered = decide(replace(after, participants=after.participants), AnswerGiven(A, HERE), NOW + timedelta(seconds=5))
    assert isinstance(answered.after.stage, Answered)
    assert {one.person_id for one in answered.announcements} == {OWNER, B}
    # And its day begins now.
    late = NOW + REACH_OUT_LIFETIME
    assert decide(after, ClockDue(), late - timedelta(seconds=1)).ends is None
    assert decide(after, ClockDue(), late).after.stage == Closed(Outcome.EXPIRED, late)


@pytest.mark.parametrize(("said", "kept"), [(720, 15), (16, 15), (15, 15), (1, 1)])
def test_on_a_press_a_long_soon_is_cut(said: int, kept: int) -> None:
    change = decide(reach_out(told("A")), AnswerGiven(A, SOON, said), NOW)
    assert change.answer is not None
    assert change.answer.minutes == kept
    assert change.after.stage == Answered(at(kept * 60 + 120), at((kept * 60 + 120) / 2))
