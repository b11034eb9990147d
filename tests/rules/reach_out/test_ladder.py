"""Section 5 of the design, sentence by sentence: who is told by which rung, and when the next one comes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from rules.reach_out import ladder
from rules.reach_out.ladder import Move, Standing, next_move, nobody_reachable, own_ladder

NOW = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
DEFAULT = (0, 90, 180, 300)


def person(name: str, step: int = 1, **more: Any) -> Standing:
    """`A`, `B`, …: available, with one phone and no channel, not told yet, unless said otherwise."""
    plain = Standing(
        person_id=UUID(int=ord(name)),
        step=step,
        told=False,
        declined=False,
        available=True,
        devices=1,
        channels=0,
        receipt=False,
    )
    return replace(plain, **more)


def told(name: str, step: int = 1, **more: Any) -> Standing:
    return person(name, step, told=True, **more)


def letters(people: tuple[UUID, ...]) -> str:
    return "".join(chr(one.int) for one in people)


@dataclass(frozen=True)
class Line:
    """One line of the table: the ladder stands on `on` with these people; then it stands on `rung`, and so on.

    `waits`: seconds until the next rung, None when none comes.
    """

    sentence: str
    on: int
    people: tuple[Standing, ...]
    rung: int
    tell: str = ""
    again: str = ""
    channels: str = ""
    truth: bool = False
    waits: int | None = None


TABLE = (
    # ------------------------------------------------------------------------------------------------ rung 1 at 0 s
    Line("rung 1 tells the members of step 1", 0, (person("A"), person("B"), person("C", 2)), 1, tell="AB", waits=90),
    Line("the whole circle if step 1 is empty", 0, (person("A", 2), person("B", 2)), 1, tell="AB", waits=90),
    Line("no channel is tried by rung 1", 0, (person("A", channels=2),), 1, tell="A", waits=90),
    Line(
        "every recipient of a rung gets the notice, also who is not pushed",
        0,
        (person("A", available=False), person("B")),
        1,
        tell="AB",
        waits=90,
    ),
    # ------------------------------------------------------------------------------------------------------- rung 2
    Line("rung 2 tells the rest of the circle", 1, (told("A"), person("B", 2), person("C", 2)), 2, tell="BC", waits=90),
    Line(
        "and tries the channels of those told at rung 1 whose push has no receipt",
        1,
        (told("A", channels=1), told("B", channels=1, receipt=True), person("C", 2, channels=1)),
        2,
        tell="C",
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
        (told("A", channels=1, available=False), person("B", 2)),
        2,
        tell="B",
        waits=90,
    ),
    # ------------------------------------------------------------------------------------------------------- rung 3
    Line("rung 3 pushes everyone told so far again", 2, (told("A"), told("B", 2)), 3, again="AB", waits=120),
    Line(
        "plus the channels of those who chose them, receipt or not",
        2,
        (told("A", channels=1, receipt=True), told("B", 2, channels=1), told("C", 2)),
        3,
        again="ABC",
        channels="AB",
        waits=120,
    ),
    Line(
        "who said that they can't is left in peace",
        2,
        (told("A", declined=True, channels=1), told("B")),
        3,
        again="B",
        waits=120,
    ),
    Line("who is outside their hours is too", 2, (told("A", available=False), told("B")), 3, again="B", waits=120),
    # -------------------------------------------------------------------------------------------- rung 4, and after
    Line("rung 4 tells the person the truth, and nobody else", 3, (told("A", channels=1),), 4, truth=True, waits=600),
    Line("then rung 3 again after 600 s, once", 4, (told("A", channels=1),), 5, again="A", channels="A", waits=600),
    Line("twice", 5, (told("A"),), 6, again="A", waits=600),
    Line("and three times at most", 6, (told("A"),), 7, again="A", waits=None),
    # ------------------------------------------------------------------------------------- rungs that do not wait
    Line(
        "a rung whose members are not available does not wait",
        0,
        (person("A", available=False), person("B", 2)),
        2,
        tell="AB",
        waits=90,
    ),
    Line(
        "nor one whose members are unreachable",
        0,
        (person("A", devices=0), person("B", 2)),
        2,
        tell="AB",
        waits=90,
    ),
    Line(
        "somebody without a phone is tried by channel at once, and that is waited for",
        0,
        (person("A", devices=0, channels=1), person("B", 2)),
        2,
        tell="AB",
        channels="A",
        waits=90,
    ),
    Line(
        "nor one that adds nobody: without a rest of the circle rung 3 comes in the place of rung 2",
        1,
        (told("A"), told("B")),
        3,
        again="AB",
        waits=120,
    ),
    Line(
        "nor one that adds only people who cannot hear",
        1,
        (told("A"), person("B", 2, devices=0)),
        3,
        tell="B",
        again="A",
        waits=120,
    ),
    Line(
        "who is told for the first time is not pushed twice by the same move",
        1,
        (told("A", declined=True), person("B", 2, available=False), person("C", 2)),
        2,
        tell="BC",
        waits=90,
    ),
    Line(
        "nobody left at all: rung 4 at once",
        1,
        (told("A", declined=True), told("B", devices=0), told("C", available=False)),
        4,
        truth=True,
        waits=600,
    ),
    Line(
        "nobody can hear from the first second: everyone finds it in the inbox, and the person is told at once",
        0,
        (person("A", available=False), person("B", 2, devices=0)),
        4,
        tell="AB",
        truth=True,
        waits=600,
    ),
    Line("nobody at all is there any more: rung 4 at once", 1, (), 4, truth=True, waits=600),
    # -------------------------------------------------------------------------------------------------- odd corners
    Line(
        "somebody who comes back late (added, or in the circle again) is told by whatever rung comes next",
        2,
        (told("A"), person("B", 2)),
        3,
        tell="B",
        again="A",
        waits=120,
    ),
    Line(
        "after the truth a repetition comes whether or not anybody hears", 4, (told("A", declined=True),), 5, waits=600
    ),
)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.sentence)
def test_the_table(line: Line) -> None:
    move = next_move(DEFAULT, line.on, line.people, NOW)
    assert shown(move) == replace(line, sentence="", on=0, people=())


def shown(move: Move) -> Line:
    waits = None if move.next_at is None else int((move.next_at - NOW).total_seconds())
    return Line(
        "", 0, (), move.rung, letters(move.tell), letters(move.again), letters(move.channels), move.truth, waits
    )


@pytest.mark.parametrize(
    ("sentence", "rung", "people", "expected"),
    [
        ("somebody told can hear: the next rung waits", 1, (told("A"),), False),
        ("one of two has declined: it waits for the other", 1, (told("A", declined=True), told("B")), False),
        ("all have declined: it does not wait", 1, (told("A", declined=True), told("B", declined=True)), True),
        ("the last phone is gone: it does not wait", 1, (told("A", devices=0),), True),
        ("hours ended: it does not wait", 1, (told("A", available=False),), True),
        ("who has not been told does not count", 1, (told("A", declined=True), person("B", 2)), True),
        ("a channel that no rung has tried yet does not count", 1, (told("A", devices=0, channels=1),), True),
        ("from rung 2 on it does", 2, (told("A", devices=0, channels=1),), False),
        (
            "rung 2 does not wait when all whom it told have declined, though those of rung 1 may still hear",
            2,
            (told("A", fresh=False), told("B", 2, declined=True)),
            True,
        ),
        ("it waits for one of them", 2, (told("A", fresh=False), told("B", 2, declined=True), told("C", 2)), False),
    ],
)
def test_whether_the_next_rung_waits(sentence: str, rung: int, people: tuple[Standing, ...], *, expected: bool) -> None:
    assert nobody_reachable(rung, people) is expected, sentence


def test_later_rungs_keep_their_distances() -> None:
    late = NOW + timedelta(seconds=37)
    assert ladder.due_after((0, 60, 200, 900), 1, late) == late + timedelta(seconds=60)
    assert ladder.due_after((0, 60, 200, 900), 2, late) == late + timedelta(seconds=140)
    assert ladder.due_after((0, 60, 200, 900), 3, late) == late + timedelta(seconds=700)
    assert [ladder.due_after(DEFAULT, rung, NOW) for rung in (4, 5, 6)] == [NOW + timedelta(seconds=600)] * 3
    assert ladder.due_after(DEFAULT, 7, NOW) is None
    assert ladder.due_after(DEFAULT, 0, NOW) == NOW


@pytest.mark.parametrize("rung", range(1, 7))
def test_when_a_rung_began_follows_from_when_the_next_one_comes(rung: int) -> None:
    following = ladder.due_after(DEFAULT, rung, NOW)
    assert following is not None
    assert ladder.rung_began_at(DEFAULT, rung, following) == NOW


def test_the_timer_is_the_earliest_clock_and_at_the_latest_the_end_after_24_hours() -> None:
    def timer(**clocks: int) -> timedelta:
        at = {name: NOW + timedelta(seconds=seconds) for name, seconds in clocks.items()}
        everything: dict[str, datetime | None] = {"next_rung_at": None, "ask_at": None, "paused_until": None}
        return ladder.timer(created_at=NOW, **(everything | at)) - NOW

    assert timer() == timedelta(hours=24)
    assert timer(next_rung_at=90) == timedelta(seconds=90)
    assert timer(ask_at=300, paused_until=600) == timedelta(seconds=300)
    assert timer(next_rung_at=90_000) == timedelta(hours=24)


@pytest.mark.parametrize("seconds", [(0, 30, 60, 90), (0, 90, 180, 300), (0, 600, 1200, 1800)])
def test_an_own_ladder_within_its_bounds(seconds: tuple[int, ...]) -> None:
    assert own_ladder(seconds) == seconds


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        ((), "four numbers"),
        ((0, 90, 180), "four numbers"),
        ((0, 90, 180, 300, 600), "four numbers"),
        ((1, 90, 180, 300), "first of them 0"),
        ((0, 0, 0, 0), "at least 30"),
        ((0, 29, 180, 300), "at least 30"),
        ((0, 90, 60, 300), "at least 30"),
        ((0, -90, 180, 300), "at least 30"),
        ((0, 90, 180, 1801), "within 1800"),
        ((0, 90, 180, 10**12), "within 1800"),
    ],
)
def test_an_own_ladder_that_never_ends_or_floods(seconds: tuple[int, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        own_ladder(seconds)
