"""Figures with their spread, the report that shows them as a table, and the verdicts on targets."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

SHOWN_PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "sqlalchemy", "asyncpg", "cryptography")


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure measured in several rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return _number(self.median)
        return f"{_number(self.median)} ({_number(min(self.values))}–{_number(max(self.values))})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(tuple(values))


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """Return the ratio of two series, round by round, since both sides of a round had the same conditions."""
    return Spread(tuple(a / b for a, b in zip(numerators, denominators, strict=True)))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


@dataclass(slots=True)
class Report:
    """The results of a benchmark, to be printed or inserted into docs/performance.md."""

    name: str
    about: str
    rounds: int
    header: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, *cells: object) -> None:
        self.rows.append(tuple(str(cell) for cell in cells))

    def at_least(self, what: str, measured: Spread, target: float, aim: float | None = None) -> None:
        wanted = f"at least {_number(target)}" + (f", aim {_number(aim)}" if aim is not None else "")
        self._judge(what, measured, wanted, met=measured.median >= target)

    def at_most(self, what: str, measured: Spread, target: float, unit: str = "") -> None:
        self._judge(what, measured, f"at most {_number(target)}{unit}", met=measured.median <= target)

    def _judge(self, what: str, measured: Spread, wanted: str, *, met: bool) -> None:
        self.verdicts.append(f"{what}: {measured}, wanted {wanted}: {'**pass**' if met else '**short of target**'}")

    def text(self) -> str:
        """Return the report as Markdown."""
        lines = [
            f"### {self.name}",
            "",
            self.about,
            "",
            f"`python -m benchmarks {self.name}`, {self.rounds} {'round' if self.rounds == 1 else 'rounds'}:",
            "",
        ]
        lines += [
            _table_row(self.header),
            _table_row(["---"] * len(self.header)),
            *(_table_row(row) for row in self.rows),
            "",
        ]
        lines += [f"- {verdict}" for verdict in self.verdicts]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines) + "\n"


def _table_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def describe_machine(postgres: str | None) -> str:
    """Describe the machine: date, cores, system, and the versions of the main packages."""
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN_PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres or 'not used'}, {packages}."
    )


def load_average() -> str:
    """Return the load average of the last minute; above the number of cores, other work competed for them."""
    return f"{os.getloadavg()[0]:.1f}"
