"""Whether any process can push: processes with a key for push addresses tell those that have none."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.isolation import isolated
from models import Installation

PUSHES_UNTIL = "pushes_until"
SIGHT_SECONDS = 5.0
"""Seconds between two writes, or two readings, of it."""
SIGHT_LIFETIME = timedelta(seconds=20)


async def keep_sight(database: Database, clock: Clock, keyring: Keyring) -> None:
    """Write or read it again and again until cancelled. Only on PostgreSQL: an embedded database has one folder of keys."""
    while True:
        # While the database is away, what was known holds.
        with isolated("sight_not_kept"):
            await record_sight(database, clock, keyring)
        await asyncio.sleep(SIGHT_SECONDS)


async def record_sight(database: Database, clock: Clock, keyring: Keyring) -> None:
    """Write until when this process counts as one that can push; without a key, read whether another can."""
    if not keyring.opens_addresses:
        async with database.read() as session:
            until = (
                await session.execute(select(Installation.value).where(Installation.name == PUSHES_UNTIL))
            ).scalar()
        keyring.others_open = until is not None and datetime.fromisoformat(until) > clock.now()
        return
    until = (clock.now() + SIGHT_LIFETIME).isoformat()
    async with database.write() as session:
        renewal = update(Installation).where(Installation.name == PUSHES_UNTIL).values(value=until)
        if not getattr(await session.execute(renewal), "rowcount", 0):
            try:
                await session.execute(insert(Installation).values(name=PUSHES_UNTIL, value=until))
            except IntegrityError:
                await session.rollback()
        await session.commit()
