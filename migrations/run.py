"""Bringing a database up to date, whoever asks: the command, an embedded start, or a test."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_WAIT = "5s"
"""How long a change may wait for a table that somebody else is using, on PostgreSQL; presses come first."""
STATEMENT = "10min"
ONE_AT_A_TIME = 7_205_114
"""The advisory lock that keeps two migrations apart."""


def config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, without a file."""
    # Not above: a server on PostgreSQL migrates nothing, and need not wait for what it does not use.
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to this revision; what is there already is left as it is.

    Raises what the database raises, for instance when a lock could not be had in time; then nothing was changed.
    """
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT}'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10000")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    from alembic import command

    command.upgrade(config(connection), revision)
