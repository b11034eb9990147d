"""Nights in a file, so that the long run can be spent in parts, each machine's hours when it has them, and told as one."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.faults.night.checker import Found
from tests.faults.night.history import History
from tests.faults.night.plan import Fault
from tests.faults.night.run import Night


def keep(night: Night, file: Path) -> None:
    """Add one line: all that the report tells of this night."""
    line = {
        "kind": night.kind,
        "seed": night.seed,
        "injected": {fault.name: count for fault, count in night.injected.items()},
        "restarted": night.restarted,
        "made_good": night.made_good,
        "found": asdict(night.found),
        "statuses": night.history.statuses,
    }
    with file.open("a", encoding="utf-8") as kept:
        kept.write(json.dumps(line) + "\n")


def kept(file: Path) -> list[Night]:
    """The nights of this file, in their order."""
    return [_night(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _night(line: str) -> Night:
    told = json.loads(line)
    return Night(
        told["kind"],
        told["seed"],
        Counter({Fault[name]: count for name, count in told["injected"].items()}),
        told["restarted"],
        told["made_good"],
        Found(**told["found"]),
        History(statuses={int(status): count for status, count in told["statuses"].items()}),
    )
