"""The auditor: finds rows in invalid states, counts, logs and repairs each of them separately."""

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
"""Seconds between two audits."""

log = structlog.get_logger(__name__)


class Auditor:
    def __init__(self, database: Database, clock: Clock, keyring: Keyring, bus: Bus, dispatch_now: DispatchNow) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatch_now = dispatch_now

    async def audit_once(self) -> Sequence[tuple[Finding, bool]]:
        """Audit once; return the findings, and whether each was repaired here (False: it failed, or another was faster)."""
        async with self._database.read() as session:
            findings = await audit.find_all(UnitOfWork(session, self._clock.now(), self._keyring))
        outcomes = [(finding, await self._repair(finding)) for finding in findings]
        AUDITED_AT.set(time.time())
        return outcomes

    async def _repair(self, finding: Finding) -> bool:
        AUDIT_FINDINGS.labels(str(finding.what)).inc()
        fields = {"what": str(finding.what), "id": _subject(finding)}
        # A finding that cannot be repaired does not block the others.
        with isolated("audit_not_mended", level="error", **fields):
            async with self._database.write() as session:
                unit = UnitOfWork(session, self._clock.now(), self._keyring)
                repaired = await audit.repair(unit, finding)
                await unit.commit(self._bus, self._dispatch_now)
            log.warning("audit_found", mended=repaired, **fields)
            return repaired
        return False


def _subject(finding: Finding) -> str:
    return str(finding.id) if finding.id is not None else finding.detail
