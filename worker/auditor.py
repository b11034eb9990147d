"""The auditor: looks for what must not be, counts it, logs it, and mends it, each finding on its own."""

import time
from collections.abc import Sequence

import structlog

from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.telemetry import AUDIT_FINDINGS, AUDITED_AT
from core.unit_of_work import DispatchNow, UnitOfWork
from rules.upkeep import audit
from rules.upkeep.audit import Finding

AUDIT_SECONDS = 60.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


class Auditor:
    def __init__(self, database: Database, clock: Clock, keyring: Keyring, bus: Bus, dispatch_now: DispatchNow) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatch_now = dispatch_now

    async def look(self) -> Sequence[tuple[Finding, bool]]:
        """Look once; gives what was found, and whether it was mended (or somebody else was faster)."""
        async with self._database.read() as session:
            findings = await audit.find_all(UnitOfWork(session, self._clock.now(), self._keyring))
        done = [(finding, await self._mend(finding)) for finding in findings]
        AUDITED_AT.set(time.time())
        return done

    async def _mend(self, finding: Finding) -> bool:
        AUDIT_FINDINGS.labels(str(finding.what)).inc()
        try:
            async with self._database.write() as session:
                unit = UnitOfWork(session, self._clock.now(), self._keyring)
                mended = await audit.repair(unit, finding)
                await unit.commit(self._bus, self._dispatch_now)
        except Exception as error:  # noqa: BLE001 (one that cannot be mended holds up no other)
            log.error("audit_not_mended", what=str(finding.what), id=_about(finding), error=type(error).__name__)  # noqa: TRY400
            return False
        log.warning("audit_found", what=str(finding.what), id=_about(finding), mended=mended)
        return mended


def _about(finding: Finding) -> str:
    return str(finding.id) if finding.id is not None else finding.detail
