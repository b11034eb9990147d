"""Runs pre-compiled statements directly on asyncpg, without a session; on SQLite and in a `UnitOfWork`, through a session.

A press, an inbox page, a claim and the recording of sends take one or two statements each, which cost less than a session
would. They are written with SQLAlchemy like all others.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Select, Update
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.bulk_insert import Batch, combine, insert_together
from core.bulk_update import BulkUpdate, UpdateRow
from core.update_then_read import UpdateThenRead

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# InternalClientError: the connection was cut in the middle of a reply.
ASYNCPG_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Statements(Protocol):
    """Runs statements on either database. All raise SQLAlchemy's DBAPIError; IntegrityError for a violated constraint.

    Call `commit` at the end: only on asyncpg is each statement already a transaction of its own.
    """

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows of a statement, as named tuples."""
        ...

    async def insert(self, batches: Sequence[Batch]) -> None:
        """Insert every batch, in the order given."""
        ...

    async def update(self, bulk: BulkUpdate, *rows: Sequence[UpdateRow]) -> None:
        """Run each part of a bulk update for its rows."""
        ...

    async def update_then_read(self, statement: UpdateThenRead, values: Mapping[str, Any]) -> Sequence[Any]:
        """Update rows and return what is read of the updated rows."""
        ...

    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


class AsyncpgStatements:
    """Statements on one connection of `AsyncpgPool`."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.connection = connection
        self.interrupted = False
        """Whether a statement was left before its reply was complete."""
        self.read_only = False
        """Whether a write was refused because this connection's server, or its session, takes none."""

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        sql, arguments = compiled(statement).bind(values)
        row = _row_type(statement)
        return [row(*record) for record in await self.execute(sql, arguments)]

    async def insert(self, batches: Sequence[Batch]) -> None:
        sql, arguments = combine(batches)
        if sql:
            await self.execute(sql, arguments)

    async def update(self, bulk: BulkUpdate, *rows: Sequence[UpdateRow]) -> None:
        sql, arguments = compiled(bulk.together).bind(bulk.arrays(rows))
        await self.execute(sql, arguments)

    async def update_then_read(self, statement: UpdateThenRead, values: Mapping[str, Any]) -> Sequence[Any]:
        return await self.fetch(statement.together, values)

    async def execute(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """Run `sql` with arguments for $1, $2 and so on."""
        self.interrupted = True
        try:
            records = await self.connection.fetch(sql, *arguments)
        except asyncpg.PostgresError as error:
            self.interrupted = False
            self.read_only = isinstance(error, asyncpg.ReadOnlySQLTransactionError)
            # SQLSTATE class 23: a constraint was violated.
            kind = IntegrityError if str(error.sqlstate).startswith("23") else DBAPIError
            raise kind(None, None, error) from error
        except ASYNCPG_FAILURES as error:
            raise DBAPIError(None, None, error) from error
        self.interrupted = False
        return records

    async def commit(self) -> None:
        """Do nothing: every statement is committed already."""

    async def rollback(self) -> None:
        """Do nothing: every statement is committed already."""


class SessionStatements:
    """Statements in a session's transaction: on SQLite, and wherever there is a session already."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        connection = await self._session.connection()
        return (await connection.execute(statement, values)).all()

    async def insert(self, batches: Sequence[Batch]) -> None:
        await insert_together(self._session, batches)

    async def update(self, bulk: BulkUpdate, *rows: Sequence[UpdateRow]) -> None:
        await bulk.run(await self._session.connection(), rows)

    async def update_then_read(self, statement: UpdateThenRead, values: Mapping[str, Any]) -> Sequence[Any]:
        return await statement.run(await self._session.connection(), values)

    async def commit(self) -> None:
        await self._session.commit()

    async def rollback(self) -> None:
        await self._session.rollback()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement compiled for PostgreSQL: the `names` of its parameters in order, and the `constants` among their values."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def bind(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        constants = self.constants
        return self.sql, [constants[name] if name in constants else values[name] for name in self.names]


@cache
def compiled(statement: Select[*tuple[Any, ...]] | Update) -> Compiled:
    """Compile a statement; cached, so each is compiled once."""
    text = statement.compile(dialect=_DIALECT)
    constants = {name: bind.value for name, bind in text.binds.items() if not bind.required}
    return Compiled(str(text), tuple(text.positiontup or ()), constants)


@cache
def _row_type(statement: Select[*tuple[Any, ...]]) -> Any:  # noqa: ANN401 (only the statement knows its columns)
    return namedtuple("Row", [column.name for column in statement.selected_columns])  # noqa: PYI024 (as above)
