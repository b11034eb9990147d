"""Fixtures of the tests of faults: a house on SQLite, on PostgreSQL, or on each of them in turn."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import NO_POSTGRES
from tests.faults.installation import House
from tests.faults.stores import Store, embedded, on_postgres
from tests.world.databases import COMPLETE, Postgres


@pytest.fixture(scope="session")
def compiled(pytestconfig: pytest.Config) -> Path | None:
    """Where the processes keep what Python compiles, if they may not keep it beside the sources."""
    if not sys.dont_write_bytecode:
        return None
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("compiled")


@pytest.fixture(scope="session")
def postgres_server(_postgres: Postgres | None) -> str | None:
    """The address of a server where databases may be made."""
    return None if _postgres is None else urlunsplit(urlsplit(_postgres.url)._replace(path="/postgres"))


@pytest.fixture
async def sqlite_house(tmp_path: Path, compiled: Path | None) -> AsyncIterator[House]:
    async with House(tmp_path, embedded(tmp_path), compiled) as house:
        yield house


@pytest.fixture
async def empty_postgres(postgres_server: str | None) -> AsyncIterator[Store]:
    """A PostgreSQL database without any table."""
    if postgres_server is None:
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)
    async with on_postgres(postgres_server) as store:
        yield store


@pytest.fixture
async def bare_house(tmp_path: Path, empty_postgres: Store, compiled: Path | None) -> AsyncIterator[House]:
    """A house on a PostgreSQL database that nobody has migrated."""
    async with House(tmp_path, empty_postgres, compiled) as house:
        yield house


@pytest.fixture
async def postgres_house(bare_house: House) -> House:
    await bare_house.store.migrate()
    return bare_house


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    """The same test on both."""
    found = request.getfixturevalue("sqlite_house" if request.param == "sqlite" else "postgres_house")
    assert isinstance(found, House)
    return found
