"""Section 5 of the design as a table: what time, people who come and go, and the end make of a reach-out."""

from datetime import datetime

import pytest

from models.enums import NoticeKind, Outcome
from rules.reach_out.ladder import REACH_OUT_LIFETIME
from rules.reach_out.machine import decide
from rules.reach_out.state import (
    Answered,
    AnswerGiven,
    ClockDue,
    Closed,
    Closing,
    MemberLeft,
    PressedAgain,
    ReachChanged,
    Talking,
    TalkingConfirmed,
    Together,
    Waiting,
)
from tests.rules.reach_out.machine_table import (
    CALLING,
    CLOSED,
    DECLINED,
    DUE,
    HELD,
    WAITING,
    A,
    B,
    Case,
    asleep,
    at,
    check,
    there,
)
from tests.world.participants import NOW, participant, reach_out, told

TIME = (
    Case("nothing is due: nothing happens", reach_out(told("A")), ClockDue(), WAITING),
    Case("rung 2", reach_out(told("A"), participant("B", 2), stage=DUE), ClockDue(), Waiting(at(90)), 2, notify="B"),
    Case(
        "rung 2 tries channels where there is no receipt, which is a further round",
        reach_out(told("A", channels=1), participant("B", 2), stage=DUE),
        ClockDue(), Waiting(at(90)), 2, notify="B", call="A", rounds=1,
    ),
    Case("rung 3", reach_out(told("A"), stage=DUE, rung=2), ClockDue(), Waiting(at(120)), 3, repush="A", rounds=1),
    Case(
        "and calls those who want to be called, which is a further round even where nobody can be pushed",
        reach_out(told("A", devices=0, calls=1), stage=DUE, rung=2),
        ClockDue(), Waiting(at(120)), 3, ring="A", rounds=1,
    ),
    Case(
        "rung 4 tells the person plainly",
        reach_out(told("A"), stage=DUE, rung=3), ClockDue(), Waiting(at(600)), 4, notices="unanswered:me",
    ),
    Case(
        "rung 3 again after it",
        reach_out(told("A"), stage=DUE, rung=4, unanswered_at=at(-600)),
        ClockDue(), Waiting(at(600)), 5, repush="A", rounds=1,
    ),
    Case(
        "the last repetition: no rung comes any more, the state stays waiting",
        reach_out(told("A"), stage=DUE, rung=6, unanswered_at=at(-600)),
        ClockDue(), Waiting(None), 7, repush="A", rounds=1,
    ),
    Case(
        "a word that runs holds back that nobody answered",
        reach_out(told("A"), there("B", 100), stage=DUE, rung=3, asked_at=at(-50)), ClockDue(), Waiting(at(500)),
    ),
    Case(
        "an unanswered that is owed is said at the next repetition",
        reach_out(told("A"), stage=DUE, rung=5), ClockDue(), Waiting(at(600)), 6,
        repush="A", rounds=1, notices="unanswered:me",
    ),
    Case(
        "unless somebody's word runs again",
        reach_out(told("A"), there("B", 100), stage=DUE, rung=5, asked_at=at(-50)), ClockDue(), Waiting(at(500)),
    ),
    Case(
        "half way through the pause both sides are asked, once",
        reach_out(there("A"), told("B"), stage=Answered(at(300), NOW)),
        ClockDue(), Answered(at(300), None), notices="are_you_talking:me A",
    ),
    Case(
        "the pause is over: the next rung at once, later ones keep their distances",
        reach_out(there("A", 600), told("B", 2), participant("C", 2), stage=Answered(NOW, None)),
        ClockDue(), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "after rung 4 the truth is told anew",
        reach_out(there("A", 600), told("B"), stage=Answered(NOW, None), rung=4, unanswered_at=at(-700)),
        ClockDue(), Waiting(at(600)), 5, repush="AB", rounds=1, notices="unanswered:me",
    ),
    Case(
        "past the last repetition there is one more",
        reach_out(there("A", 600), stage=Answered(NOW, None), rung=7, unanswered_at=at(-700)),
        ClockDue(), Waiting(None), 7, repush="A", rounds=1, notices="unanswered:me",
    ),
    Case(
        "together is nothing that time ends", reach_out(there("A", 7200), stage=Together(A)), ClockDue(), Together(A)
    ),
    Case(
        "after 24 hours it ends, without an all-clear",
        reach_out(told("A"), asleep("B"), participant("C", 2), created_at=NOW - REACH_OUT_LIFETIME),
        ClockDue(), Closed(Outcome.EXPIRED, NOW), notices="ended:A(B)",
    ),
    Case(
        "hours have begun: who sleeps is pushed, from rung 2 on with their channels",
        reach_out(told("B"), asleep("A", available=True, channels=1), rung=2),
        ClockDue(), WAITING, repush="A", call="A", rounds=1,
    ),
    Case(
        "and from rung 3 on with a call",
        reach_out(told("B"), asleep("A", available=True, calls=1), rung=3),
        ClockDue(), WAITING, repush="A", call="A", ring="A", rounds=1,
    ),
    Case(
        "at rung 1 without them",
        reach_out(asleep("A", available=True, channels=1)), ClockDue(), WAITING, repush="A", rounds=1,
    ),
    Case("nobody is woken while somebody is there",
         reach_out(there("B"), asleep("A", available=True), stage=HELD), ClockDue(), HELD),
    Case("nor who has said that they can't",
         reach_out(told("B"), asleep("A", available=True, **DECLINED)), ClockDue(), WAITING),
)  # fmt: skip

