"""`python -m tests.faults.crash_points serve …`: Porchlight as it is, but it can be told to die at a named point.

The program itself knows nothing of this: from outside, some of its functions are wrapped. While the file named by CRASH_AT
holds "point count", the process kills itself (SIGKILL) when it comes to that point for the count-th time. CRASH_LOOKS
names a file in which each delivery that a look-again lets through is noted, with the moment at which that look began,
for the checker. CLOCK_OFFSET puts the machine's clock wrong by so many seconds.

A push is taken in one of two ways: by whoever wrote it, whose lease is its claim, so that only a look is left
(`claim.handed`); or by a claim that is committed (`claim._claim`). Both have the point "claimed", and both note their looks.
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

from cli.main import main
from core import clock
from core.bus import Bus
from core.unit_of_work import DispatchNow, UnitOfWork
from notifications import claim
from notifications.claim import Claim, Claimed
from notifications.dispatcher import Dispatcher
from notifications.record import Outcome
from notifications.transports.protocol import Sent
from rules.reach_out import advance

POINTS = ("committed", "claimed", "sent", "mid_rung")
"""After the commit and before the reply; claimed and not sent; sent and not recorded; a rung half written."""


def reached(point: str) -> None:
    """Die here, if it is here that this process is to die."""
    order = Path(os.environ["CRASH_AT"])
    try:
        wanted, _, count = order.read_text().partition(" ")
    except OSError:
        return
    if wanted != point:
        return
    if int(count) > 1:
        order.write_text(f"{point} {int(count) - 1}")
        return
    # So that whoever gave the order knows that it was carried out.
    order.rename(order.with_suffix(".done"))
    os.kill(os.getpid(), signal.SIGKILL)


def _note_looks(deliveries: Sequence[str], began: float) -> None:
    with Path(os.environ["CRASH_LOOKS"]).open("a") as looks:
        looks.writelines(json.dumps([one, began]) + "\n" for one in deliveries)


def _wrap() -> None:  # noqa: C901 (small wrappers, one beside the other)
    commit, begin, note, advance_if_due, take, take_handed = (
        UnitOfWork.commit,
        Dispatcher._begin,
        Dispatcher._note,
        advance.advance_if_due,
        claim._claim,
        claim.claim_handed,
    )

    async def crashing_commit(self: UnitOfWork, bus: Bus, dispatch_now: DispatchNow) -> None:
        def handed(deliveries: Sequence[UUID]) -> None:
            reached("committed")
            dispatch_now(deliveries)

        await commit(self, bus, handed)

    def crashing_begin(self: Dispatcher, claimed: Claim, looked_at: float) -> None:
        if claimed.taken:
            reached("claimed")
        begin(self, claimed, looked_at)

    def crashing_note(self: Dispatcher, outcome: Outcome) -> None:
        if isinstance(outcome.result, Sent):
            reached("sent")
        note(self, outcome)

    async def crashing_advance(unit: UnitOfWork, reach_out_id: UUID) -> bool:
        moved = await advance_if_due(unit, reach_out_id)
        if moved:
            reached("mid_rung")
        return moved

    async def noted_claim(*given: Any) -> Claim:
        began = time.monotonic()
        found = await take(*given)
        _note_looks([str(one.id) for one in found.taken], began)
        return found

    async def noted_handed(*given: Any) -> tuple[list[Claimed], list[UUID]]:
        began = time.monotonic()
        taken, others = await take_handed(*given)
        _note_looks([str(one.id) for one in taken], began)
        return taken, others

    wrapped: tuple[tuple[Any, str, object], ...] = (
        (UnitOfWork, "commit", crashing_commit),
        (Dispatcher, "_begin", crashing_begin),
        (Dispatcher, "_note", crashing_note),
        (advance, "advance_if_due", crashing_advance),
        (claim, "_claim", noted_claim),
        (claim, "claim_handed", noted_handed),
    )
    for place, name, function in wrapped:
        setattr(place, name, function)


def _put_the_clock_wrong(seconds: float) -> None:
    right = time.time
    time.time = lambda: right() + seconds

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Wrong":
            return super().now(tz) + timedelta(seconds=seconds)

    module: Any = clock
    module.datetime = Wrong


if __name__ == "__main__":
    _wrap()
    _put_the_clock_wrong(float(os.environ.get("CLOCK_OFFSET", "0")))
    sys.exit(main())
