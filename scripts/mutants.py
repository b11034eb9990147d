"""Changes the rules in small ways and counts how many of the changes the tests notice: `make mutants`.

Which modules, and by which tests, stands in pyproject.toml. Exit status: 0 if at least nine in ten were noticed in each
module, 1 if not, 2 if it could not be tried.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PLACE: Final = ROOT / "build" / "mutants"
"""Where mutmut works: it copies what it changes, and a copy in the root would be linted and collected as our own."""
NEEDED: Final = (
    "api",
    "cli",
    "core",
    "migrations",
    "models",
    "notifications",
    "rules",
    "tests",
    "worker",
    "pyproject.toml",
)
"""What the tests import, and mutmut's own settings."""
NOTICED: Final = frozenset({"killed", "timeout", "suspicious", "segfault", "caught by type check"})
RESULT: Final = re.compile(r"^\s*([\w.]+)\.x\w*__mutmut_\d+: (.+)$")
LEAST: Final = 0.9


def prepare() -> None:
    """Make an empty place in which the project stands as links."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for name in NEEDED:
        (PLACE / name).symlink_to(ROOT / name)


def count(lines: Iterable[str]) -> dict[str, Counter[bool]]:
    """Return by module how many mutants were noticed (True) and how many were not, from `mutmut results --all true`."""
    counts: dict[str, Counter[bool]] = {}
    for line in lines:
        if match := RESULT.match(line):
            counts.setdefault(match[1], Counter())[match[2] in NOTICED] += 1
    return counts


def table(counts: Mapping[str, Counter[bool]]) -> list[str]:
    """Return one line for each module, and one for all of them."""
    total = sum(counts.values(), Counter[bool]())
    rows = [*sorted(counts.items()), ("all", total)]
    return [f"{name:<42} {row.total():>5} mutants {row[True]:>5} noticed  {share(row):>6.1%}" for name, row in rows]


def share(row: Counter[bool]) -> float:
    return row[True] / row.total()


def main(mutmut: str) -> int:
    """Try every mutant, print the survivors and the table, and return the exit status."""
    prepare()
    with (PLACE / "mutmut.log").open("w", encoding="utf-8") as log:
        subprocess.run([mutmut, "run"], cwd=PLACE, stdout=log, stderr=log, check=False)
    results = subprocess.run(
        [mutmut, "results", "--all", "true"], cwd=PLACE, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    counts = count(results)
    if not counts or any(line.endswith((": not checked", ": no tests")) for line in results):
        print(f"Not every mutant was tried: {PLACE / 'mutmut.log'}")
        return 2
    for name in (line.split(":")[0].strip() for line in results if line.endswith(": survived")):
        print(subprocess.run([mutmut, "show", name], cwd=PLACE, capture_output=True, text=True, check=False).stdout)
    print("\n".join(table(counts)))
    return 0 if all(share(row) >= LEAST for row in counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
