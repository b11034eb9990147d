"""The loop that time drives: rungs, bookends and deliveries that are due, pushes without a receipt, who is lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError

from core.bus import Bus
from core.clock import Clock
from core.database import Database, lost_a_race
from core.encryption import Keyring
from core.telemetry import BOOKENDS, LAST_TURN, OLDEST_DUE, RUNGS, UNREACHABLE_TOTAL
from core.unit_of_work import UnitOfWork
from models import Delivery
from models.enums import DeliveryState
from notifications.dispatcher import Dispatcher
from rules.bookend import lifecycle
from rules.circle import reachability
from rules.outbox.late_devices import any_fresh_notice, push_missed_devices
from rules.outbox.resend import resend_unreceipted
from rules.reach_out import advance

TICK_SECONDS = 0.5
"""Seconds between two looks at what is due when nothing was."""
MEASURE_SECONDS = 5.0
"""Seconds between two readings of the backlog."""
DATABASE_AWAY_SECONDS = 2.0
"""Seconds to wait when the database does not answer."""
DUE_BATCH = 50
"""Reach-outs (and bookends) moved in one turn, so that deliveries are never far behind."""
REACHABILITY_INTERVAL = timedelta(seconds=60)
"""Between two looks for people whom nothing reaches."""

Due = Callable[[UnitOfWork, int], Awaitable[Sequence[UUID]]]
Take = Callable[[UnitOfWork, UUID], Awaitable[bool]]

log = structlog.get_logger(__name__)


class Worker:
    """Goes round until it is asked to stop. Holds nothing that another worker could not carry on."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        bus: Bus,
        dispatcher: Dispatcher,
        ladder: Sequence[int],
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatcher = dispatcher
        self._ladder = tuple(ladder)
        self._measured = 0.0
        self._second_looked = 0.0
        self.last_turn: float | None = None
        """When it last came round, on the monotonic clock."""
        self._looked_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop` is set. A fault is logged and the next turn tries again."""
        while not stop.is_set():
            try:
                pause = 0.0 if await self.tick() else TICK_SECONDS
            except Exception as error:  # noqa: BLE001 (the loop outlives whatever one turn met)
                log.warning("turn_failed", error=type(error).__name__)
                pause = DATABASE_AWAY_SECONDS
            await self._rest(stop, pause)

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        """Pause, for less than that when it is time to stop, or when pushes that found no place can be taken again."""
        if not seconds:
            await asyncio.sleep(0)
            return
        ends = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._dispatcher.room())]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    async def tick(self) -> bool:
        """One turn; gives whether there was something to do. A part that fails is raised after all others had theirs."""
        done = 0
        failure: Exception | None = None
        for part in (
            self._push_late_devices,
            self._move_ladders,
            self._move_bookends,
            self._notify_unreachable,
            self._resend_unreceipted,
            self._dispatcher.send_due,
        ):
            try:
                done += await part()
            except Exception as error:  # noqa: BLE001 (what is wrong with bookends must not hold back a push)
                failure = failure or error
        if failure is not None:
            raise failure
        if time.monotonic() - self._measured >= MEASURE_SECONDS:
            await self._measure()
            self._measured = time.monotonic()
        LAST_TURN.set(time.time())
        self.last_turn = time.monotonic()
        return done > 0

    async def _move_ladders(self) -> int:
        """Move every reach-out whose clock has come."""
        moved, failed = await self._each(advance.due, advance.advance_if_due, "reach_out_not_moved")
        RUNGS.labels("moved").inc(moved)
        RUNGS.labels("failed").inc(failed)
        return moved

    async def _move_bookends(self) -> int:
        """Nudge, or tell the companion, wherever it is time."""
        moved, failed = await self._each(lifecycle.due_bookends, lifecycle.advance_if_due, "bookend_not_moved")
        BOOKENDS.labels("moved").inc(moved)
        BOOKENDS.labels("failed").inc(failed)
        return moved

    async def _notify_unreachable(self) -> int:
        """Once a minute: say whom nothing reaches, before somebody needs them."""
        now = self._clock.now()
        if self._looked_at is not None and now - self._looked_at < REACHABILITY_INTERVAL:
            return 0
        self._looked_at = now
        told, _ = await self._each(
            reachability.newly_unreachable, reachability.notify_if_unreachable, "unreachable_not_told"
        )
        UNREACHABLE_TOTAL.inc(told)
        return told

    async def _each(self, due: Due, take: Take, failure: str) -> tuple[int, int]:
        """Take all that is due, each in a transaction of its own; gives how many were taken and how many failed."""
        async with self._database.read() as session:
            found = await due(UnitOfWork(session, self._clock.now(), self._keyring), DUE_BATCH)
        taken = failed = 0
        for one in found:
            try:
                async with self._database.write() as session:
                    unit = UnitOfWork(session, self._clock.now(), self._keyring, ladder=self._ladder)
                    if await take(unit, one):
                        taken += 1
                        await unit.commit(self._bus, self._dispatcher.dispatch_now)
            except Exception as error:  # noqa: BLE001 (one that cannot be moved holds up no other)
                log.error(failure, id=str(one), error=type(error).__name__)  # noqa: TRY400
                failed += 1
        return taken, failed

    async def _push_late_devices(self) -> int:
        """Push phones that were registered while a notice for their person was being written."""
        # While there are pushes to send, turns follow at once, and this reads all that was written lately.
        if time.monotonic() - self._second_looked < TICK_SECONDS:
            return 0
        self._second_looked = time.monotonic()
        async with self._database.read() as session:
            if not await any_fresh_notice(UnitOfWork(session, self._clock.now(), self._keyring)):
                return 0
        async with self._database.write() as session:
            unit = UnitOfWork(session, self._clock.now(), self._keyring)
            try:
                missed = await push_missed_devices(unit)
                await unit.commit(self._bus, self._dispatcher.dispatch_now)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
                # Another worker, or the registration itself, has written them.
                return 0
        return missed

    async def _resend_unreceipted(self) -> int:
        async with self._database.write() as session:
            unit = UnitOfWork(session, self._clock.now(), self._keyring)
            count = await resend_unreceipted(unit)
            await unit.commit(self._bus, self._dispatcher.dispatch_now)
        return count

    async def _measure(self) -> None:
        now = self._clock.now()
        async with self._database.read() as session:
            oldest = (
                await session.execute(
                    select(func.min(Delivery.due_at)).where(
                        Delivery.state == DeliveryState.PENDING,
                        Delivery.due_at <= now,
                        or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
                    )
                )
            ).scalar()
        OLDEST_DUE.set((now - oldest).total_seconds() if oldest else 0.0)
