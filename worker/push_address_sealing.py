"""Seals push addresses with the push key, row by row, while the master key can still open them."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.unit_of_work import UnitOfWork
from rules.upkeep import push_address_sealing

SEALING_SECONDS = 600.0
FIRST_SEALING_SECONDS = 1.0
"""Seconds between two runs, and before the first one. Repeated to find what an older release writes meanwhile."""

log = structlog.get_logger(__name__)


class PushAddressSealer:
    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring

    async def run(self, *, anew: bool = False) -> int:
        """Process all addresses once; return how many were sealed. `anew`: also those sealed with an older push key."""
        if not self._keyring.push.trusted:
            return 0
        count = 0
        for table in push_address_sealing.SEALED_TABLES:
            after = None
            while True:
                async with self._database.read() as session:
                    rows = await push_address_sealing.next_rows(self._unit(session), table, after)
                sealed = push_address_sealing.seal_rows(self._keyring, table, rows, anew=anew)
                if sealed:
                    async with self._database.write() as session:
                        count += await push_address_sealing.store_sealed(self._unit(session), table, sealed)
                        await session.commit()
                if len(rows) < push_address_sealing.SEALING_BATCH:
                    break
                after = rows[-1].id
        if count:
            log.info("push_addresses_sealed", count=count)
        return count

    def _unit(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(session, self._clock.now(), self._keyring)
