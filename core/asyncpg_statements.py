"""The shortest way to PostgreSQL, for the few statements that most people wait for: compiled once, on bare asyncpg.

A session of SQLAlchemy's costs more than such a statement itself. Nothing is different about the statements: they are written
with SQLAlchemy like all others, and run through a session on SQLite.
"""

import asyncio
import contextlib
import json
from collections import namedtuple
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Select, Update
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# InternalClientError: the connection was cut in the middle of an answer.
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        # Each statement here is a transaction of its own and sets nothing: there is nothing to clean up after.
        return ""


class AsyncpgStatements:
    """One connection. Each statement is a transaction of its own."""

    def __init__(self, connection: "PoolConnectionProxy[asyncpg.Record]") -> None:
        self._connection = connection

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> list[Any]:
        """Its rows, as named tuples. Raises SQLAlchemy's DBAPIError."""
        sql, given = _compiled(statement).given(values)
        row = _row(statement)
        return [row(*found) for found in await self._run(sql, given)]

    async def change(self, statement: Update, values: Mapping[str, Any]) -> None:
        """An update that was built once. Raises SQLAlchemy's DBAPIError, IntegrityError for a constraint."""
        sql, given = _compiled(statement).given(values)
        await self._run(sql, given)

    async def execute(self, sql: str, values: Sequence[Any]) -> None:
        """`sql` with $1, $2… Raises SQLAlchemy's DBAPIError, IntegrityError for a constraint."""
        await self._run(sql, values)

    async def _run(self, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            return await self._connection.fetch(sql, *values)
        except asyncpg.PostgresError as error:
            # Class 23 of SQLSTATE: a constraint was broken.
            kind = IntegrityError if str(error.sqlstate).startswith("23") else DBAPIError
            raise kind(None, None, error) from error
        except _FAILURES as error:
            raise DBAPIError(None, None, error) from error

    async def commit(self) -> None:
        """Nothing is left to be committed."""

    async def rollback(self) -> None:
        """Nothing is left to be undone."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as PostgreSQL takes it: `names` of its values in their order, and those that it brings itself."""

    sql: str
    names: tuple[str, ...]
    own: Mapping[str, Any]

    def given(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        own = self.own
        return self.sql, [own[name] if name in own else values[name] for name in self.names]


@cache
def _compiled(statement: Select[*tuple[Any, ...]] | Update) -> _Text:
    compiled = statement.compile(dialect=_DIALECT)
    own = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return _Text(str(compiled), tuple(compiled.positiontup or ()), own)


@cache
def _row(statement: Select[*tuple[Any, ...]]) -> Any:  # noqa: ANN401 (the columns are known to the statement alone)
    """What makes a row of its columns."""
    return namedtuple("Row", [column.name for column in statement.selected_columns])  # noqa: PYI024 (as above)


class Pool:
    """Bare connections, opened when they are first wanted; kept until `close`."""

    def __init__(self, url: URL, size: int, patience: float, settings: Mapping[str, str]) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._patience = patience
        self._settings = dict(settings)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening: asyncio.Future[asyncpg.Pool[asyncpg.Record]] | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncpgStatements]:
        """One of them for as long as the block runs. Raises DBAPIError, TimeoutError when none comes free in time."""
        try:
            pool = self._pool or await self._opened()
            connection = await pool.acquire(timeout=self._patience)
        except _FAILURES as error:
            raise DBAPIError(None, None, error) from error
        try:
            yield AsyncpgStatements(connection)
        finally:
            # One that broke meanwhile is thrown away; what it was to do has already failed, or is done.
            with contextlib.suppress(*_FAILURES):
                await pool.release(connection)

    async def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool, opened by whoever comes first; the others wait for the same opening."""
        opening = self._opening
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception() is not None)):
            opening = self._opening = asyncio.ensure_future(self._open())
        self._pool = await asyncio.shield(opening)
        return self._pool

    async def _open(self) -> "asyncpg.Pool[asyncpg.Record]":
        return await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            max_inactive_connection_lifetime=0,
            connection_class=_Connection,
            init=_reads_json,
            timeout=5,
            command_timeout=self._patience * 2,
            server_settings=self._settings,
        )

    async def close(self) -> None:
        pool, self._pool, self._opening = self._pool, None, None
        if pool is not None:
            await pool.close()


async def _reads_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=json.loads)
