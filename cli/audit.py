"""`porchlight audit`: audits the database once and prints the findings as a plain table."""

from collections.abc import Sequence
from uuid import UUID

from cli.keyring import open_keyring
from core.bus import Bus
from core.clock import DatabaseClock
from core.database import Database
from core.settings import Settings
from rules.upkeep.audit import Finding
from worker.auditor import Auditor


async def audit_command(settings: Settings) -> int:
    """Audit once, repair and print; return the exit status: 0 without findings, else 1."""
    database = Database(settings.sqlalchemy_url)
    try:
        clock = DatabaseClock(database.time)
        await clock.anchor()
        keyring = await open_keyring(settings, database)
        findings = await Auditor(database, clock, keyring, Bus(), dispatch_nothing).audit_once()
    finally:
        await database.close()
    print(findings_table(findings))
    return 1 if findings else 0


def findings_table(findings: Sequence[tuple[Finding, bool]]) -> str:
    """Return the table: one line per finding, ids only."""
    if not findings:
        return "Nothing found: every timer, delivery and bookend is in a valid state."
    width = max(len(finding.what) for finding, _ in findings)
    lines = [
        f"{finding.what:<{width}}  {finding.id or finding.detail!s:<36}  {'repaired' if repaired else _NOT_REPAIRED[finding.id is None]}"
        for finding, repaired in findings
    ]
    head = f"{'what':<{width}}  {'id':<36}  now"
    return "\n".join([head, *lines, f"{len(findings)} found. A running worker continues with what was repaired."])


_NOT_REPAIRED = {False: "not repaired", True: "needs the operator"}


def dispatch_nothing(deliveries: Sequence[UUID]) -> None:
    """Leave repaired deliveries to a worker: they are due at once."""
