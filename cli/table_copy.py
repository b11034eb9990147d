"""Copies a table from one database into another, whichever of the two each is, and compares both row by row.

Rows go over in the order of the source's primary key, a batch and a commit at a time. So the number of rows at the target
says where to go on after a crash.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    ColumnElement,
    MetaData,
    Row,
    Table,
    Text,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from models import Base

BATCH: Final = 2_000
"""Rows a commit."""
DIGEST_BITS: Final = 256


class _JsonText(TypeDecorator[str]):
    """JSON as its text, so that SQL's NULL and JSON's null stay what they are."""

    impl = Text
    cache_ok = True


class _JsonbText(_JsonText):
    """The same for a column that PostgreSQL has as jsonb."""

    cache_ok = True

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[Any]:
        return cast(cast(bindparam, Text), JSONB)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(column, Text)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table holds: its rows, and a digest that does not depend on their order."""

    rows: int
    digest: int


@cache
def tables(dialect: str) -> tuple[Table, ...]:
    """Return all tables, each after those that it refers to, as `sqlite` or `postgresql` has them."""
    metadata, json_text = MetaData(), _JsonbText() if dialect == "postgresql" else _JsonText()
    return tuple(
        Table(
            table.name,
            metadata,
            *(
                Column(
                    column.name,
                    json_text if isinstance(column.type, JSON) else column.type,
                    primary_key=column.primary_key,
                )
                for column in table.columns
            ),
        )
        for table in Base.metadata.sorted_tables
    )


async def count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def copy_rows(
    source: AsyncConnection, target: AsyncConnection, pair: tuple[Table, Table], copied: Callable[[int], object]
) -> None:
    """Copy what is missing at the target, and commit each batch there. `copied` is told of each batch's rows."""
    from_table, to_table = pair
    there = await count(target, to_table)
    after = await _key_at(source, from_table, there - 1) if there else None
    copied(there)
    async for rows in _batches(source, from_table, after):
        await target.execute(to_table.insert(), [dict(row._mapping) for row in rows])  # noqa: SLF001 (a Row's public face)
        await target.commit()
        copied(len(rows))


async def read_contents(connection: AsyncConnection, table: Table) -> Contents:
    """Return what a table holds, from reading every row."""
    rows, digest = 0, 0
    as_json = frozenset(column.name for column in table.columns if isinstance(column.type, _JsonText))
    async for batch in _batches(connection, table, None):
        rows += len(batch)
        digest = (digest + sum(_digest_row(row, as_json) for row in batch)) % (1 << DIGEST_BITS)
    return Contents(rows, digest)


async def _batches(
    connection: AsyncConnection, table: Table, after: Sequence[Any] | None
) -> AsyncIterator[Sequence[Row[Any]]]:
    key = list(table.primary_key)
    while True:
        statement = select(table).order_by(*key).limit(BATCH)
        if after is not None:
            statement = statement.where(tuple_(*key) > tuple_(*after))
        rows = (await connection.execute(statement)).all()
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        after = [rows[-1]._mapping[column.name] for column in key]  # noqa: SLF001 (a Row's public face)


async def _key_at(connection: AsyncConnection, table: Table, place: int) -> Sequence[Any] | None:
    key = list(table.primary_key)
    row = (await connection.execute(select(*key).order_by(*key).offset(place).limit(1))).one_or_none()
    return None if row is None else list(row)


def _digest_row(row: Row[Any], as_json: frozenset[str]) -> int:
    parts = [
        f"{name}={_canonical(json.dumps(json.loads(value), sort_keys=True) if value is not None and name in as_json else value)}"
        for name, value in sorted(row._mapping.items())  # noqa: SLF001 (a Row's public face)
    ]
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest())


def _canonical(value: object) -> str:
    """Return a value as text that is the same from both databases; each kind begins with a letter of its own."""
    for kind, write in _CANONICAL.items():
        if isinstance(value, kind):
            return write(value)
    return f"s{value}"


_CANONICAL: Final[Mapping[type, Callable[[Any], str]]] = {
    NoneType: lambda _: "-",
    int: lambda number: f"i{int(number)}",
    float: lambda number: f"f{number!r}",
    bytes: lambda content: f"b{content.hex()}",
    UUID: lambda name: f"u{name.hex}",
    datetime: lambda moment: f"t{moment.isoformat()}",
}
"""By type; `int` holds booleans too, which one of the two databases gives as numbers."""
