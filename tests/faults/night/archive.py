"""Save nights to a file, so that a long run can be split into parts and reported as a whole."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.faults.night.checker import Findings
from tests.faults.night.history import History
from tests.faults.night.plan import Fault
from tests.faults.night.run import Night


def append(night: Night, file: Path) -> None:
    """Add one line with everything that the report shows of this night."""
    line = {
        "kind": night.kind,
        "seed": night.seed,
        "injected": {fault.name: count for fault, count in night.injected.items()},
        "restarted": night.restarted,
        "made_good": night.made_good,
        "findings": asdict(night.findings),
        "statuses": night.history.statuses,
    }
    with file.open("a", encoding="utf-8") as archive:
        archive.write(json.dumps(line) + "\n")


def load(file: Path) -> list[Night]:
    """Return the nights of this file, in their order."""
    return [_night(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _night(line: str) -> Night:
    night = json.loads(line)
    return Night(
        night["kind"],
        night["seed"],
        Counter({Fault[name]: count for name, count in night["injected"].items()}),
        night["restarted"],
        night["made_good"],
        Findings(**night["findings"]),
        History(statuses={int(status): count for status, count in night["statuses"].items()}),
    )
