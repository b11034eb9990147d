"""Inserts into several tables: one data-modifying statement on PostgreSQL, consecutive statements on SQLite."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Integer, LargeBinary, String, Table, Uuid, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from core.types import UtcDateTime

_Shape = tuple[Table, tuple[str, ...], tuple[str, ...]]
InsertRows = Sequence[Mapping[str, Any]]
SharedValues = Mapping[str, Any]
Batch = tuple[Table, InsertRows] | tuple[Table, InsertRows, SharedValues]
"""Rows of one table, all with the same columns, and optionally values shared by all rows, which are sent once."""


def single(table: Table, row: Mapping[str, Any]) -> Batch:
    """Return a batch of one row."""
    return table, ({},), row


async def insert_together(session: AsyncSession, batches: Sequence[Batch]) -> None:
    """Insert every batch in a session's transaction, in the order given. Empty batches are skipped.

    On PostgreSQL this is one round trip, whatever the number of tables and rows. Raises SQLAlchemy's IntegrityError.
    """
    full = _non_empty(batches)
    if not full:
        return
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        sql, arguments = combine(batches)
        await connection.exec_driver_sql(sql, tuple(arguments))
        return
    for table, rows, shared in full:
        await connection.execute(insert(table), [{**row, **shared} for row in rows])


def combine(batches: Sequence[Batch]) -> tuple[str, list[Any]]:
    """Return one PostgreSQL statement for all batches, with its arguments; an empty string when there are no rows."""
    arguments: list[Any] = []
    shapes: list[_Shape] = []
    for table, rows, shared in _non_empty(batches):
        kinds = _column_kinds(table)
        names: list[str] = []
        for name in rows[0]:
            values = [row[name] for row in rows]
            # An array of nothing but nulls costs as much as any other, and its column is null without it.
            if name in kinds.null_by_default and not any(value is not None for value in values):
                continue
            names.append(name)
            arguments.append([_encode_json(value) for value in values] if name in kinds.json else values)
        arguments += [_encode_json(value) if name in kinds.json else value for name, value in shared.items()]
        shapes.append((table, tuple(names), tuple(shared)))
    return _insert_statement(tuple(shapes)), arguments


def _non_empty(batches: Sequence[Batch]) -> list[tuple[Table, InsertRows, SharedValues]]:
    return [(batch[0], batch[1], batch[2] if len(batch) > 2 else {}) for batch in batches if batch[1]]


@dataclass(frozen=True, slots=True)
class _ColumnKinds:
    json: frozenset[str]
    null_by_default: frozenset[str]


@cache
def _column_kinds(table: Table) -> _ColumnKinds:
    return _ColumnKinds(
        json=frozenset(column.name for column in table.c if isinstance(column.type, JSON)),
        null_by_default=frozenset(column.name for column in table.c if column.nullable and not column.server_default),
    )


def _encode_json(value: object) -> str | None:
    return None if value is None else json.dumps(value)


@cache
def _insert_statement(shape: tuple[_Shape, ...]) -> str:
    """Return `WITH a AS (INSERT … SELECT … FROM unnest(…)), b AS (…) INSERT …`.

    Foreign keys are checked at the end of the statement, when all rows exist.
    """
    numbers = itertools.count(1)
    parts: list[str] = []
    for table, names, shared in shape:
        arrays = [f"${next(numbers)}::{_array_type(table.c[name].type)}" for name in names]
        scalars = [f"${next(numbers)}::{_array_type(table.c[name].type).removesuffix('[]')}" for name in shared]
        given = f" FROM unnest({', '.join(arrays)}) AS given" if arrays else ""
        chosen = ", ".join((["given.*"] if arrays else []) + scalars)
        # Table and column names come from our models, never from input.
        parts.append(f"INSERT INTO {table.name} ({', '.join((*names, *shared))}) SELECT {chosen}{given}")
    if len(parts) <= 1:
        return "".join(parts)
    named = ", ".join(f"part{place} AS ({part})" for place, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}"


def _array_type(kind: object) -> str:
    for known, name in (
        (Uuid, "uuid[]"),
        (UtcDateTime, "timestamptz[]"),
        (DateTime, "timestamptz[]"),
        (LargeBinary, "bytea[]"),
        (JSONB, "jsonb[]"),
        (JSON, "jsonb[]"),
        (Integer, "integer[]"),
        (Boolean, "boolean[]"),
        (String, "text[]"),
    ):
        if isinstance(kind, known):
            return name
    raise TypeError(f"no array type for {kind!r}")
