"""Who hears a push, a channel or a call: by hours, by what they said and when, and by what their services refuse."""

from typing import Any

import pytest

from models.enums import AnswerKind
from rules.reach_out import ladder
from rules.reach_out.ladder import Move, next_move, nobody_reachable
from tests.world.participants import LADDER, NOW, letters, reach_out, seconds, told

WAYS = {
    "devices": (ladder.pushable, ladder.hears_pushes),
    "channels": (ladder.callable_by_channel, ladder.hears_channels),
    "calls": (ladder.callable_by_phone, ladder.hears_calls),
}
NO_WAY: dict[str, Any] = {"devices": 0, "channels": 0, "calls": 0}
RUNNING: dict[str, Any] = {"answer": AnswerKind.HERE, "answered_at": NOW - seconds(599)}
OVER: dict[str, Any] = {"answer": AnswerKind.HERE, "answered_at": NOW - seconds(600)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("count", "refusing", "more", "tried", "heard"),
    [
        (1, 0, {}, True, True),
        (0, 0, {}, False, False),
        (1, 1, {}, True, False),
        (2, 1, {}, True, True),
        (2, 2, {}, True, False),
        (1, 0, {"available": False}, False, False),
        (1, 0, {"answer": AnswerKind.CANNOT, "answered_at": NOW}, False, False),
        (1, 0, RUNNING, False, False),
        (1, 0, OVER, True, True),
        (1, 1, OVER, True, False),
    ],
)
def test_what_is_tried_and_what_is_heard(
    way: str, count: int, refusing: int, more: dict[str, Any], *, tried: bool, heard: bool
) -> None:
    person = told("A", **(NO_WAY | {way: count, f"refusing_{way}": refusing} | more))
    assert [judge(person, NOW) for judge in WAYS[way]] == [tried, heard]


def move(on: int, *, way: str, word: dict[str, Any]) -> Move:
    return next_move(LADDER, on, (told("A", **(NO_WAY | {way: 1} | word)),), NOW)


@pytest.mark.parametrize(
    ("on", "way", "field"),
    [(1, "channels", "channels"), (2, "devices", "repush"), (2, "channels", "channels"), (2, "calls", "calls")],
)
def test_a_word_that_is_over_is_asked_and_waited_for_again(on: int, way: str, field: str) -> None:
    again = move(on, way=way, word=OVER)
    assert (again.rung, letters(getattr(again, field))) == (on + 1, "A")
    # Nobody else can hear, so the rungs go on to the third, which waits for the word.
    held = move(on, way=way, word=RUNNING)
    assert (held.rung, letters(held.notify + held.repush + held.channels + held.calls)) == (3, "")
    assert held.next_at == NOW + seconds(1)


@pytest.mark.parametrize(("rung", "way"), [(1, "devices"), (2, "channels"), (3, "calls")])
def test_the_next_rung_waits_for_whoever_hears_again(rung: int, way: str) -> None:
    assert not nobody_reachable(rung, (told("A", **(NO_WAY | {way: 1} | OVER)),), NOW)
    assert nobody_reachable(rung, (told("A", **(NO_WAY | {way: 1} | RUNNING)),), NOW)


def test_after_the_last_rung_there_is_nothing_to_reckon_from() -> None:
    assert ladder.rung_began_at(LADDER, ladder.LAST_RUNG, NOW) == NOW


def test_a_push_of_the_very_moment_counts_as_one_to_everybody() -> None:
    began, next_rung_at = NOW - seconds(30), NOW + seconds(60)
    assert ladder.waits_for_those_told_since(reach_out(rung=2, pushed_at=began), next_rung_at) is None
