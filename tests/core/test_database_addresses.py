"""An address of PostgreSQL that asks for encryption holds for every connection: sessions, the pool of a press, and the bus."""

import asyncio

import pytest
from sqlalchemy.engine import make_url

from core.asyncpg_pool import asyncpg_dsn
from core.bus import Bus, PostgresBridge
from core.database import Database
from core.settings import sqlalchemy_url


@pytest.mark.parametrize("name", ["sslmode", "ssl"])
@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-full"])
def test_each_driver_gets_the_mode_under_the_name_it_knows(name: str, mode: str) -> None:
    url = make_url(sqlalchemy_url(f"postgresql://porch:p%40ss@db/porch?{name}={mode}&target_session_attrs=read-write"))
    assert url.query["ssl"] == mode
    plain = asyncpg_dsn(url)
    assert plain.startswith("postgresql://porch:p%40ss@db/porch?")
    assert make_url(plain).query == {"sslmode": mode, "target_session_attrs": "read-write"}


@pytest.mark.parametrize("mode", ["disable", "prefer"])
async def test_every_connection_opens_with_a_mode_in_the_address(postgres_url: str, mode: str) -> None:
    address = sqlalchemy_url(f"{postgres_url}?sslmode={mode}")
    database = Database(address)
    bridge = PostgresBridge(Bus(), make_url(address))
    running = asyncio.create_task(bridge.run())
    try:
        await database.ping()
        async with database.statements() as statements:
            assert await statements.execute("SELECT 1 AS one", []) == [(1,)]  # type: ignore[attr-defined]
        async with asyncio.timeout(30):
            await bridge.connected.wait()
    finally:
        running.cancel()
        await database.close()
