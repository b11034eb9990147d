"""Which presses spare phones that have just rung: the third and later ones within five minutes, for thirty seconds after a close."""

from datetime import datetime

import pytest

from rules.reach_out.bounds.spared_sound import spared_until, spares_again
from tests.world.participants import NOW, seconds


def at(*offsets: float) -> list[datetime]:
    return [NOW + seconds(offset) for offset in offsets]


@pytest.mark.parametrize(
    ("presses", "expected"),
    [
        ([], None),
        ([-1], None),
        ([-2, -1], 30),
        ([-1, -2], 30),
        ([-299, -1], 1),
        ([-280, -1], 20),
        ([-300, -1], None),
        ([-4000, -300, -1], None),
        ([-4000, -200, -1], 30),
    ],
    ids=[
        "no press", "one", "two", "in any order", "the first of two leaves the window in a second", "in twenty seconds",
        "is five minutes ago", "the two latest count", "and are recent",
    ],
)  # fmt: skip
def test_until_when_a_press_after_a_close_spares_phones(presses: list[float], expected: float | None) -> None:
    assert spared_until(at(*presses), NOW) == (None if expected is None else NOW + seconds(expected))


@pytest.mark.parametrize(
    ("presses", "expected"),
    [([], False), ([-1], False), ([-31, -1], True), ([-299, -1], True), ([-300, -1], False)],
)
def test_whether_pressing_again_spares_phones(presses: list[float], expected: bool) -> None:
    assert spares_again(at(*presses), NOW) is expected
