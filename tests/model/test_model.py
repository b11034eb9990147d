"""A short run of the model of who sees what; the long one is part of `make fuzz`."""

from pathlib import Path

import pytest

from tests.model.run import play
from tests.world.databases import sqlite


@pytest.mark.slow
def test_everybody_sees_what_the_model_says_and_nothing_else(tmp_path: Path) -> None:
    with sqlite() as database:
        play(database, tmp_path, lives=5, steps=30, shrink=False)
