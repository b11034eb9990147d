"""The worker's loop: due rungs, bookends and deliveries, late devices, pushes without a receipt, unreachable people."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from core.bus import Bus
from core.clock import Clock, elapsed
from core.database import Database, lost_a_race
from core.encryption import Keyring
from core.isolation import isolated
from core.steps import OnStep, ignore_step
from core.telemetry import LAST_TURN, OLDEST_DUE, UNREACHABLE_TOTAL
from core.unit_of_work import UnitOfWork
from notifications.dispatcher import Dispatcher
from rules.circle import reachability
from rules.outbox.late_devices import any_fresh_notice, push_missed_devices
from rules.outbox.resend import resend_unreceipted
from rules.upkeep.numbers import oldest_due
from worker.bounded import run_bounded
from worker.due_rows import CAN_WAIT, DUE_BATCH, DUE_ROWS, UNREACHABLE, AdvanceOne, AdvanceTogether, DueRows
from worker.pace import Pace
from worker.walk import PEOPLE, Walk

TICK_SECONDS = 0.5
"""Seconds between two turns when nothing is due."""
PART_TIMEOUT_SECONDS = 10.0
"""Time limit of one part of a turn, which usually takes milliseconds. As long as a lease."""
MEASURE_SECONDS = 5.0
"""Seconds between two readings of the backlog."""
DATABASE_AWAY_SECONDS = 2.0
"""Seconds to wait when the database does not answer."""

TurnPart = Callable[[], Awaitable[int]]


class Worker:
    """Takes turns until it is stopped. Its state is not needed by other workers."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        bus: Bus,
        dispatcher: Dispatcher,
        *,
        on_step: OnStep = ignore_step,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._dispatcher = dispatcher
        self._on_step = on_step
        self._pace = Pace()
        self._measured_at = 0.0
        self._late_devices_at = 0.0
        """When the backlog was last measured and late devices last pushed, on the monotonic clock."""
        self.last_turn: float | None = None
        """End of the last complete turn, on the monotonic clock."""
        self._walk = Walk()

    async def run(self, stop: asyncio.Event) -> None:
        """Take turns until `stop` is set. What can wait has turns of its own: no reach-out waits for it."""
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(self._run_turns_of_what_can_wait())
            # A failure is logged, and the next turn tries again.
            while not stop.is_set():
                pause = DATABASE_AWAY_SECONDS
                with isolated("turn_failed"):
                    done = await self._run_parts(lambda name: name not in CAN_WAIT)
                    self._note_turn()
                    pause = 0.0 if done else TICK_SECONDS
                await self._pause(stop, pause)
            # It may be in the middle of a rest. What it has not committed stays due.
            waiting.cancel()

    async def _run_turns_of_what_can_wait(self) -> None:
        while True:
            pause = DATABASE_AWAY_SECONDS
            with isolated("turn_failed"):
                pause = 0.0 if await self._run_parts(CAN_WAIT.__contains__) else self._pace.next_look()
            await asyncio.sleep(pause)

    async def _pause(self, stop: asyncio.Event, seconds: float) -> None:
        """Pause; end early when it is time to stop, or when a full transport has a free slot again."""
        if not seconds:
            await asyncio.sleep(0)
            return
        ends = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._dispatcher.wait_for_slot())]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    async def tick(self) -> bool:
        """Take one turn of everything; return whether there was work. Raises the first failure after all parts have run."""
        done = await self._run_parts(lambda _: True)
        self._note_turn()
        return done > 0

    def _note_turn(self) -> None:
        LAST_TURN.set(time.time())
        self.last_turn = time.monotonic()

    async def _run_parts(self, wanted: Callable[[str], bool]) -> int:
        """Run the parts with these names; return the amount of work. Raises the first failure after all have run."""
        done = 0
        failure: Exception | None = None
        for name, part in self._parts():
            if not wanted(name):
                continue
            count, error = await run_bounded(name, part, PART_TIMEOUT_SECONDS)
            done += count or 0
            failure = failure or error
        if failure is not None:
            raise failure
        return done

    def _parts(self) -> Sequence[tuple[str, TurnPart]]:
        """Return the parts of a turn by their names in metrics and logs; each returns the amount of work it did."""
        return (
            ("late_devices", self._push_late_devices),
            *((rows.name, partial(self.move, rows.name)) for rows in DUE_ROWS),
            (UNREACHABLE, self._notify_unreachable),
            ("resend", self._resend_unreceipted),
            ("send_due", self._dispatcher.send_due),
            ("backlog", self._measure_backlog),
        )

    async def move(self, name: str) -> int:
        """Move the rows of one kind (`DUE_ROWS` by name) whose time has come; return how many."""
        rows = next(rows for rows in DUE_ROWS if rows.name == name)
        if rows.advance_together is not None:
            return await self._advance_together(rows, rows.advance_together)
        return await self._advance_singly(rows)

    async def _advance_singly(self, rows: DueRows) -> int:
        async with self._database.read() as session:
            ids = await rows.list_due(UnitOfWork(session, self._clock.now(), self._keyring), DUE_BATCH)
        return await self._advance_each(
            ids, rows.advance_one, f"{rows.row}_not_moved", rows.moves, rests=not rows.urgent
        )

    async def _advance_together(self, rows: DueRows, advance: AdvanceTogether) -> int:
        """Advance what is due, some rows in one transaction; if one fails, each row in one of its own."""
        async with self._database.read() as session:
            ids = await rows.list_due(UnitOfWork(session, self._clock.now(), self._keyring), rows.batch)
        advanced = at = 0
        while at < len(ids):
            some = ids[at : at + (rows.batch if self._pace.hurries else rows.small_batch)]
            at += len(some)
            began = elapsed()
            with isolated(f"{rows.row}_batch_not_moved", count=len(some)) as move:
                async with self._database.write() as session:
                    unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                    moved = await advance(unit, some)
                    await unit.commit(self._bus, self._dispatcher.dispatch_now)
                rows.moves.labels("moved").inc(moved)
                advanced += moved
            if move.error is not None:
                return advanced + await self._advance_singly(rows)
            await self._pace.rest(elapsed() - began)
        return advanced

    async def _notify_unreachable(self) -> int:
        """Notify people whom no push can reach any more, before somebody needs them: some of everybody in each turn."""
        now = self._clock.now()
        if not self._walk.is_due(now):
            return 0
        async with self._database.read() as session:
            unit = UnitOfWork(session, now, self._keyring)
            stretch = await reachability.search_for_unreachable(unit, self._walk.after, PEOPLE)
        # Before they are told: if that takes too long, the others are not kept waiting, and the next walk finds who is left.
        self._walk.took(stretch.last, now)
        notified = await self._advance_each(
            stretch.unreachable, reachability.notify_if_unreachable, "unreachable_not_told"
        )
        UNREACHABLE_TOTAL.inc(notified)
        return notified

    async def _advance_each(
        self,
        ids: Sequence[UUID],
        advance_one: AdvanceOne,
        failure: str,
        moves: Counter | None = None,
        *,
        rests: bool = False,
    ) -> int:
        """Advance each of these in a separate transaction; return how many were advanced.

        A failure is logged under `failure` and does not block the others. `moves` counts by result; `rests`: after each.
        """
        advanced = 0
        for due_id in ids:
            result = None
            began = elapsed()
            with isolated(failure, level="error", id=str(due_id)) as move:
                async with self._database.write() as session:
                    unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                    if await advance_one(unit, due_id):
                        await unit.commit(self._bus, self._dispatcher.dispatch_now)
                        advanced += 1
                        result = "moved"
            if move.error is not None:
                result = "failed"
            if moves is not None and result is not None:
                moves.labels(result).inc()
            if rests:
                await self._pace.rest(elapsed() - began)
        return advanced

    async def _push_late_devices(self) -> int:
        """Push phones that were registered while a notice for their person was being written."""
        # While there are pushes to send, turns follow each other immediately, and this query reads every recent notice.
        if time.monotonic() - self._late_devices_at < TICK_SECONDS:
            return 0
        self._late_devices_at = time.monotonic()
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
                # Another worker, or the registration itself, has inserted them.
                return 0
        return missed

    async def _resend_unreceipted(self) -> int:
        async with self._database.write() as session:
            unit = UnitOfWork(session, self._clock.now(), self._keyring)
            count = await resend_unreceipted(unit)
            await unit.commit(self._bus, self._dispatcher.dispatch_now)
        return count

    async def _measure_backlog(self) -> int:
        """Read the age of the oldest delivery that is due and not leased, every few seconds."""
        if time.monotonic() - self._measured_at < MEASURE_SECONDS:
            return 0
        async with self._database.read() as session:
            age = await oldest_due(UnitOfWork(session, self._clock.now(), self._keyring))
        OLDEST_DUE.set(age.total_seconds())
        self._measured_at = time.monotonic()
        return 0
