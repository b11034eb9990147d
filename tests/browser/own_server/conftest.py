"""Tests that stop their server or start it with settings of their own: an installation a module, in place of the shared one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.conftest import installed
from tests.faults.installation import Installation
from tests.faults.processes import Server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory, compiled: Path | None) -> AsyncIterator[Installation]:
    async with installed(tmp_path_factory, compiled) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(installation: Installation) -> Server:
    return await installation.serve()
