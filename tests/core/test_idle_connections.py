"""A firewall that forgets idle connections without a word costs whoever comes next a second, and nobody twenty."""

import asyncio
import socket
import time
from typing import Any

import pytest
import uvloop
from sqlalchemy import text

from core import asyncpg_pool, engines
from core.database import Database
from core.database_address import sqlalchemy_url
from core.engines import open_asyncpg
from tests.standins.database_proxy import database_proxy

MAX_SECONDS = 12.0
"""A second and a new connection, on a slow machine; without asking first, each statement waits for 20 s and fails."""


@pytest.fixture(autouse=True)
def _everything_idle_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(asyncpg_pool, "IDLE_SECONDS", 0.0)


async def _press(database: Database) -> None:
    async with database.statements() as statements:
        await statements.execute("SELECT 1", [])  # type: ignore[attr-defined]


async def _write(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("SELECT pg_sleep(0.05)"))


@pytest.mark.parametrize("work", [_press, _write])
async def test_connections_that_were_cut_without_a_word_delay_nobody_for_long(postgres_url: str, work) -> None:
    async with database_proxy(postgres_url) as proxy:
        database = Database(sqlalchemy_url(proxy.url), connections=9)
        try:
            await asyncio.gather(*(work(database) for _ in range(3)))
            assert proxy.opened == 3, "one each, all of them idle now"
            proxy.go_silent()
            began = time.monotonic()
            await work(database)
            await asyncio.gather(*(work(database) for _ in range(3)))
            assert time.monotonic() - began < MAX_SECONDS
        finally:
            await database.close()


@pytest.mark.parametrize("work", [_press, _write])
async def test_an_idle_connection_that_answers_is_used_again(postgres_url: str, work) -> None:
    async with database_proxy(postgres_url) as proxy:
        database = Database(sqlalchemy_url(proxy.url), connections=9)
        try:
            for _ in range(3):
                await work(database)
            assert proxy.opened == 1
        finally:
            await database.close()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_connections_show_that_they_are_alive(postgres_url: str, new_loop) -> None:
    async def options() -> list[int]:
        connection: Any = await open_asyncpg(postgres_url)
        try:
            opened = connection._transport.get_extra_info("socket")
            return [
                opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
            ]
        finally:
            await connection.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(options()) == [1, 3]
