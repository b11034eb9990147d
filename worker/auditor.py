"""The auditor: looks for rows in states that must not occur, counts, logs and mends them, each on its own."""

import time
from collections.abc import Sequence

import structlog

from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.isolation import isolated
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
        """Look once; returns the findings, and whether each was mended here (False: it failed, or another was faster)."""
        async with self._database.read() as session:
            findings = await audit.find_all(UnitOfWork(session, self._clock.now(), self._keyring))
        outcomes = [(finding, await self._mend(finding)) for finding in findings]
        AUDITED_AT.set(time.time())
        return outcomes

    async def _mend(self, finding: Finding) -> bool:
        AUDIT_FINDINGS.labels(str(finding.what)).inc()
        fields = {"what": str(finding.what), "id": _about(finding)}
        # A finding that cannot be mended holds up no other.
        with isolated("audit_not_mended", level="error", **fields):
            async with self._database.write() as session:
                unit = UnitOfWork(session, self._clock.now(), self._keyring)
                mended = await audit.repair(unit, finding)
                await unit.commit(self._bus, self._dispatch_now)
            log.warning("audit_found", mended=mended, **fields)
            return mended
        return False


def _about(finding: Finding) -> str:
    return str(finding.id) if finding.id is not None else finding.detail
