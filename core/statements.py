"""Runs pre-compiled statements directly on asyncpg, without a session; on SQLite, and in a `UnitOfWork`, through one.

A press, a page of the inbox, a claim and the record of what was sent are one or two statements each, and a session costs more
than they do. They are written with SQLAlchemy like all others.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Select, Update
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.bulk_insert import Batch, combine, insert_together
from core.bulk_update import BulkUpdate, UpdateRow
from core.update_then_read import UpdateThenRead

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# InternalClientError: the connection was cut in the middle of an answer.
ASYNCPG_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Statements(Protocol):
    """What either database runs. Each raises SQLAlchemy's DBAPIError; IntegrityError for a broken constraint.

    Nothing is sure to be written before `commit`; on asyncpg each statement already was a transaction of its own.
    """

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows of a statement, as named tuples."""
        ...

    async def insert(self, batches: Sequence[Batch]) -> None:
        """Insert every batch, in the order given."""
        ...

    async def update(self, bulk: BulkUpdate, *rows: Sequence[UpdateRow]) -> None:
        """Run each part of a bulk update for its own rows."""
        ...

    async def update_then_read(self, statement: UpdateThenRead, values: Mapping[str, Any]) -> Sequence[Any]:
        """Update rows and return what is read of them as they are then."""
        ...

    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


class AsyncpgStatements:
    """Statements on one connection of `AsyncpgPool`."""

    def __init__(self, connection: "PoolConnectionProxy[asyncpg.Record]") -> None:
        self._connection = connection

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
        """Run `sql`, whose arguments are $1, $2 and so on."""
        try:
            return await self._connection.fetch(sql, *arguments)
        except asyncpg.PostgresError as error:
            # Class 23 of SQLSTATE: a constraint was broken.
            kind = IntegrityError if str(error.sqlstate).startswith("23") else DBAPIError
            raise kind(None, None, error) from error
        except ASYNCPG_FAILURES as error:
            raise DBAPIError(None, None, error) from error

    async def commit(self) -> None:
        """Nothing is left to be committed."""

    async def rollback(self) -> None:
        """Nothing is left to be undone."""


class SessionStatements:
    """The same in a session's transaction: on SQLite, and wherever there is a session already."""

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
    """A statement as PostgreSQL takes it: `names` of its values in their order, and the `constants` that it brings itself."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def bind(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        constants = self.constants
        return self.sql, [constants[name] if name in constants else values[name] for name in self.names]


@cache
def compiled(statement: Select[*tuple[Any, ...]] | Update) -> Compiled:
    """Compile a statement, once."""
    text = statement.compile(dialect=_DIALECT)
    constants = {name: bind.value for name, bind in text.binds.items() if not bind.required}
    return Compiled(str(text), tuple(text.positiontup or ()), constants)


@cache
def _row_type(statement: Select[*tuple[Any, ...]]) -> Any:  # noqa: ANN401 (the columns are known to the statement alone)
    return namedtuple("Row", [column.name for column in statement.selected_columns])  # noqa: PYI024 (as above)
