"""Deletes rows past their retention, in small batches with pauses so that no press is delayed."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.telemetry import PURGED
from core.unit_of_work import DispatchNow, UnitOfWork
from rules.accounts import sessions
from rules.upkeep import retention, wal_truncation
from rules.upkeep.retention import PurgeStep

PURGE_SECONDS = 3600.0
FIRST_PURGE_SECONDS = 60.0
"""Seconds between two purges, and before the first one."""
BATCH_PAUSE_SECONDS = 0.2
"""Seconds between two batches, during which others can write."""

log = structlog.get_logger(__name__)


class Purge:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        bus: Bus,
        dispatch_now: DispatchNow,
        days: int,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatch_now = dispatch_now
        self._days = days
        self._pause = pause

    async def run(self) -> dict[str, int]:
        """Purge every table once; return the number of cleared rows per table."""
        cleared = {"sessions": await self._end_expired_sessions()}
        for step in retention.purge_steps(self._clock.now(), self._days):
            cleared[step.table] = cleared.get(step.table, 0) + await self._run_step(step)
        # Hourly, whatever was cleared, so that deleted text does not stay in the write-ahead log for longer.
        if await wal_truncation.truncate_if_marked(self._database):
            await self._database.truncate_wal()
        for table, count in cleared.items():
            if count:
                log.info("purged", table=table, count=count)
        return cleared

    async def _run_step(self, step: PurgeStep) -> int:
        count = 0
        after: object = None
        while True:
            # Reading does not occupy the writer; only clearing does.
            async with self._database.read() as session:
                keys = (await session.execute(step.page(after))).scalars().all()
            if keys:
                after = keys[-1]
                async with self._database.write() as session:
                    cleared = await retention.clear(self._unit(session), step, keys)
                    await session.commit()
                PURGED.labels(step.table).inc(cleared)
                count += cleared
                await self._pause(BATCH_PAUSE_SECONDS)
            if len(keys) < step.batch:
                return count

    async def _end_expired_sessions(self) -> int:
        count = 0
        while True:
            async with self._database.read() as session:
                expired = await sessions.list_expired(self._unit(session), retention.PURGE_BATCH)
            cleared = 0
            for person_id, ended in expired.items():
                async with self._database.write() as session:
                    unit = self._unit(session)
                    cleared += await sessions.end_expired(unit, person_id, ended)
                    await unit.commit(self._bus, self._dispatch_now)
                await self._pause(BATCH_PAUSE_SECONDS / 10)
            PURGED.labels("sessions").inc(cleared)
            count += cleared
            if not cleared:
                return count

    def _unit(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(session, self._clock.now(), self._keyring)
