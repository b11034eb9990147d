"""Migrates a database, for the command, the start of an embedded installation, and tests."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from core.engines import open_engine

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
    """Return the revision that this release's tables have: the number of the last file."""
    return max(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))


async def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` to this revision; does nothing if it is up to date, or of a newer release.

    Raises what the database raises, for instance when a lock was not available in time; then nothing was changed.
    """
    engine = open_engine(make_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if revision == "head" and await _is_recent_enough(connection):
                # Alembic costs a start 6 MB, and most starts have nothing to do. It also does not know what a newer release,
                # beside which this one runs, or back from which an operator goes, has made of the tables.
                return
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
    finally:
        await engine.dispose()


async def _is_recent_enough(connection: AsyncConnection) -> bool:
    try:
        present = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
    except DBAPIError:
        return False
    finally:
        await connection.rollback()
    # Revisions are numbered.
    return len(present) == 1 and str(present[0]) >= head_revision()


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
