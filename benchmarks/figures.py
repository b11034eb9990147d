"""Numbers with their spread, the table that shows them, and whether a target is met, in words."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

SHOWN = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "sqlalchemy", "asyncpg", "cryptography")


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure from several rounds."""

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


def ratio(these: Sequence[float], those: Sequence[float]) -> Spread:
    """One side as a share of the other, round by round: both of a round met the same weather."""
    return Spread(tuple(a / b for a, b in zip(these, those, strict=True)))


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
    """What one benchmark found, ready to be printed or put into docs/performance.md."""

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
        """Markdown."""
        lines = [
            f"### {self.name}",
            "",
            self.about,
            "",
            f"`python -m benchmarks {self.name}`, {self.rounds} {'round' if self.rounds == 1 else 'rounds'}:",
            "",
        ]
        lines += [_line(self.header), _line(["---"] * len(self.header)), *(_line(row) for row in self.rows), ""]
        lines += [f"- {verdict}" for verdict in self.verdicts]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def machine(postgres: str | None) -> str:
    """Return what the benchmarks ran on: processor, memory, versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres or 'not used'}, {packages}."
    )


def busy() -> str:
    """Return the load average of the last minute. Above the number of cores, others were waiting for them as well."""
    return f"{os.getloadavg()[0]:.1f}"
