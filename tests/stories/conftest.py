"""Fixtures of the stories."""

import pytest

from tests.world.person import Person
from tests.world.world import World


@pytest.fixture
async def people(world: World) -> list[Person]:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    return [maya, sponsor, friend]
