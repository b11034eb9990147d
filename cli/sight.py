"""Whether anybody can push: told by processes that have a key to push addresses to those that have none."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from models import Installation

PUSHES_UNTIL = "pushes_until"
SIGHT_SECONDS = 5.0
"""Seconds between two times that it is said, or asked."""
SIGHT_LIFETIME = timedelta(seconds=20)

log = structlog.get_logger(__name__)


async def keep_sight(database: Database, clock: Clock, keyring: Keyring) -> None:
    """Say, or ask, until cancelled. Only on PostgreSQL: an embedded database has one folder of keys."""
    while True:
        try:
            await record_sight(database, clock, keyring)
        except Exception as error:  # noqa: BLE001 (the database is away; what was known holds until it is back)
            log.warning("sight_not_kept", error=type(error).__name__)
        await asyncio.sleep(SIGHT_SECONDS)


async def record_sight(database: Database, clock: Clock, keyring: Keyring) -> None:
    """A process with a key says until when it counts as one; a process without looks whether any does."""
    if not keyring.opens_addresses:
        async with database.read() as session:
            until = (
                await session.execute(select(Installation.value).where(Installation.name == PUSHES_UNTIL))
            ).scalar()
        keyring.others_open = until is not None and datetime.fromisoformat(until) > clock.now()
        return
    until = (clock.now() + SIGHT_LIFETIME).isoformat()
    async with database.write() as session:
        said = update(Installation).where(Installation.name == PUSHES_UNTIL).values(value=until)
        if not getattr(await session.execute(said), "rowcount", 0):
            try:
                await session.execute(insert(Installation).values(name=PUSHES_UNTIL, value=until))
            except IntegrityError:
                await session.rollback()
        await session.commit()
