"""Section 5 of the design as a table: what answers, talking and pressing again make of a reach-out, and a first press."""

from dataclasses import replace

import pytest

from models.enums import Outcome
from rules.reach_out.change import AnswerRecord
from rules.reach_out.ladder import REACH_OUT_LIFETIME
from rules.reach_out.machine import begin, decide
from rules.reach_out.state import (
    Answered,
    AnswerGiven,
    Closed,
    PressedAgain,
    Snapshot,
    Talking,
    TalkingConfirmed,
    Together,
    Waiting,
)
from tests.rules.reach_out.machine_table import (
    CALLING,
    CANNOT,
    DECLINED,
    HELD,
    HERE,
    SOON,
    WAITING,
    A,
    B,
    Case,
    asleep,
    at,
    check,
    there,
)
from tests.world.participants import LADDER, NOW, OWNER, REACH_OUT, letters, participant, reach_out, told

ANSWERS = (
    *(
        Case(
            f"{kind} holds the ladder and tells the others who is with the person",
            reach_out(told("A"), told("B"), asleep("C"), participant("D", 2)),
            AnswerGiven(A, kind, minutes), Answered(at(pause), at(pause / 2)), notices="answered:me B(C)",
        )
        for kind, minutes, pause in ((CALLING, None, 600), (HERE, None, 600), (SOON, 10, 720))
    ),
    Case(
        "a second answer tells the person only, and holds for as long as the longer one",
        reach_out(there("A"), told("B"), told("C"), stage=Answered(at(540), at(240))),
        AnswerGiven(B, SOON, 15), Answered(at(1020), at(510)), notices="answered:me",
    ),
    Case(
        "the same answer again is no news and holds anew",
        reach_out(there("A"), told("B"), stage=Answered(at(540), at(240))),
        AnswerGiven(A, CALLING), Answered(at(600), at(300)),
    ),
    Case(
        "cannot is recorded, and the ladder waits for the others",
        reach_out(told("A"), told("B")), AnswerGiven(A, CANNOT), WAITING,
    ),
    Case(
        "a rung whose members have all declined does not wait",
        reach_out(told("A"), told("B", **DECLINED), participant("C", 2)),
        AnswerGiven(A, CANNOT), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "the last standing answer falls away: the next rung at once",
        reach_out(there("A"), told("B"), participant("C", 2), stage=HELD),
        AnswerGiven(A, CANNOT), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "also of somebody who had said it more than once",
        reach_out(there("A", promises=3), told("B"), participant("C", 2), stage=HELD),
        AnswerGiven(A, CANNOT), Waiting(at(90)), 2, notify="C",
    ),
    Case(
        "of somebody who says now this and now that, half a minute later",
        reach_out(there("A", withdrawals=1), told("B"), stage=HELD), AnswerGiven(A, CANNOT), Waiting(at(30)),
    ),
    Case(
        "another answer holds on",
        reach_out(there("A"), there("B", 30), stage=Answered(at(570), at(300))),
        AnswerGiven(A, CANNOT), Answered(at(570), at(300)),
    ),
    Case(
        "an answer from before the last press holds nothing, but nobody is called absent while its word runs",
        reach_out(there("A"), there("B", 90), stage=HELD, asked_at=at(-80)),
        AnswerGiven(A, CANNOT), Waiting(at(510)), 3,
    ),
    Case(
        "a ladder that waited for the end of their word goes on at once",
        reach_out(there("A", 100), told("B"), stage=Waiting(at(500)), rung=3, asked_at=at(-50)),
        AnswerGiven(A, CANNOT), Waiting(at(600)), 4, notices="unanswered:me",
    ),
    Case(
        "who has held it for half an hour holds nothing: the person hears of it, the others do not",
        reach_out(told("A", held_seconds=1800.0), told("B")), AnswerGiven(A, CALLING), WAITING, notices="answered:me",
    ),
    Case(
        "a to and fro within half a minute alarms nobody again",
        reach_out(told("A", promises=1, promised_at=at(-20), **DECLINED), told("B")),
        AnswerGiven(A, CALLING), Answered(at(600), at(300)), notices="answered:(me)(B)",
    ),
    Case(
        "while they are together an answer is recorded and nothing else",
        reach_out(there("A"), told("B"), stage=Together(A)), AnswerGiven(B, CALLING), Together(A), notices="answered:me",
    ),
    Case(
        "together stands when somebody else can't",
        reach_out(there("A", 7200), there("B"), stage=Together(A)), AnswerGiven(B, CANNOT), Together(A),
    ),
    Case(
        "without the one who is talked with it is what the others' answers make of it",
        reach_out(there("A", 7200), there("B", 60), stage=Together(A)),
        AnswerGiven(A, CANNOT), Answered(at(540), at(270)),
    ),
    Case(
        "what somebody said eleven minutes ago is nobody who is there",
        reach_out(there("A", 7200), there("B", 660), participant("C", 2), stage=Together(A)),
        AnswerGiven(A, CANNOT), Waiting(at(90)), 2, notify="C",
    ),
    Case("who was not told cannot answer", reach_out(told("A"), participant("B", 2)), AnswerGiven(B, CALLING), WAITING),
)  # fmt: skip

