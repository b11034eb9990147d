"""A short run of people who do anything at the same moment; the long one is part of `make fuzz`."""

import pytest

from tests.fuzz.at_once import play_at_once
from tests.world.world import World


@pytest.mark.slow
async def test_whatever_three_people_do_at_once_is_answered(world: World) -> None:
    statuses = await play_at_once(world, moments=8, seed=6)
    assert sum(count for status, count in statuses.items() if status < 300) > sum(statuses.values()) / 4, statuses
