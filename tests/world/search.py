"""Look through every column of the database for what should not stand there."""

from sqlalchemy import text

from models import Base
from tests.world.world import World


async def columns_with(world: World, *needles: str) -> list[str]:
    """Return the columns in which one of these occurs, as text or as bytes; ids are found with and without hyphens."""
    columns = []
    async with world.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(text(f"SELECT * FROM {table.name}"))).mappings():
                for name, value in row.items():
                    shown = [value.hex(), repr(value)] if isinstance(value, bytes) else [str(value)]
                    plain = " ".join(shown).replace("-", "")
                    columns += [f"{table.name}.{name}" for needle in needles if needle.replace("-", "") in plain]
    return columns
