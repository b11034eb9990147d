"""Waits until the database is reachable and migrated, so that processes may start in any order."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli import operator_errors
from core.database import Database
from core.schema import MIN_REVISION
from core.settings import Settings
from core.write_obstacle import WriteObstacle

POLL_SECONDS = 1.0
"""Seconds between two checks."""
CHECKS_PER_LOG_LINE = 10

log = structlog.get_logger(__name__)


async def wait_for_database(settings: Settings, waiting: Callable[[str], None], stop: asyncio.Event) -> None:
    """Return once the database is reachable, its schema is recent enough and it takes writes, or when `stop` is set.

    `waiting` is called with the reason: `database`, `schema` or `read_only`.
    """
    database = Database(settings.sqlalchemy_url, connections=2)
    checks = 0
    try:
        while not stop.is_set():
            try:
                await check_database(database)
            except SchemaTooOldError:
                because, hint = "schema", "Run: porchlight migrate"
            except ReadOnlyDatabaseError:
                because, hint = (
                    "read_only",
                    "The database takes no writes: a standby, default_transaction_read_only, or a file that may only be read.",
                )
            except (OSError, DBAPIError, TimeoutError) as error:
                because, hint = "database", operator_errors.explain(error, settings) or type(error).__name__
            else:
                return
            waiting(because)
            if checks % CHECKS_PER_LOG_LINE == 0:
                log.warning("waiting_for_database", because=because, hint=hint)
            checks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)
    finally:
        await database.close()


class SchemaTooOldError(Exception):
    """The tables are missing, or older than this release requires."""


class ReadOnlyDatabaseError(Exception):
    """The database answers, and takes no writes."""


async def check_database(database: Database) -> None:
    """Return when the database can be used. Raises SchemaTooOldError, ReadOnlyDatabaseError, or the driver's error."""
    await database.ping(5)
    async with database.read() as session:
        if database.sqlite:
            exists = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        else:
            exists = "SELECT to_regclass('alembic_version')"
        if (await session.execute(text(exists))).scalar() is None:
            raise SchemaTooOldError
        revision = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        # Revisions are numbered, so a newer schema (of a release that is being rolled out) is accepted.
        if revision is None or str(revision) < MIN_REVISION:
            raise SchemaTooOldError
    # On a full disk inboxes can still be read, and /readyz says why presses are refused.
    if await database.write_obstacle() is WriteObstacle.READ_ONLY:
        raise ReadOnlyDatabaseError
