"""Migrates a database, for the command, the start of an embedded installation, and tests."""

import asyncio
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
ATTEMPTS = 12
"""How often a revision is begun that finds its tables in use."""
REST_SECONDS = 1.0
"""Between two attempts, so that what waited meanwhile is served."""
_TABLES_IN_USE = frozenset({"40P01", "55P03"})
"""PostgreSQL's codes for a deadlock, and for a lock that was not available in time."""


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

    On SQLite it happens whole or not at all. On PostgreSQL each revision does: servers that run meanwhile hold locks on the
    tables in another order, so one that gets into their way is begun again. Raises what the database raises; the same
    call then goes on where it was.
    """
    engine = open_engine(make_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if revision == "head" and await _is_recent_enough(connection):
                # Alembic costs a start 6 MB, and most starts have nothing to do. It also does not know what a newer release,
                # beside which this one runs, or back from which an operator goes, has made of the tables.
                return
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    await connection.run_sync(_upgrade, revision)
                    await connection.commit()
                except DBAPIError as error:
                    await connection.rollback()
                    if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in _TABLES_IN_USE:
                        raise
                else:
                    return
                await asyncio.sleep(REST_SECONDS)
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
        # For the session, which ends with the migration: each revision has a transaction of its own.
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK_ID})"))
        connection.commit()
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10000")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        # Python's driver begins none before it changes a table. A start that was killed between two changes, or found
        # the disk full, would leave tables that no later start could bring up to date.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    from alembic import command

    command.upgrade(config(connection), revision)
