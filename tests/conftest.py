"""Fixtures of all tests: an empty database of each kind, and a world that uses it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from pydantic import SecretStr

from core.settings import Settings
from tests.world.beginnings import Beginnings
from tests.world.databases import COMPLETE, Postgres, Sqlite, postgres, sqlite
from tests.world.world import World

# The same examples in every run, and no deadline, because the machine may be busy.
hypothesis.settings.register_profile("porchlight", derandomize=True, deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("porchlight")

NO_POSTGRES = (
    "no PostgreSQL: set TEST_POSTGRES_URL (a server's address, such as postgresql://postgres@127.0.0.1/postgres), or"
    " start one on this machine; half of the tests need it"
)


@pytest.fixture(scope="session")
def _sqlite() -> Iterator[Sqlite]:
    with sqlite() as database:
        yield database


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Postgres | None]:
    with postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(_sqlite: Sqlite) -> str:
    """Return the URL of an empty SQLite database."""
    _sqlite.empty()
    return _sqlite.url


@pytest.fixture
def postgres_url(_postgres: Postgres | None) -> str:
    """Return the URL of an empty PostgreSQL database."""
    if _postgres is None:
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)
    _postgres.empty()
    return _postgres.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty, migrated database, as in PORCHLIGHT_DATABASE_URL; every test runs on both kinds."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Return the settings of the world; a test may override them with `settings.model_copy(update=…)`."""
    address = SecretStr(database_url)
    return Settings(_env_file=None, data_dir=tmp_path, database_url=address, database_connections=10, sign_ups=100_000)


@pytest.fixture(scope="session")
def beginnings() -> Beginnings:
    """Return what stories began with so far in this test process."""
    return {}


@pytest.fixture
async def world(settings: Settings, beginnings: Beginnings) -> AsyncIterator[World]:
    """Return a world of one process; everything in it goes through HTTP and a real database."""
    async with World(settings, beginnings=beginnings) as world:
        yield world
