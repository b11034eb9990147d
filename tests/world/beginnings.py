"""How stories begin: people and circles that were made through the API once, and are put back for later tests.

Most tests begin with the same few people, and to sign them up, to invite, accept and confirm and to register their phones
costs more than the rest of such a test. So the first world of a test process that begins in some way does it through the API,
and the rows that this added are inserted into the worlds that begin in the same way. Only beginnings are put back: once a
test has done anything else, which reads the world's clock, everything goes through the API.
"""

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import Base
from tests.world.person import Person

if TYPE_CHECKING:
    from tests.world.world import World

# What differs between the settings of any two tests and changes no row.
_PLACES = {"data_dir", "database_url", "sms_url", "email_url", "ntfy_url", "call_url"}

_Rows = Mapping[Table, Sequence[Row[Any]]]
_Make = Callable[[], Awaitable[list[Person]]]


@dataclass(frozen=True, slots=True)
class Written:
    """The rows of a table that were added, and those that were there and were changed."""

    table: Table
    added: Sequence[dict[str, Any]]
    changed: Sequence[dict[str, Any]]

    async def write(self, connection: AsyncConnection) -> None:
        if self.added:
            await connection.execute(insert(self.table), self.added)
        for row in self.changed:
            here = [column == row[column.name] for column in self.table.primary_key]
            await connection.execute(update(self.table).where(*here).values(row))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What one step of a story wrote, parents before children; the people who came; the time at its end."""

    written: Sequence[Written]
    people: Sequence[Mapping[str, Any]]
    end: datetime


Beginnings = dict[tuple[str, ...], Beginning | None]
"""By all steps of a story so far; None for those that deleted rows or pushed."""


class Story:
    """The steps in which the story of one world began."""

    def __init__(self, world: "World", known: Beginnings) -> None:
        self._world = world
        self._known = known
        self._steps: tuple[str, ...] = (
            type(world).__name__,
            str(world.sqlite),
            repr(world.settings.model_dump(exclude=_PLACES)),
        )
        self._end = world.clock.latest
        self._beginning = False

    async def begin(self, step: str, make: _Make) -> list[Person]:
        """Take a step, and return the people who came with it: put them back, or call `make`, which uses the API."""
        if self._world.clock.latest != self._end:
            return await make()
        assert not self._beginning, "two people who come at once come with another's rows: use Person.sign_up"
        self._beginning = True
        self._steps = (*self._steps, step)
        if self._steps not in self._known:
            people = await self._remember(make)
        elif (beginning := self._known[self._steps]) is not None:
            people = await self._put_back(beginning)
        else:
            people = await make()
        self._beginning = False
        self._end = self._world.clock.latest
        return people

    async def _remember(self, make: _Make) -> list[Person]:
        before = await _all_rows(self._world)
        people = await make()
        await self._world.settle()
        written = _written(before, await _all_rows(self._world))
        pushed = self._world.transport.handed or self._world.gateway.handed
        fields = [
            copy.deepcopy({k: v for k, v in vars(one).items() if k not in {"world", "process"}}) for one in people
        ]
        beginning = None if written is None or pushed else Beginning(written, fields, self._world.clock.latest)
        self._known[self._steps] = beginning
        return people

    async def _put_back(self, beginning: Beginning) -> list[Person]:
        async with self._world.database.writer.begin() as connection:
            for written in beginning.written:
                await written.write(connection)
        self._world.clock.set(beginning.end)
        return [Person.put_back(self._world, fields) for fields in beginning.people]


async def _all_rows(world: "World") -> _Rows:
    async with world.database.reader.connect() as connection:
        return {table: (await connection.execute(select(table))).all() for table in Base.metadata.sorted_tables}


def _written(before: _Rows, after: _Rows) -> list[Written] | None:
    """Return the rows that were added or changed; None if any were deleted."""
    written = []
    for table, rows in after.items():
        key = tuple(column.name for column in table.primary_key)
        earlier, later = (
            {itemgetter(*key)(row._mapping): dict(row._mapping) for row in part} for part in (before[table], rows)
        )
        if earlier.keys() - later.keys():
            return None
        added = [row for place, row in later.items() if place not in earlier]
        changed = [row for place, row in later.items() if place in earlier and row != earlier[place]]
        if added or changed:
            written.append(Written(table, added, changed))
    return written
