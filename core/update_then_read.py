"""Updates rows and reads the result: one statement on PostgreSQL, two in one transaction on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, aliased


class UpdateThenRead:
    """Runs `update` on the rows of `entity` whose ids `choose` selects, then `read` on those rows.

    The read sees the updated rows: a row that was locked may have changed since the statement began.
    """

    def __init__(
        self,
        entity: type[DeclarativeBase],
        choose: Select[UUID],
        update: Update,
        read: Callable[[Any], Select[*tuple[Any, ...]]],
    ) -> None:
        self._id: InstrumentedAttribute[UUID] = entity.id  # type: ignore[attr-defined]
        chosen = choose.cte("chosen")
        updated = update.where(self._id == chosen.c.id).returning(*entity.__table__.c).cte("updated")
        self.together = read(aliased(entity, updated))
        self._update = update.where(self._id.in_(choose)).returning(self._id)
        self._read = read(entity)

    async def run(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run both on SQLAlchemy's connection; on SQLite nobody else can write in between."""
        ids = (await connection.execute(self._update, values)).scalars().all()
        return (await connection.execute(self._read.where(self._id.in_(ids)))).all()
