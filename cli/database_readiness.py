"""Waiting for a database that is away or not up to date, so that processes may start in any order."""

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

POLL_SECONDS = 1.0
"""Seconds between two looks."""
NOTICE_SECONDS = 10
"""Looks between two lines in the log."""

log = structlog.get_logger(__name__)


async def wait_for_database(settings: Settings, waiting: Callable[[str], None], stop: asyncio.Event) -> None:
    """Return once the database answers and its tables are new enough, or when `stop` is set.

    `waiting` is told why not: `database` or `schema`.
    """
    database = Database(settings.sqlalchemy_url, connections=2)
    looks = 0
    try:
        while not stop.is_set():
            try:
                await check_database(database)
            except SchemaTooOldError:
                because, said = "schema", "Run: porchlight migrate"
            except (OSError, DBAPIError, TimeoutError) as error:
                because, said = "database", operator_errors.explain(error, settings) or type(error).__name__
            else:
                return
            waiting(because)
            if looks % NOTICE_SECONDS == 0:
                log.warning("waiting_for_database", because=because, hint=said)
            looks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)
    finally:
        await database.close()


class SchemaTooOldError(Exception):
    """The tables are missing, or older than this release needs."""


async def check_database(database: Database) -> None:
    """Raises SchemaTooOldError, or what the driver raises when the database is away."""
    await database.ping(5)
    async with database.read() as session:
        if database.sqlite:
            there = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        else:
            there = "SELECT to_regclass('alembic_version')"
        if (await session.execute(text(there))).scalar() is None:
            raise SchemaTooOldError
        found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        # Revisions are numbered, so a newer schema (a release that is being rolled out) is good as well.
        if found is None or str(found) < MIN_REVISION:
            raise SchemaTooOldError
