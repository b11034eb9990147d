"""The bounds of a person's own ladder: it never ends in silence and never floods."""

import pytest

from rules.reach_out.ladder import own_ladder


@pytest.mark.parametrize("offsets", [(0, 30, 60, 90), (0, 90, 180, 300), (0, 600, 1200, 1800)])
def test_an_own_ladder_within_its_bounds(offsets: tuple[int, ...]) -> None:
    assert own_ladder(offsets) == offsets


@pytest.mark.parametrize(
    ("offsets", "says"),
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
def test_an_own_ladder_that_never_ends_or_floods(offsets: tuple[int, ...], says: str) -> None:
    with pytest.raises(ValueError, match=f"^must .*{says}"):
        own_ladder(offsets)
