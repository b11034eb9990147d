"""Orders for processes that run as tests.faults.crash_points: where to die, where to log looks, how far to shift the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODULE = "tests.faults.crash_points"


@dataclass(frozen=True, slots=True)
class CrashOrders:
    """Orders for one process. Its successor may get the same ones: an order is carried out once."""

    folder: Path
    name: str
    clock: int = 0
    """Seconds by which its clock is wrong."""

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "CRASH_AT": str(self._order),
            "CRASH_LOOKS": str(self.folder / f"{self.name}.looks"),
            "CLOCK_OFFSET": str(self.clock),
        }

    def crash_at(self, point: str, count: int = 1) -> None:
        """Order the process to die when it passes this point for the count-th time."""
        self._done.unlink(missing_ok=True)
        self._order.write_text(f"{point} {count}")

    @property
    def carried_out(self) -> bool:
        return self._done.exists()

    def take_back(self) -> None:
        self._order.unlink(missing_ok=True)

    @property
    def _order(self) -> Path:
        return self.folder / f"{self.name}.crash"

    @property
    def _done(self) -> Path:
        return self._order.with_suffix(".done")
