"""The same update for many rows, each with values of its own: one statement on PostgreSQL, one after another on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

UpdateRow = Mapping[str, Any]
UpdateValue = Callable[[str], ColumnElement[Any]]


class UpdateEach:
    """An update that is written once, in terms of named values, and run for many rows of them.

    `types` names the values and their types; `build` writes the update, asking for each value by its name. `together` is the
    one that takes arrays, to be made part of a larger statement.
    """

    def __init__(self, types: Mapping[str, TypeEngine[Any]], build: Callable[[UpdateValue], Update]) -> None:
        self._names = tuple(types)
        self._single = build(lambda name: bindparam(f"given_{name}", type_=types[name]))
        arrays = [bindparam(f"given_{name}", type_=ARRAY(kind)) for name, kind in types.items()]
        rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items()), name="given")
        self.together = build(rows.render_derived().c.__getitem__)

    async def run_singly(self, connection: AsyncConnection, rows: Sequence[UpdateRow]) -> None:
        """Run it once for each of these rows; each has every name."""
        if rows:
            await connection.execute(
                self._single, [{f"given_{name}": row[name] for name in self._names} for row in rows]
            )

    def arrays(self, rows: Sequence[UpdateRow]) -> dict[str, list[Any]]:
        """Return the values of these rows by the names that `together` knows them by."""
        return {f"given_{name}": [row[name] for row in rows] for name in self._names}


class BulkUpdate:
    """Several updates of that kind, run in their order. `together`: all of them as one statement of PostgreSQL's.

    Hundreds of small updates cost PostgreSQL ten times what one that takes arrays does.
    """

    def __init__(self, together: Update, *parts: UpdateEach) -> None:
        self.together = together
        self._parts = parts

    def arrays(self, rows: Sequence[Sequence[UpdateRow]]) -> dict[str, list[Any]]:
        """Return the values of `together`; `rows` has those of each part."""
        return {
            name: values
            for part, own in zip(self._parts, rows, strict=True)
            for name, values in part.arrays(own).items()
        }

    async def run(self, connection: AsyncConnection, rows: Sequence[Sequence[UpdateRow]]) -> None:
        """Run it on SQLAlchemy's connection; `rows` has those of each part."""
        if connection.dialect.name == "postgresql":
            await connection.execute(self.together, self.arrays(rows))
            return
        for part, own in zip(self._parts, rows, strict=True):
            await part.run_singly(connection, own)
