"""People for the stories that need no circle of their own."""

import pytest

from tests.world.person import Person
from tests.world.world import World


@pytest.fixture
async def people(world: World) -> list[Person]:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    return [maya, sponsor, friend]