TALKING = (
    Case(
        "a recipient's word pauses ten minutes more and asks the person; it makes nothing so",
        reach_out(there("A", 300), told("B"), stage=HELD),
        Talking(A), Answered(at(600), at(300)), notices="are_you_talking:me",
    ),
    Case(
        "said again within five minutes it is the same word",
        reach_out(there("A", 300, talking_at=at(-299)), stage=HELD), Talking(A), HELD,
    ),
    Case(
        "who has not answered answers by it",
        reach_out(told("A"), told("B")), Talking(A), Answered(at(600), at(300)),
        notices="answered:me B are_you_talking:me",
    ),
    Case("while they are together it asks nothing", reach_out(there("A"), stage=Together(A)), Talking(A), Together(A)),
    Case("the person's own word makes it so", reach_out(there("A"), stage=HELD), TalkingConfirmed(A), Together(A)),
    Case(
        "also with somebody who never pressed an answer, and the others hear that somebody is there",
        reach_out(told("A"), told("B")), TalkingConfirmed(A), Together(A), notices="answered:me B",
    ),
    Case(
        "but with nobody who was not told",
        reach_out(told("A"), participant("B", 2)), TalkingConfirmed(B), WAITING,
    ),
)  # fmt: skip

PRESSED = (
    Case("within 30 s it changes nothing", reach_out(told("A"), pushed_at=at(-29)), PressedAgain(), WAITING),
    Case(
        "later it pushes everyone told so far again",
        reach_out(told("A"), told("B", **DECLINED), asleep("C"), participant("D", 2)),
        PressedAgain(), WAITING, repush="A", rounds=1,
    ),
    Case(
        "it takes up a paused ladder: others are told at once, who stands by is left in peace",
        reach_out(there("A"), participant("B", 2), stage=HELD), PressedAgain(), Waiting(at(90)), 2, notify="B",
    ),
    Case(
        "also within 30 s: to ask the others too is never the same press",
        reach_out(there("A", 5), participant("B", 2), stage=HELD, pushed_at=at(-20)),
        PressedAgain(), Waiting(at(90)), 2, notify="B",
    ),
    Case(
        "whoever the person is talking with is not alarmed",
        reach_out(there("A", 3600), told("B"), participant("C", 2), stage=Together(A)),
        PressedAgain(), Waiting(at(90)), 2, notify="C", repush="B", rounds=1,
    ),
    Case(
        "after rung 4 it starts again at rung 2, with the channels of this rung",
        reach_out(told("A", channels=1), told("B"), stage=Waiting(at(60)), rung=5, unanswered_at=at(-900)),
        PressedAgain(), Waiting(at(90)), 2, repush="AB", call="A", rounds=1,
    ),
    Case(
        "it adds people, past rung 2 with their channels",
        reach_out(told("A"), rung=2, pushed_at=at(-5)),
        PressedAgain(added=(participant("B", channels=1), told("A"))), WAITING, notify="B", call="B",
    ),
    Case(
        "and does not wait for people who cannot hear it",
        reach_out(told("A", devices=0, unreachable_at=at(-60)), participant("B", 2)),
        PressedAgain(), Waiting(at(90)), 2, notify="B", away="A",
    ),
    Case(
        "nobody's call goes into something that ends a moment later",
        reach_out(told("A"), created_at=NOW - REACH_OUT_LIFETIME),
        PressedAgain(), Closed(Outcome.EXPIRED, NOW), notices="ended:A",
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", [*ANSWERS, *TALKING, *PRESSED], ids=lambda case: case.sentence)
def test_the_table(case: Case) -> None:
    check(case)


def test_a_first_press_tells_rung_1() -> None:
    change = begin(
        Snapshot.before_first_rung(REACH_OUT, OWNER, LADDER, (participant("A"), participant("B", 2)), NOW), NOW
    )
    assert (change.after.stage, change.after.rung, change.after.round) == (Waiting(at(90)), 1, 1)
    assert (change.after.pushed_at, change.after.asked_at, change.after.unanswered_at) == (NOW, NOW, None)
    assert letters(change.notified) == "A"
    assert [one.told_at for one in change.after.participants] == [NOW, None]


def test_a_first_press_that_nobody_hears_says_so_at_once() -> None:
    quiet = participant("A", available=False, hears_at=at(3600)), participant("B", devices=0)
    change = begin(Snapshot.before_first_rung(REACH_OUT, OWNER, LADDER, quiet, NOW), NOW)
    assert (change.after.rung, change.after.unanswered_at, change.after.round) == (4, NOW, 1)
    assert [(one.kind, letters([one.person_id])) for one in change.announcements] == [("unanswered", "me")]
    assert [(one.quiet_at, one.unreachable_at) for one in change.after.participants] == [(NOW, None), (None, NOW)]


def test_an_answer_is_kept_whole() -> None:
    change = decide(reach_out(told("A")), AnswerGiven(A, SOON, 7), NOW)
    assert change.answer == AnswerRecord(A, SOON, 7)
    one = change.after.participant(A)
    assert one is not None
    assert (one.answer, one.minutes, one.answered_at, one.seen_at) == (SOON, 7, NOW, NOW)


def test_words_are_counted_until_the_person_asks_again() -> None:
    before = reach_out(there("A", 100), told("B"), stage=HELD)
    answered = decide(before, AnswerGiven(A, HERE), NOW).after
    assert [one.held_seconds for one in answered.participants] == [100.0, None]
    asked = decide(answered, PressedAgain(), at(5)).after
    assert [one.held_seconds for one in asked.participants] == [None, None]
    assert asked.asked_at == at(5)


def test_what_a_press_again_says_stands_until_the_next_one() -> None:
    before = reach_out(told("A"), stage=Waiting(at(60)), rung=5, unanswered_at=at(-900), sealed_need=b"talk")
    after = decide(before, PressedAgain(sealed_need=b"urge"), NOW).after
    assert (after.sealed_need, after.unanswered_at, after.pushed_at, after.asked_at) == (b"urge", None, NOW, NOW)
    same = decide(replace(before, pushed_at=at(-5)), PressedAgain(), NOW).after
    assert (same.sealed_need, same.pushed_at, same.asked_at) == (b"talk", at(-5), before.asked_at), "the same press"
