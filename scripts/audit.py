"""Asks the advisory databases about every pinned package: `make audit`.

Exit status: 0 if everything was looked up and nothing is known, 1 if there is an advisory, 2 if a database could not be
asked. An audit that was not made is never reported as passed: pip-audit itself ends with 0 when its service does not know a
single package.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hatch_build import find_npm

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKED: Final = ("requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-node.txt")
PASSED, FOUND, NOT_ASKED = 0, 1, 2
TIMEOUT: Final = 300
"""Seconds for one database."""


@dataclass(frozen=True)
class Outcome:
    """What one database said about one list of packages."""

    subject: str
    status: int
    lines: Sequence[str]


def read_pip_audit(subject: str, output: str) -> Outcome:
    """Return the outcome from pip-audit's JSON; a package that the service does not know was not looked up."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _not_asked(subject, "no reply from the advisory service")
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {advisory['id']}"
        + (f", mended in {', '.join(advisory['fix_versions'])}" if advisory.get("fix_versions") else "")
        for each in packages
        for advisory in each.get("vulns", ())
    ]
    if found:
        return Outcome(subject, FOUND, found)
    if skipped or not packages:
        return _not_asked(
            subject, f"the advisory service does not answer for {len(skipped)} of {len(packages)} packages"
        )
    return Outcome(subject, PASSED, [f"{len(packages)} packages, no advisory"])


def read_npm_audit(subject: str, output: str) -> Outcome:
    """Return the outcome from `npm audit --json`."""
    try:
        report: Mapping[str, Any] = json.loads(output)
        found = report["vulnerabilities"]
        count = report["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        return _not_asked(subject, "no reply from the advisory service")
    if found:
        return Outcome(subject, FOUND, [f"{name}: {each['severity']}, {each['range']}" for name, each in found.items()])
    return Outcome(subject, PASSED, [f"{count} packages, no advisory"])


def _not_asked(subject: str, why: str) -> Outcome:
    return Outcome(subject, NOT_ASKED, [f"NOT AUDITED: {why}. Run it again where the service can be reached."])


def exit_status(outcomes: Sequence[Outcome]) -> int:
    """Return 1 if anything was found, else 2 if anything was not asked, else 0."""
    statuses = {outcome.status for outcome in outcomes}
    return FOUND if FOUND in statuses else max(statuses, default=NOT_ASKED)


def _output(command: Sequence[str], folder: Path) -> str:
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout


def main(pip_audit: str) -> int:
    """Audit each list, print what was said, and return the exit status."""
    command = [
        pip_audit,
        "--format=json",
        "--progress-spinner=off",
        "--disable-pip",
        "--require-hashes",
        "--requirement",
    ]
    outcomes = [read_pip_audit(name, _output([*command, name], ROOT)) for name in LOCKED]
    npm = _output([*find_npm(), "audit", "--json"], ROOT / "phone")
    outcomes.append(read_npm_audit("phone/package-lock.json", npm))
    for outcome in outcomes:
        for line in outcome.lines:
            print(f"{outcome.subject}: {line}")
    return exit_status(outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
