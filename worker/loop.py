"""The loop that time drives: deliveries that are due, and the numbers that show it goes round."""

import asyncio
import time
from contextlib import suppress

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError

from core.bus import Bus
from core.clock import Clock
from core.database import Database, lost_a_race
from core.encryption import Keyring
from core.telemetry import LAST_TURN, OLDEST_DUE
from core.unit import Unit
from models import Delivery
from models.vocabulary import DeliveryState
from notifications.dispatcher import Dispatcher
from rules.catch_up import fresh, push_missed_devices

PACE = 0.5
"""Seconds between two looks at what is due when nothing was."""
MEASURE = 5.0
"""Seconds between two readings of the backlog."""
AWAY = 2.0
"""Seconds to wait when the database does not answer."""

log = structlog.get_logger(__name__)


class Worker:
    """Goes round until it is asked to stop. Holds nothing that another worker could not carry on."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring, bus: Bus, dispatcher: Dispatcher) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatcher = dispatcher
        self._measured = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop` is set. A fault is logged and the next turn tries again."""
        while not stop.is_set():
            try:
                pause = 0.0 if await self.turn() else PACE
            except Exception as error:  # noqa: BLE001 (the loop outlives whatever one turn met)
                log.warning("turn_failed", error=type(error).__name__)
                pause = AWAY
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def turn(self) -> bool:
        """One turn; gives whether there was something to do."""
        missed = await self._second_look()
        taken = await self._dispatcher.turn()
        if time.monotonic() - self._measured >= MEASURE:
            await self._measure()
            self._measured = time.monotonic()
        LAST_TURN.set(time.time())
        return taken + missed > 0

    async def _second_look(self) -> int:
        async with self._database.read() as session:
            if not await fresh(Unit(session, self._clock.now(), self._keyring)):
                return 0
        async with self._database.write() as session:
            unit = Unit(session, self._clock.now(), self._keyring)
            try:
                missed = await push_missed_devices(unit)
                await unit.commit(self._bus, self._dispatcher.hand_over)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
                # Another worker, or the registration itself, has written them.
                return 0
        return missed

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
