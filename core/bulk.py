"""Several inserts at once: one data-modifying statement on PostgreSQL, one after another under SQLite's writer."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, DateTime, Integer, LargeBinary, String, Table, Uuid, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from core.bare import Bare
from core.types import UtcDateTime

Rows = Sequence[Mapping[str, Any]]


async def insert_together(opened: AsyncSession | Bare, batches: Sequence[tuple[Table, Rows]]) -> None:
    """Insert every batch, in the order given; rows of one batch have the same columns. Empty batches are left out.

    On PostgreSQL this is one round trip whatever the number of tables and rows. Raises SQLAlchemy's IntegrityError.
    """
    full = [(table, rows) for table, rows in batches if rows]
    if not full:
        return
    connection = await opened.connection() if isinstance(opened, AsyncSession) else None
    if connection is not None and connection.dialect.name != "postgresql":
        for table, rows in full:
            await connection.execute(insert(table), [dict(row) for row in rows])
        return
    statement = _statement(tuple((table, tuple(rows[0])) for table, rows in full))
    arrays = tuple(_column(table, name, rows) for table, rows in full for name in rows[0])
    if isinstance(opened, Bare):
        await opened.execute(statement, arrays)
    elif connection is not None:
        await connection.exec_driver_sql(statement, arrays)


def _column(table: Table, name: str, rows: Rows) -> list[Any]:
    if isinstance(table.c[name].type, JSON):
        return [None if row[name] is None else json.dumps(row[name]) for row in rows]
    return [row[name] for row in rows]


@cache
def _statement(shape: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    """WITH a AS (INSERT … SELECT … FROM unnest(…)), b AS (…) INSERT …: foreign keys are looked at when all stand."""
    parts: list[str] = []
    number = 0
    for table, names in shape:
        slots: list[str] = []
        for name in names:
            number += 1
            slots.append(f"${number}::{_array(table.c[name].type)}")
        columns = ", ".join(names)
        # Names of our own tables and columns, never anything from outside.
        parts.append(f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({', '.join(slots)})")  # noqa: S608
    if len(parts) == 1:
        return parts[0]
    named = ", ".join(f"part{place} AS ({part})" for place, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}"


def _array(kind: object) -> str:
    for known, name in (
        (Uuid, "uuid[]"),
        (UtcDateTime, "timestamptz[]"),
        (DateTime, "timestamptz[]"),
        (LargeBinary, "bytea[]"),
        (JSONB, "jsonb[]"),
        (JSON, "jsonb[]"),
        (Integer, "integer[]"),
        (String, "text[]"),
    ):
        if isinstance(kind, known):
            return name
    raise TypeError(f"no array type for {kind!r}")
