"""Put every row of the database back as it was, after a cell of the table has changed something."""

from sqlalchemy import text

from models import Base, OperatorAction
from tests.world.world import World

TABLES = [table.name for table in Base.metadata.sorted_tables if table.name != OperatorAction.__tablename__]
"""All but the record of the operator's commands, which no request writes and nobody may rewrite."""
BESIDE = {"access_events", "sessions", "throttles", "idempotency_keys", "known_places"}
"""What a refusal may write: how often somebody tried, and that a session was used."""


class Rows:
    """All rows as they are at this moment, kept beside the tables."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def keep(self) -> None:
        await self._run(*(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}" for name in TABLES))

    async def put_back(self) -> None:
        await self._world.settle()
        emptied = [f"DELETE FROM {name}" for name in reversed(TABLES)]
        await self._run(*emptied, *(f"INSERT INTO {name} SELECT * FROM kept_{name}" for name in TABLES))

    async def drop(self) -> None:
        await self._run(*(f"DROP TABLE kept_{name}" for name in TABLES))

    async def changed(self) -> list[str]:
        """Return the tables that differ from what was kept, but for those in `BESIDE`."""
        await self._world.settle()
        different = []
        async with self._world.database.read() as session:
            for name in TABLES:
                if name not in BESIDE:
                    more = f"SELECT 1 FROM (SELECT * FROM {name} EXCEPT SELECT * FROM kept_{name}) AS more"
                    fewer = f"SELECT (SELECT count(*) FROM {name}) - (SELECT count(*) FROM kept_{name})"
                    if (await session.execute(text(more))).first() or (await session.execute(text(fewer))).scalar():
                        different.append(name)
        return different

    async def _run(self, *statements: str) -> None:
        async with self._world.database.write() as session:
            for statement in statements:
                await session.execute(text(statement))
            await session.commit()
