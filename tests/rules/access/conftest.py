"""Fixtures of the conditions and loaders of `rules/access`."""

from collections.abc import AsyncIterator

import pytest

from tests.world.rows import Rows, open_rows


@pytest.fixture
async def rows() -> AsyncIterator[Rows]:
    async with open_rows() as rows:
        yield rows
