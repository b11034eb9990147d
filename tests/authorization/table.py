"""Read `table.txt`: what is expected of every operation for everybody."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.authorization.cast import ACTORS
from tests.world.operations import Operation, documented_operations

FILE = Path(__file__).with_name("table.txt")


@dataclass(frozen=True, slots=True)
class Row:
    """One operation, the row that it is tried on where there are several, and the expected word for each actor."""

    label: str
    area: str
    cells: dict[str, str]

    @property
    def operation(self) -> Operation:
        return operations()[self.label.partition(" (")[0]]

    @property
    def whose(self) -> str:
        return self.label.partition(" (")[2].removesuffix(")")


@cache
def operations() -> dict[str, Operation]:
    return {f"{operation.method} {operation.path}": operation for operation in documented_operations()}


@cache
def rows() -> list[Row]:
    """Return the rows of the table. A line without columns begins an area; the columns are named again under it."""
    found, area = [], ""
    for line in FILE.read_text().splitlines():
        words = line.partition("#")[0].split()
        label, cells = words[: -len(ACTORS)], words[-len(ACTORS) :]
        if label:
            found.append(Row(" ".join(label), area, dict(zip(ACTORS, cells, strict=True))))
        elif words and len(words) < len(ACTORS):
            area = line.strip()
    return found


def named_columns() -> set[tuple[str, ...]]:
    """Return the names that stand over columns, of which there is one set."""
    lines = [tuple(line.split()) for line in FILE.read_text().splitlines() if not line.startswith("#")]
    return {words for words in lines if len(words) == len(ACTORS)}
