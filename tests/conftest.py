"""Fixtures of all tests: an empty database of each kind, and a world on it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from pydantic import SecretStr

from core.settings import Settings
from tests.world.databases import COMPLETE, Postgres, Sqlite, postgres, sqlite
from tests.world.world import World

# The same examples in every run, and none too slow for a machine that does something else as well.
hypothesis.settings.register_profile("porchlight", derandomize=True, deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("porchlight")

NO_POSTGRES = (
    "no PostgreSQL: set TEST_POSTGRES_URL (a server's address, such as postgresql://postgres@127.0.0.1/postgres), or"
    " start one on this machine; half of the tests need it"
)


@pytest.fixture(scope="session")
def _sqlite() -> Iterator[Sqlite]:
    with sqlite() as made:
        yield made


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Postgres | None]:
    with postgres() as found:
        yield found


@pytest.fixture
def sqlite_url(_sqlite: Sqlite) -> str:
    """The address of an empty SQLite database."""
    _sqlite.empty()
    return _sqlite.url


@pytest.fixture
def postgres_url(_postgres: Postgres | None) -> str:
    """The address of an empty PostgreSQL database."""
    if _postgres is None:
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)
    _postgres.empty()
    return _postgres.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database, as PORCHLIGHT_DATABASE_URL takes it; every test runs on both."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """What a test may change before the world begins: `settings.model_copy(update=…)`."""
    address = SecretStr(database_url)
    return Settings(_env_file=None, data_dir=tmp_path, database_url=address, database_connections=10, sign_ups=100_000)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """A world of one process; everything in it goes through HTTP and a real database."""
    async with World(settings) as made:
        yield made
