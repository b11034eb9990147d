"""Runs an update for many rows, each with its own values: one statement on PostgreSQL, consecutive statements on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

UpdateRow = Mapping[str, Any]
UpdateValue = Callable[[str], ColumnElement[Any]]


class UpdateEach:
    """An update in terms of named values, run for many rows of values.

    `types` names the values and their types; `build` returns the update, given a function from a name to its value.
    `together` is the variant that takes arrays, for use within a larger statement.
    """

    def __init__(self, types: Mapping[str, TypeEngine[Any]], build: Callable[[UpdateValue], Update]) -> None:
        self._names = tuple(types)
        self._single = build(lambda name: bindparam(f"given_{name}", type_=types[name]))
        arrays = [bindparam(f"given_{name}", type_=ARRAY(kind)) for name, kind in types.items()]
        rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items()), name="given")
        self.together = build(rows.render_derived().c.__getitem__)

    async def run_singly(self, connection: AsyncConnection, rows: Sequence[UpdateRow]) -> None:
        """Run the update once for each row; every row has all names."""
        if rows:
            await connection.execute(
                self._single, [{f"given_{name}": row[name] for name in self._names} for row in rows]
            )

    def arrays(self, rows: Sequence[UpdateRow]) -> dict[str, list[Any]]:
        """Return the values of these rows by the parameter names of `together`."""
        return {f"given_{name}": [row[name] for row in rows] for name in self._names}


class BulkUpdate:
    """Several such updates, run in order. `together`: all of them as one PostgreSQL statement.

    Hundreds of small updates cost PostgreSQL ten times as much as one update that takes arrays.
    """

    def __init__(self, together: Update, *parts: UpdateEach) -> None:
        self.together = together
        self._parts = parts

    def arrays(self, rows: Sequence[Sequence[UpdateRow]]) -> dict[str, list[Any]]:
        """Return the parameters of `together`; `rows` holds the rows of each part."""
        return {
            name: values
            for part, part_rows in zip(self._parts, rows, strict=True)
            for name, values in part.arrays(part_rows).items()
        }

    async def run(self, connection: AsyncConnection, rows: Sequence[Sequence[UpdateRow]]) -> None:
        """Run the updates on SQLAlchemy's connection; `rows` holds the rows of each part."""
        if connection.dialect.name == "postgresql":
            await connection.execute(self.together, self.arrays(rows))
            return
        for part, part_rows in zip(self._parts, rows, strict=True):
            await part.run_singly(connection, part_rows)
