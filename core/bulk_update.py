"""The same update for many rows, each with values of its own: one statement on PostgreSQL, one after another on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Value = Callable[[str], ColumnElement[Any]]


class UpdateEach:
    """An update that is written once, in terms of named values, and run for many rows of them.

    `types` names the values and their types; `build` writes the update, asking for each value by its name. `together` is the
    one that takes arrays, to be made part of a larger statement; `arrays` gives its values.
    """

    def __init__(self, types: Mapping[str, TypeEngine[Any]], build: Callable[[Value], Update]) -> None:
        self._names = tuple(types)
        self._one = build(lambda name: bindparam(f"given_{name}", type_=types[name]))
        arrays = [bindparam(f"given_{name}", type_=ARRAY(kind)) for name, kind in types.items()]
        rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items()), name="given")
        self.together = build(rows.render_derived().c.__getitem__)

    async def run(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for these rows; each has every name."""
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            # Hundreds of small updates cost the server ten times what one that takes arrays does.
            await connection.execute(self.together, self.arrays(rows))
        else:
            await connection.execute(self._one, [{f"given_{name}": row[name] for name in self._names} for row in rows])

    def arrays(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """The values of these rows by the names that `together` knows them by."""
        return {f"given_{name}": [row[name] for row in rows] for name in self._names}
