"""Section 5 of the design, sentence by sentence: who is told by which rung, and when the next one comes."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from models.enums import AnswerKind
from rules.reach_out import ladder
from rules.reach_out.ladder import Move, next_move, nobody_reachable
from rules.reach_out.state import Participant
from tests.world.participants import LADDER, NOW, letters, participant, reach_out, seconds, told

CANNOT: dict[str, Any] = {"answer": AnswerKind.CANNOT}
RECEIPT: dict[str, Any] = {"delivered_at": NOW}


@dataclass(frozen=True)
class Line:
    """One line of the table: the ladder stands on `on` with these people; then it stands on `rung`, and so on.

    `waits`: seconds until the next rung, None when none comes.
    """

    sentence: str
    on: int
    people: tuple[Participant, ...]
    rung: int
    notify: str = ""
    repush: str = ""
    channels: str = ""
    unanswered: bool = False
    waits: int | None = None
    calls: str = ""


TABLE = (
    # ------------------------------------------------------------------------------------------------ rung 1 at 0 s
    Line(
        "rung 1 tells the members of step 1",
        0,
        (participant("A"), participant("B"), participant("C", 2)),
        1,
        notify="AB",
        waits=90,
    ),
    Line(
        "the whole circle if step 1 is empty", 0, (participant("A", 2), participant("B", 2)), 1, notify="AB", waits=90
    ),
    Line("no channel is tried by rung 1", 0, (participant("A", channels=2),), 1, notify="A", waits=90),
    Line(
        "every recipient of a rung gets the notice, also who is not pushed",
        0,
        (participant("A", available=False), participant("B")),
        1,
        notify="AB",
        waits=90,
    ),
    # ------------------------------------------------------------------------------------------------------- rung 2
    Line(
        "rung 2 tells the rest of the circle",
        1,
        (told("A"), participant("B", 2), participant("C", 2)),
        2,
        notify="BC",
        waits=90,
    ),
    Line(
        "and tries the channels of those told at rung 1 whose push has no receipt",
        1,
        (told("A", channels=1), told("B", channels=1, **RECEIPT), participant("C", 2, channels=1)),
        2,
        notify="C",
        channels="A",
        waits=90,
    ),
    Line(
        "a channel alone is something that is heard",
        1,
        (told("A", channels=1), told("B")),
        2,
        channels="A",
        waits=90,
    ),
    Line(
        "nobody outside their hours is woken by a channel",
        1,
        (told("A", channels=1, available=False), participant("B", 2)),
        2,
        notify="B",
        waits=90,
    ),
    # ------------------------------------------------------------------------------------------------------- rung 3
    Line("rung 3 pushes everyone told so far again", 2, (told("A"), told("B", 2)), 3, repush="AB", waits=120),
    Line(
        "plus the channels of those who chose them, receipt or not",
        2,
        (told("A", channels=1, **RECEIPT), told("B", 2, channels=1), told("C", 2)),
        3,
        repush="ABC",
        channels="AB",
        waits=120,
    ),
    Line(
        "who said that they can't is left in peace",
        2,
        (told("A", **CANNOT, channels=1), told("B")),
        3,
        repush="B",
        waits=120,
    ),
    Line("who is outside their hours is too", 2, (told("A", available=False), told("B")), 3, repush="B", waits=120),
    Line(
        "and calls those who want to be called, whom no rung before it calls",
        2,
        (told("A", calls=1), told("B", channels=1, calls=1, available=False), told("C", **CANNOT, calls=1)),
        3,
        repush="A",
        calls="A",
        waits=120,
    ),
    Line("no phone is rung by rung 2", 1, (told("A", calls=1), participant("B", 2)), 2, notify="B", waits=90),
    # -------------------------------------------------------------------------------------------- rung 4, and after
    Line(
        "rung 4 tells the person the truth, and nobody else", 3, (told("A", channels=1),), 4, unanswered=True, waits=600
    ),
    Line("then rung 3 again after 600 s, once", 4, (told("A", channels=1),), 5, repush="A", channels="A", waits=600),
    Line("with its calls", 4, (told("A", calls=1),), 5, repush="A", calls="A", waits=600),
    Line("twice", 5, (told("A"),), 6, repush="A", waits=600),
    Line("and three times at most", 6, (told("A"),), 7, repush="A", waits=None),
    # ------------------------------------------------------------------------------------- rungs that do not wait
    Line(
        "a rung whose members are not available does not wait",
        0,
        (participant("A", available=False), participant("B", 2)),
        2,
        notify="AB",
        waits=90,
    ),
    Line(
        "nor one whose members are unreachable",
        0,
        (participant("A", devices=0), participant("B", 2)),
        2,
        notify="AB",
        waits=90,
    ),
    Line(
        "somebody without a phone is tried by channel at once, and that is waited for",
        0,
        (participant("A", devices=0, channels=1), participant("B", 2)),
        2,
        notify="AB",
        channels="A",
        waits=90,
    ),
    Line(
        "somebody who can only be called is called at once when nobody else hears, and that is waited for",
        0,
        (participant("A", devices=0, calls=1),),
        3,
        notify="A",
        calls="A",
        waits=120,
    ),
    Line(
        "nor one that adds nobody: without a rest of the circle rung 3 comes in the place of rung 2",
        1,
        (told("A"), told("B")),
        3,
        repush="AB",
        waits=120,
    ),
    Line(
        "nor one that adds only people who cannot hear",
        1,
        (told("A"), participant("B", 2, devices=0)),
        3,
        notify="B",
        repush="A",
        waits=120,
    ),
    Line(
        "who is told for the first time is not pushed twice by the same move",
        1,
        (told("A", **CANNOT), participant("B", 2, available=False), participant("C", 2)),
        2,
        notify="BC",
        waits=90,
    ),
    Line(
        "nobody left at all: rung 4 at once",
        1,
        (told("A", **CANNOT), told("B", devices=0), told("C", available=False)),
        4,
        unanswered=True,
        waits=600,
    ),
    Line(
        "nobody can hear from the first second: everyone finds it in the inbox, and the person is told at once",
        0,
        (participant("A", available=False), participant("B", 2, devices=0)),
        4,
        notify="AB",
        unanswered=True,
        waits=600,
    ),
    Line("nobody at all is there any more: rung 4 at once", 1, (), 4, unanswered=True, waits=600),
    # -------------------------------------------------------------------------------------------------- odd corners
    Line(
        "somebody who comes back late (added, or in the circle again) is told by whatever rung comes next",
        2,
        (told("A"), participant("B", 2)),
        3,
        notify="B",
        repush="A",
        waits=120,
    ),
    Line("after the truth a repetition comes whether or not anybody hears", 4, (told("A", **CANNOT),), 5, waits=600),
)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.sentence)
def test_the_table(line: Line) -> None:
    move = next_move(LADDER, line.on, line.people, NOW)
    assert shown(move) == replace(line, sentence="", on=0, people=())


def shown(move: Move) -> Line:
    waits = None if move.next_at is None else int((move.next_at - NOW).total_seconds())
    return Line(
        "",
        0,
        (),
        move.rung,
        letters(move.notify),
        letters(move.repush),
        letters(move.channels),
        move.announce_unanswered,
        waits,
        letters(move.calls),
    )


@pytest.mark.parametrize(
    ("sentence", "rung", "people", "expected"),
    [
        ("somebody told can hear: the next rung waits", 1, (told("A"),), False),
        ("one of two has declined: it waits for the other", 1, (told("A", **CANNOT), told("B")), False),
        ("all have declined: it does not wait", 1, (told("A", **CANNOT), told("B", **CANNOT)), True),
        ("the last phone is gone: it does not wait", 1, (told("A", devices=0),), True),
        ("hours ended: it does not wait", 1, (told("A", available=False),), True),
        ("who has not been told does not count", 1, (told("A", **CANNOT), participant("B", 2)), True),
        ("a channel that no rung has tried yet does not count", 1, (told("A", devices=0, channels=1),), True),
        ("from rung 2 on it does", 2, (told("A", devices=0, channels=1),), False),
        ("a phone that no rung has rung yet does not count", 2, (told("A", devices=0, calls=1),), True),
        ("from rung 3 on it does", 3, (told("A", devices=0, calls=1),), False),
    ],
)
def test_whether_the_next_rung_waits(
    sentence: str, rung: int, people: tuple[Participant, ...], *, expected: bool
) -> None:
    assert nobody_reachable(rung, people, NOW) is expected, sentence


def test_rung_2_waits_for_those_whom_it_told() -> None:
    began = NOW - seconds(30)
    earlier, declined = told("A"), told("B", 2, told_at=began, **CANNOT)
    assert nobody_reachable(2, (earlier, declined), NOW, began), (
        "those of rung 1 may still hear, and are not waited for"
    )
    assert not nobody_reachable(2, (earlier, declined, told("C", 2, told_at=began)), NOW, began)


def test_since_when_those_were_told_for_whom_the_ladder_waits() -> None:
    began, next_rung_at = NOW - seconds(30), NOW + seconds(60)
    assert ladder.waits_for_those_told_since(reach_out(rung=2), next_rung_at) == began
    assert ladder.waits_for_those_told_since(reach_out(rung=2, pushed_at=NOW), next_rung_at) is None, "a press again"
    assert ladder.waits_for_those_told_since(reach_out(rung=1), next_rung_at) is None
    assert ladder.waits_for_those_told_since(reach_out(rung=3), next_rung_at) is None
