"""A connection pool for `core.statements`: plain asyncpg connections, opened when they are first needed.

asyncpg's own pool is made for connections that keep state: it resets each and shields the return in a task, which costs as
much as the statements of a press do. See docs/decisions/0007.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import TypeAlias

from asyncpg import InterfaceError
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from core.database_address import asyncpg_dsn
from core.engines import IDLE_SECONDS, AsyncpgConnection, is_alive, open_asyncpg
from core.statements import ASYNCPG_FAILURES, AsyncpgStatements

CLOSE_SECONDS = 5

_Waiter: TypeAlias = "asyncio.Future[AsyncpgConnection | None]"


class AsyncpgPool:
    """Lends up to `size` connections, the one returned last first. `wait_seconds`: how long to wait for one.

    Each statement is its own transaction and changes no session state, so a returned connection needs no reset. One whose
    statement was interrupted is closed instead of being lent again.
    """

    def __init__(self, url: URL, size: int, wait_seconds: float, settings: Mapping[str, str]) -> None:
        self._dsn = asyncpg_dsn(url)
        self._size = size
        self._wait_seconds = wait_seconds
        self._settings = dict(settings)
        self._idle: list[tuple[AsyncpgConnection, float]] = []
        """Connections, and since when they are idle, on the event loop's clock; the latest is the last."""
        self._count = 0
        """Connections that are idle, lent or being opened."""
        self._waiters: deque[_Waiter] = deque()
        """Whoever waits is given a connection, or None and with it the place of one, to be opened."""
        self._closed = False

    def statements(self) -> "Loan":
        """Lend a connection while a block runs. Raises DBAPIError, also when none becomes free in time."""
        return Loan(self)

    async def take(self) -> AsyncpgConnection:
        if self._closed:
            raise InterfaceError("the pool is closed")
        while self._idle:
            connection, since = self._idle.pop()
            if connection.is_closed():
                self._count -= 1
            elif asyncio.get_running_loop().time() - since < IDLE_SECONDS:
                return connection
            else:
                return await self._probe(connection, since)
        if self._count < self._size:
            self._count += 1
            return await self._open()
        return await self._wait() or await self._open()

    def give_back(self, connection: AsyncpgConnection, *, reusable: bool) -> None:
        if not reusable or self._closed:
            connection.terminate()
        self._release_place(None if connection.is_closed() else connection)

    def close_idle(self) -> None:
        """Close every idle connection: who comes next opens a new one, which may lead to another server."""
        for connection, _ in self._idle:
            connection.terminate()

    async def close(self) -> None:
        """Close what is idle, and from now on every connection that is returned; whoever waits or comes is refused."""
        self._closed = True
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(InterfaceError("the pool is closed"))
        self._waiters.clear()
        idle, self._idle = self._idle, []
        self._count -= len(idle)
        for connection, _ in idle:
            with contextlib.suppress(*ASYNCPG_FAILURES):
                await connection.close(timeout=CLOSE_SECONDS)

    async def _probe(self, connection: AsyncpgConnection, since: float) -> AsyncpgConnection:
        """Return a connection that was idle for long if it still answers, else a new one in its place."""
        try:
            alive = await is_alive(connection)
        except BaseException:
            self._release_place(None)
            raise
        if alive:
            return connection
        # What was idle for longer is as dead: nobody else shall wait for its answer.
        for older, idle_since in self._idle:
            if idle_since <= since:
                older.terminate()
        return await self._open()

    async def _wait(self) -> "AsyncpgConnection | None":
        loop = asyncio.get_running_loop()
        waiter: _Waiter = loop.create_future()
        self._waiters.append(waiter)
        # Nearly every press waits, and `asyncio.timeout` costs five times as much.
        timer = loop.call_later(self._wait_seconds, _refuse, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled() and waiter.exception() is None:
                self._release_place(waiter.result())
            raise
        finally:
            timer.cancel()

    def _release_place(self, connection: "AsyncpgConnection | None") -> None:
        """Give a connection, or the place of a closed one, to whoever has waited longest, or else keep it."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is None:
            self._count -= 1
        else:
            self._idle.append((connection, asyncio.get_running_loop().time()))

    async def _open(self) -> AsyncpgConnection:
        """Open a connection in a place that is counted already."""
        try:
            connection = await open_asyncpg(self._dsn, self._settings, self._wait_seconds * 2)
            for kind in ("json", "jsonb"):
                await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=json.loads)
        except BaseException:
            self._release_place(None)
            raise
        if self._closed:
            connection.terminate()
            self._release_place(None)
            raise InterfaceError("the pool is closed")
        return connection


def _refuse(waiter: _Waiter) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


class Loan:
    """A connection of the pool while a block runs."""

    __slots__ = ("_pool", "_statements")

    def __init__(self, pool: AsyncpgPool) -> None:
        self._pool = pool

    async def __aenter__(self) -> AsyncpgStatements:
        try:
            self._statements = AsyncpgStatements(await self._pool.take())
        except ASYNCPG_FAILURES as error:
            raise DBAPIError(None, None, error) from error
        return self._statements

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        statements = self._statements
        if statements.read_only:
            # The other connections are as old. They would refuse every press for as long as this process runs, also
            # once the database takes writes again, or another server has taken its place.
            self._pool.close_idle()
        self._pool.give_back(statements.connection, reusable=not (statements.interrupted or statements.read_only))
