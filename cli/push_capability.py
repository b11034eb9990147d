"""Records whether any process can push, so that processes without a key for push addresses know."""

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
CAPABILITY_RENEWAL_SECONDS = 5.0
"""Seconds between two writes, or two reads, of the record."""
CAPABILITY_LIFETIME = timedelta(seconds=20)


async def keep_push_capability_recorded(database: Database, clock: Clock, keyring: Keyring) -> None:
    """Write or read the record periodically until cancelled. PostgreSQL only: an embedded database has a single key folder."""
    while True:
        # While the database is unreachable, the last known state applies.
        with isolated("push_capability_not_recorded"):
            await record_push_capability(database, clock, keyring)
        await asyncio.sleep(CAPABILITY_RENEWAL_SECONDS)


async def record_push_capability(database: Database, clock: Clock, keyring: Keyring) -> None:
    """Write until when this process counts as able to push; without a key, read whether another process is able."""
    if not keyring.opens_addresses:
        async with database.read() as session:
            until = (
                await session.execute(select(Installation.value).where(Installation.name == PUSHES_UNTIL))
            ).scalar()
        keyring.others_open_addresses = until is not None and datetime.fromisoformat(until) > clock.now()
        return
    until = (clock.now() + CAPABILITY_LIFETIME).isoformat()
    async with database.write() as session:
        renewal = update(Installation).where(Installation.name == PUSHES_UNTIL).values(value=until)
        if not getattr(await session.execute(renewal), "rowcount", 0):
            try:
                await session.execute(insert(Installation).values(name=PUSHES_UNTIL, value=until))
            except IntegrityError:
                await session.rollback()
        await session.commit()
