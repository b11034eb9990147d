"""A world whose processes move ladders, for what a worker does beside its loop."""

from collections.abc import AsyncIterator

import pytest

from core.settings import Settings
from tests.night import Night


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[Night]:
    async with Night(settings) as made:
        yield made
