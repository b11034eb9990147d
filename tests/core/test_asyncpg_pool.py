"""A pool lends each connection to one block at a time, opens no more than it may, and lends no broken one."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from core import asyncpg_pool
from core.asyncpg_pool import AsyncpgPool


class FakeConnection:
    """A connection whose statements return after a turn of the event loop, or raise what their text names."""

    def __init__(self) -> None:
        self.closed = False
        self.busy = False

    async def set_type_codec(self, *_: object, **__: object) -> None:
        pass

    async def fetch(self, sql: str) -> list[object]:
        assert not self.busy, "lent twice"
        self.busy = True
        await asyncio.sleep(3600 if sql == "slow" else 0)
        self.busy = False
        if sql == "refused":
            raise asyncpg.UniqueViolationError
        if sql == "read only":
            raise asyncpg.ReadOnlySQLTransactionError
        if sql == "cut":
            raise ConnectionResetError
        return []

    def is_closed(self) -> bool:
        return self.closed

    def terminate(self) -> None:
        self.closed = True

    async def close(self, **_: object) -> None:
        self.closed = True

    async def execute(self, _: str, **__: object) -> None:
        await asyncio.sleep(0)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[FakeConnection]:
    """Return the connections that pools open from now on."""
    connections: list[FakeConnection] = []

    async def connect(*_: object, **__: object) -> Any:
        await asyncio.sleep(0)
        connections.append(FakeConnection())
        return connections[-1]

    monkeypatch.setattr(asyncpg, "connect", connect)
    return connections


def pool(size: int = 2, wait_seconds: float = 30) -> AsyncpgPool:
    return AsyncpgPool(make_url("postgresql+asyncpg://nobody@localhost/none"), size, wait_seconds, {})


async def run(lent: AsyncpgPool, sql: str = "") -> None:
    async with lent.statements() as statements:
        await statements.execute(sql, [])


async def test_many_share_few_connections(opened: list[FakeConnection]) -> None:
    shared = pool()
    await asyncio.gather(*(run(shared) for _ in range(20)))
    assert len(opened) == 2


async def test_a_refused_statement_leaves_its_connection_usable(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    with pytest.raises(DBAPIError):
        await run(shared, "refused")
    await run(shared)
    assert len(opened) == 1


async def test_when_one_connection_takes_no_writes_all_are_opened_anew(opened: list[FakeConnection]) -> None:
    shared = pool(2)
    await asyncio.gather(run(shared), run(shared))
    with pytest.raises(DBAPIError):
        await run(shared, "read only")
    await asyncio.gather(run(shared), run(shared))
    assert [connection.closed for connection in opened] == [True, True, False, False]


async def test_an_interrupted_connection_is_not_lent_again(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    with pytest.raises(DBAPIError):
        await run(shared, "cut")
    cancelled = asyncio.create_task(run(shared, "slow"))
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(run(shared))
    await asyncio.sleep(0)
    cancelled.cancel()
    await waiting
    assert [connection.closed for connection in opened] == [True, True, False]


async def test_a_connection_that_the_server_has_closed_is_replaced(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    await run(shared)
    opened[0].closed = True
    await run(shared)
    assert len(opened) == 2


async def test_whoever_waits_too_long_is_refused_and_takes_nothing_along(opened: list[FakeConnection]) -> None:
    shared = pool(1, wait_seconds=0.01)
    async with shared.statements():
        with pytest.raises(DBAPIError):
            await run(shared)
    await run(shared)
    assert len(opened) == 1


async def test_whoever_is_cancelled_with_a_connection_in_hand_gives_it_back(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    async with shared.statements():
        waiting = asyncio.create_task(run(shared))
        await asyncio.sleep(0)
    # It has been given the connection, and has not run since.
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await run(shared)
    assert len(opened) == 1


async def test_a_failed_opening_keeps_no_place(monkeypatch: pytest.MonkeyPatch, opened: list[FakeConnection]) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    shared = pool(1)
    with monkeypatch.context() as patch:
        patch.setattr(asyncpg, "connect", refuse)
        for _ in range(3):
            with pytest.raises(DBAPIError):
                await run(shared)
    await run(shared)
    assert len(opened) == 1


async def test_closing_ends_what_is_idle_now_and_what_is_returned_later(opened: list[FakeConnection]) -> None:
    shared = pool()
    async with shared.statements():
        await run(shared)
        await shared.close()
        assert [connection.closed for connection in opened] == [False, True]
    assert all(connection.closed for connection in opened)


async def test_nobody_gets_a_connection_of_a_closed_pool(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    async with shared.statements():
        waiting = asyncio.create_task(run(shared))
        await asyncio.sleep(0)
        await shared.close()
    with pytest.raises(DBAPIError):
        await waiting
    with pytest.raises(DBAPIError):
        await run(shared)
    assert [connection.closed for connection in opened] == [True]


async def test_a_connection_that_opens_while_its_pool_closes_is_closed(opened: list[FakeConnection]) -> None:
    shared = pool(1)
    opening = asyncio.create_task(run(shared))
    await asyncio.sleep(0)
    await shared.close()
    with pytest.raises(DBAPIError):
        await opening
    assert [connection.closed for connection in opened] == [True]


async def test_whoever_is_cancelled_while_a_connection_is_asked_keeps_no_place(
    monkeypatch: pytest.MonkeyPatch, opened: list[FakeConnection]
) -> None:
    monkeypatch.setattr(asyncpg_pool, "IDLE_SECONDS", 0.0)
    shared = pool(1)
    await run(shared)
    asking = asyncio.create_task(run(shared))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await run(shared)
    assert [connection.closed for connection in opened] == [True, False]
