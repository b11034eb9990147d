"""A few rows in an empty database in memory, for tests of one condition or one loader: no people, no requests, no story."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Date,
    LargeBinary,
    Select,
    String,
    Uuid,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeEngine

from core.encryption import Keyring, Vault
from core.types import UtcDateTime
from core.unit_of_work import UnitOfWork
from models import Base, Membership, Recipient
from rules.access import Caller

NOW = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
ME, YOU, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
KEYRING = Keyring(bytes(32), {"first": bytes(32)})


def caller(person_id: UUID = ME, **more: Any) -> Caller:
    """Return a caller with fresh proof and an account, unless overridden."""
    plain = Caller(
        person_id=person_id,
        session_id=UUID(int=900),
        carrier="bearer",
        proven_at=NOW,
        used_at=NOW,
        region=None,
        language="en",
        vault=Vault(None),
    )
    return replace(plain, **more)


class Rows:
    """Puts rows under labels, and says which of them a condition selects.

    Foreign keys and CHECK constraints are off, and columns that must have a value get a plain one, so that a test writes
    only what its condition reads.
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.unit = UnitOfWork(session, NOW, KEYRING)
        self.statements: list[str] = []
        self.locks: list[str] = []
        self._labels: dict[tuple[Any, ...], str] = {}
        self._last = 10_000

    async def put(self, model: type[Base], label: str = "", **values: Any) -> UUID:
        """Insert a row; return its id."""
        for column in inspect(model).columns:
            if not (column.key in values or column.nullable or column.default):
                values[str(column.key)] = self._filling(column)
        await self.session.execute(insert(model).values(values))
        key = tuple(values[str(column.key)] for column in inspect(model).primary_key)
        self._labels[model, *key] = label
        first: UUID = key[0]
        return first

    async def member(self, owner_id: UUID, member_id: UUID, label: str = "", **more: Any) -> UUID:
        """Insert a confirmed membership, unless overridden."""
        return await self.put(
            Membership, label, **({"owner_id": owner_id, "member_id": member_id, "confirmed_at": NOW} | more)
        )

    async def told(
        self, reach_out_id: UUID, person_id: UUID, membership_id: UUID | None, label: str = "", **more: Any
    ) -> None:
        """Insert a recipient who has been told, unless overridden."""
        plain = {
            "reach_out_id": reach_out_id,
            "person_id": person_id,
            "membership_id": membership_id,
            "told_at": EARLIER,
        }
        await self.put(Recipient, label, **(plain | more))

    async def change(self, model: type[Base], row_id: UUID, **values: Any) -> None:
        """Change a row behind the session's back, as another process does."""
        await self.change_where(model, inspect(model).primary_key[0] == row_id, **values)

    async def change_where(self, model: type[Base], condition: ColumnElement[bool], **values: Any) -> None:
        connection = await self.session.connection()
        await connection.execute(update(model).where(condition).values(values))

    async def selected(
        self, model: type[Base], condition: ColumnElement[bool], *joins: type[Base] | tuple[Any, Any]
    ) -> str:
        """Return the labels of the rows of `model` that a condition selects, sorted. `joins`: as Select.join() takes them."""
        keys = inspect(model).primary_key
        statement = select(*keys).select_from(model)
        for join in joins:
            statement = statement.join(*join) if isinstance(join, tuple) else statement.join(join)
        rows = await self.session.execute(statement.where(condition))
        return " ".join(sorted(self._labels[model, *row] for row in rows))

    def _filling(self, column: Column[Any]) -> Any:
        self._last += 1
        plain: dict[type[TypeEngine[Any]], Any] = {
            Uuid: UUID(int=self._last),
            UtcDateTime: NOW,
            JSON: [],
            LargeBinary: b"%d" % self._last,
            String: f"{self._last}",
            Date: NOW.date(),
        }
        return next((value for kind, value in plain.items() if isinstance(column.type, kind)), 0)


@asynccontextmanager
async def open_rows() -> AsyncIterator[Rows]:
    """Open an empty database; of every statement that locks, the end that says how is in `locks`."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("PRAGMA ignore_check_constraints = ON"))
            await connection.run_sync(Base.metadata.create_all, checkfirst=False)
        async with AsyncSession(engine, expire_on_commit=False) as session:
            rows = Rows(session)

            @event.listens_for(engine.sync_engine, "before_execute")
            def on_execute(_: object, statement: Any, *__: object) -> None:
                if isinstance(statement, Select):
                    sql = str(statement.compile(dialect=postgresql.dialect()))
                    rows.statements.append(sql)
                    rows.locks += re.findall(r"FOR (?:NO KEY |KEY )?(?:UPDATE|SHARE).*", sql)

            yield rows
    finally:
        await engine.dispose()