PEOPLE = (
    Case("somebody leaves: it waits for the others", reach_out(told("A"), told("B")), MemberLeft(A), WAITING),
    Case(
        "the last of the rung leaves: the next one at once",
        reach_out(told("A"), participant("B", 2)), MemberLeft(A), Waiting(at(90)), 2, notify="B",
    ),
    Case(
        "the last standing answer leaves: it waits again, and the next rung comes at once",
        reach_out(there("A"), told("B"), participant("C", 2), stage=HELD), MemberLeft(A), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "whom they were talking with leaves",
        reach_out(there("A", 7200), told("B"), participant("C", 2), stage=Together(A)),
        MemberLeft(A), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "with an older release's together anybody who stands will do",
        reach_out(there("A", 7200), there("B", 7200), stage=Together(None)), MemberLeft(A), Together(None),
    ),
    Case(
        "nobody at all is left: rung 4 at once",
        reach_out(told("A")), MemberLeft(A), Waiting(at(600)), 4, notices="unanswered:me",
    ),
    Case(
        "the last phone is gone: unreachable, and the ladder moves on",
        reach_out(told("A", devices=0), participant("B", 2)), ReachChanged(), Waiting(at(90)), 2, notify="B", away="A",
    ),
    Case("one of two is gone: it waits for the other",
         reach_out(told("A", devices=0), told("B")), ReachChanged(), WAITING, away="A"),
    Case("a mute is over: they are pushed",
         reach_out(told("B"), asleep("A", available=True)), ReachChanged(), WAITING, repush="A", rounds=1),
    Case("everybody has muted: the next rung at once",
         reach_out(told("A", available=False), participant("B", 2)), ReachChanged(), Waiting(at(90)), 2, notify="B"),
    Case("who sleeps is not called unreachable", reach_out(told("B"), asleep("A", devices=0)), ReachChanged(), WAITING),
    Case("an answer that holds goes on holding", reach_out(there("A", devices=0), stage=HELD), ReachChanged(), HELD,
         away="A"),
)  # fmt: skip

CLOSING = (
    *(
        Case(
            f"{outcome}: everyone told gets the all-clear",
            reach_out(told("A"), there("B"), asleep("C"), participant("D", 2), stage=stage),
            Closing(outcome, NoticeKind.ALL_CLEAR), Closed(outcome, NOW), notices="all_clear:A B(C)",
        )
        for outcome, stage in (
            (Outcome.CONNECTED, Together(B)), (Outcome.OK_NOW, HELD), (Outcome.MISTAKE, WAITING),
        )
    ),
    Case(
        "an erased account ends it, and says no more than that",
        reach_out(told("A")), Closing(Outcome.EXPIRED, NoticeKind.ENDED), Closed(Outcome.EXPIRED, NOW), notices="ended:A",
    ),
    *(
        Case(f"a closed one never changes: {type(event).__name__}", reach_out(told("A"), stage=CLOSED), event, CLOSED)
        for event in (
            ClockDue(), AnswerGiven(A, CALLING), Talking(A), TalkingConfirmed(A), PressedAgain(), MemberLeft(A),
            ReachChanged(), Closing(Outcome.MISTAKE, NoticeKind.ALL_CLEAR),
        )
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", [*TIME, *PEOPLE, *CLOSING], ids=lambda case: case.sentence)
def test_the_table(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(("rung", "pushed_at"), [(1, at(-3600)), (2, NOW)])
def test_a_rung_that_pushes_again_is_a_push(rung: int, pushed_at: datetime) -> None:
    """A press a moment later is the same press then, and does not push the same phones once more."""
    before = reach_out(told("A"), participant("B", 2), stage=DUE, rung=rung)
    assert decide(before, ClockDue(), NOW).after.pushed_at == pushed_at
