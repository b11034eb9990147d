"""Fixtures of the fault tests: an installation on SQLite, on PostgreSQL, or on each in turn."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import NO_POSTGRES
from tests.faults.installation import Installation
from tests.faults.stores import Store, embedded, on_postgres
from tests.world.databases import COMPLETE, Postgres


@pytest.fixture(scope="session")
def compiled(pytestconfig: pytest.Config) -> Path | None:
    """Return the folder of compiled Python files, if they may not lie beside the sources."""
    if not sys.dont_write_bytecode:
        return None
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("compiled")


@pytest.fixture(scope="session")
def postgres_server(_postgres: Postgres | None) -> str | None:
    """Return the address of a PostgreSQL server where databases may be created."""
    return None if _postgres is None else urlunsplit(urlsplit(_postgres.url)._replace(path="/postgres"))


@pytest.fixture
async def sqlite_installation(tmp_path: Path, compiled: Path | None) -> AsyncIterator[Installation]:
    async with Installation(tmp_path, embedded(tmp_path), compiled) as installation:
        yield installation


@pytest.fixture
async def empty_postgres(postgres_server: str | None) -> AsyncIterator[Store]:
    """An empty PostgreSQL database, without tables."""
    if postgres_server is None:
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)
    async with on_postgres(postgres_server) as store:
        yield store


@pytest.fixture
async def bare_installation(
    tmp_path: Path, empty_postgres: Store, compiled: Path | None
) -> AsyncIterator[Installation]:
    """An installation on a PostgreSQL database that is not migrated."""
    async with Installation(tmp_path, empty_postgres, compiled) as installation:
        yield installation


@pytest.fixture
async def postgres_installation(bare_installation: Installation) -> Installation:
    await bare_installation.store.migrate()
    return bare_installation


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Run the test on both databases."""
    chosen = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_installation")
    assert isinstance(chosen, Installation)
    return chosen
