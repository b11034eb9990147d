"""A quick copy is the copy that `dataclasses.replace` makes."""

from dataclasses import replace

import pytest

from core.frozen import copy_with, quick_dataclass


@quick_dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


def test_a_copy_is_as_replace_makes_it_and_leaves_the_original_alone() -> None:
    point = Point(1, 2)
    assert copy_with(point, y=3) == replace(point, y=3) == Point(1, 3)
    assert point == Point(1, 2)
    assert hash(point) == hash(Point(1, 2))


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="z"):
        copy_with(Point(1), z=1)
