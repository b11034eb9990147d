"""Seals needs, feelings and reflections that an older release has stored readable, in small batches."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.unit_of_work import UnitOfWork
from rules.sealed_values import ALL_SEALED_VALUES, SealedValues
from rules.upkeep import value_sealing, wal_truncation

VALUE_SEALING_SECONDS = 3600.0
FIRST_VALUE_SEALING_SECONDS = 5.0
"""Seconds between two runs, and before the first one. Repeated to find what an older release writes meanwhile."""
VALUE_BATCH = 200
PAUSE_SECONDS = 0.1
"""Seconds between two batches, during which others can write."""

log = structlog.get_logger(__name__)


class ValueSealer:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        *,
        batch: int = VALUE_BATCH,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._batch = batch
        self._pause = pause

    async def run(self) -> int:
        """Process all rows once; return how many were sealed. Each batch is committed, so a later run continues."""
        if not self._keyring.trusted:
            return 0
        count = 0
        for values in ALL_SEALED_VALUES:
            count += await self._seal(values)
        if count:
            await wal_truncation.truncate_if_marked(self._database)
            log.info("values_sealed", count=count)
        return count

    async def _seal(self, values: SealedValues) -> int:
        count = 0
        after = None
        while True:
            # Reading does not occupy the writer; only sealing does.
            async with self._database.read() as session:
                keys = await value_sealing.next_plain(self._unit(session), values, after, self._batch)
            if keys:
                after = keys[-1]
                async with self._database.write() as session:
                    count += await value_sealing.seal_plain(self._unit(session), values, keys)
                    await session.commit()
            if len(keys) < self._batch:
                return count
            await self._pause(PAUSE_SECONDS)

    def _unit(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(session, self._clock.now(), self._keyring)
