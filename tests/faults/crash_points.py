"""`python -m tests.faults.crash_points serve …`: Porchlight that can be ordered to die at a named step.

While the file named by CRASH_AT holds "step count", the process kills itself (SIGKILL) when it comes to that step
(`core.steps`) for the count-th time. CRASH_LOOKS names a file in which each delivery that a look-again lets through is
logged, with the moment at which that look began, for the checker. CLOCK_OFFSET shifts the process's clock by so many
seconds.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.assemble import Seams
from cli.main import main
from core import clock
from core.clock import elapsed
from core.steps import Step

POINTS = (Step.COMMITTED, Step.CLAIMED, Step.SENT, Step.MID_RUNG)


def on_step(step: Step, deliveries: Sequence[UUID] = (), rechecked_at: float = 0.0) -> None:
    """Log a look; at any other step, die if ordered to."""
    if step is Step.RECHECKED:
        # The history of a night uses `time.monotonic`, which all processes of this machine share.
        note_looks(deliveries, time.monotonic() - (elapsed() - rechecked_at))
    else:
        reached(step)


def reached(point: str) -> None:
    """Die here if ordered to."""
    order = Path(os.environ["CRASH_AT"])
    try:
        ordered, _, count = order.read_text().partition(" ")
    except OSError:
        return
    if ordered != point:
        return
    if int(count) > 1:
        order.write_text(f"{point} {int(count) - 1}")
        return
    # Tells the test that the order was carried out.
    order.rename(order.with_suffix(".done"))
    os.kill(os.getpid(), signal.SIGKILL)


def note_looks(deliveries: Sequence[UUID], began: float) -> None:
    with Path(os.environ["CRASH_LOOKS"]).open("a") as looks:
        looks.writelines(json.dumps([str(delivery), began]) + "\n" for delivery in deliveries)


def _offset_clock(seconds: float) -> None:
    right = time.time
    time.time = lambda: right() + seconds

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Wrong":
            return super().now(tz) + timedelta(seconds=seconds)

    module: Any = clock
    module.datetime = Wrong


if __name__ == "__main__":
    _offset_clock(float(os.environ.get("CLOCK_OFFSET", "0")))
    sys.exit(main(seams=Seams(on_step=on_step)))
