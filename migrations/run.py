"""Migrates a database, for the command, the start of an embedded installation, and tests."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_TIMEOUT = "5s"
"""Longest wait for a table's lock on PostgreSQL, so that presses are not blocked."""
STATEMENT_TIMEOUT = "10min"
MIGRATION_LOCK_ID = 7_205_114
"""The advisory lock that prevents concurrent migrations."""


def config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration, which has no file."""
    # Imported late: a server on PostgreSQL never migrates, and starts faster without Alembic.
    from alembic.config import Config

    alembic_config = Config()
    alembic_config.set_main_option("script_location", str(Path(__file__).parent))
    alembic_config.set_main_option("path_separator", "os")
    alembic_config.attributes["connection"] = connection
    return alembic_config


def head_revision() -> str:
    """Return the revision that this release's tables have."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(config()).get_current_head())


async def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` to this revision; does nothing if it is up to date.

    Raises what the database raises, for instance when a lock was not available in time; then nothing was changed.
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
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK_ID})"))
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10000")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    from alembic import command

    command.upgrade(config(connection), revision)
