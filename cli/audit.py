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
        findings = await Auditor(database, clock, keyring, Bus(), _dispatch_nothing).audit_once()
    finally:
        await database.close()
    print(findings_table(findings))
    return 1 if findings else 0


def findings_table(findings: Sequence[tuple[Finding, bool]]) -> str:
    """Return the table: one line per finding, ids only."""
    if not findings:
        return "Nothing found: every timer, delivery and bookend is as it should be."
    width = max(len(finding.what) for finding, _ in findings)
    lines = [
        f"{finding.what:<{width}}  {finding.id or finding.detail!s:<36}  {'mended' if mended else _UNMENDED[finding.id is None]}"
        for finding, mended in findings
    ]
    head = f"{'what':<{width}}  {'id':<36}  now"
    return "\n".join([head, *lines, f"{len(findings)} found. A worker that runs carries on with what was mended."])


_UNMENDED = {False: "left", True: "yours to mend"}


def _dispatch_nothing(deliveries: Sequence[UUID]) -> None:
    """Leave repaired deliveries to a worker: they are due at once."""
