"""The outbox's engine: takes what is due or was just committed, sends it in lanes, records what came back."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from core.bus import Bus
from core.clock import Clock, elapsed
from core.database import Database
from core.encryption import Keyring
from core.isolation import isolated
from core.steps import OnStep, Step, ignore_step
from core.unit_of_work import Operation, UnitOfWork
from models import Delivery
from notifications import claim, record
from notifications.claim import Claim, Claimed
from notifications.compose import AddressWithheldError, compose
from notifications.record import Outcome
from notifications.release import Released, release
from notifications.release import count_released as count_aside
from notifications.transports.protocol import Push, Rejected, Result, RetryAt, Sent, Transport
from rules.outbox import device_retirement
from rules.outbox.lease import LEASE_SECONDS

SEND_TIMEOUT_SECONDS = 9.0
"""Seconds after which a send is given up here, should a transport's own limit of 8 fail; the lease is 10."""
GATHER_SECONDS = 0.02
"""Seconds in which outcomes are gathered to be written down together."""
MAX_RECORD_ATTEMPTS = 5
BACKLOG_AGE = timedelta(seconds=0.5)
"""Shortest wait before the next scan for pushes behind those of a full transport, when it found none: it reads past all of those."""
BACKLOG_SCAN_FACTOR = 4
"""Back-off factor: wait this many times the scan's duration, which past 100,000 rows is the better part of a second."""


class Dispatcher:
    """Sends deliveries. `dispatch_now` takes what this process has committed; `send_due` takes whatever else is due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        bus: Bus,
        transports: Mapping[str, Transport],
        *,
        jitter: Callable[[], float] = random.random,
        on_step: OnStep = ignore_step,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._bus = bus
        self._transports = dict(transports)
        self._jitter = jitter
        self._on_step = on_step
        # A lane is one kind of device or channel: a slow service fills its own and holds back no other.
        self._free = {kind: transport.at_once for kind, transport in self._transports.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._recording: asyncio.Task[None] | None = None
        self._handed: list[UUID] = []
        self._taking: asyncio.Task[None] | None = None
        self._closing = False
        self._short: set[str] = set()
        """Lanes without a place at the last turn, or filled since: more pushes may wait for them."""
        self._freed = asyncio.Event()
        self._ask_again: dict[frozenset[str], datetime] = {}

    async def open(self) -> None:
        """Make the transports ready."""
        await asyncio.gather(*(transport.open() for transport in self._transports.values()))

    def dispatch_now(self, deliveries: Sequence[UUID]) -> None:
        """Send these now. Returns at once; should this process die, their lease runs out and another takes them."""
        self._on_step(Step.COMMITTED)
        if self._closing:
            return
        if not self._keyring.opens_addresses:
            self._spawn(self._give_back(deliveries))
            return
        self._handed.extend(deliveries)
        if self._taking is None or self._taking.done():
            self._taking = self._spawn(self._take_handed())

    async def send_due(self) -> int:
        """Take what is due, as much as can be sent at once, and start sending it; gives how many were taken or called off."""
        free = frozenset(kind for kind, places in self._free.items() if places > 0)
        crowded, self._short = self._short & free, self._free.keys() - free
        self._freed.clear()
        if not free or self._closing or not self._keyring.opens_addresses:
            return 0
        # Whoever stands behind as many as a lane could hold, or more, has their turn before the rest of those.
        others = free - crowded
        taken = await self._take_due(others) if others else 0
        return taken if taken or others == free else await self._take_due(free)

    async def _take_due(self, kinds: frozenset[str]) -> int:
        now, began, behind = self._clock.now(), elapsed(), len(kinds) < len(self._free)
        if behind and now < self._ask_again.get(kinds, now):
            return 0
        # Often all of them go one way: what its lane does not hold would only have to be put back.
        limit = max(self._free[kind] for kind in kinds)
        with self._reserving() as room:
            async with self._operation() as operation:
                claimed = await self._reported(claim.claim_due(operation, kinds, limit, room))
        self._begin(claimed, began)
        if behind and not claimed.settled:
            self._ask_again[kinds] = now + max(
                BACKLOG_AGE, timedelta(seconds=BACKLOG_SCAN_FACTOR * (elapsed() - began))
            )
        # Called off counts too: the next are looked at right away, however many there are of those.
        return claimed.settled

    async def room(self) -> None:
        """Return when a lane that was full has places again; never when none was."""
        await self._freed.wait()
        # Places come free together: to take them one by one would be a statement for each.
        await asyncio.sleep(GATHER_SECONDS)

    async def drain(self) -> None:
        """Wait until everything taken so far has been sent and written down."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Take nothing more, finish what is under way, give back what was not begun."""
        self._closing = True
        handed, self._handed = self._handed, []
        await self.drain()
        if handed:
            await self._give_back(handed)
        for transport in self._transports.values():
            await transport.close()

    async def _give_back(self, ids: Sequence[UUID]) -> None:
        """End the lease of rows that this process wrote and does not send, so that another one takes them at once."""
        untouched = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.attempt == 0)
        # Should this fail, the lease runs out by itself.
        with isolated("not_given_back", count=len(ids)):
            async with self._database.write() as session:
                locked = (await session.execute(untouched.order_by(Delivery.id).with_for_update())).scalars().all()
                await session.execute(update(Delivery).where(Delivery.id.in_(locked)).values(lease_until=None))
                await session.commit()

    async def _take_handed(self) -> None:
        while self._handed and not self._closing:
            ids, self._handed = self._handed[:500], self._handed[500:]
            began = elapsed()
            # Whatever fails here, the lease runs out and a worker takes over.
            with isolated("hand_over_failed", count=len(ids)):
                with self._reserving() as room:
                    async with self._database.statements(read_only=True) as statements:
                        operation = Operation(statements, self._clock.now(), self._keyring)
                        looked_at = elapsed()
                        taken, others = await claim.claim_handed(operation, ids, room)
                        self._on_step(Step.LOOKED, [row.id for row in taken], looked_at)
                self._begin(Claim(taken), began)
                if others:
                    began = elapsed()
                    with self._reserving() as room:
                        async with self._operation() as operation:
                            claimed = await self._reported(claim.claim_own(operation, others, room))
                    self._begin(claimed, began)

    @contextmanager
    def _reserving(self) -> Iterator[Callable[[str], bool]]:
        """Places to send from, for one claim: no send before it is committed, and its places back when it is not."""
        taken: list[str] = []

        def room(kind: str) -> bool:
            places = self._free.get(kind, 0)
            if places <= 1:
                self._short.add(kind)
            if places <= 0:
                return False
            self._free[kind] -= 1
            taken.append(kind)
            return True

        try:
            yield room
        except BaseException:
            for kind in taken:
                self._free[kind] += 1
            raise

    async def _reported(self, claiming: Awaitable[Claim]) -> Claim:
        """Return the claim, and report which deliveries its look-again let through."""
        looked_at = elapsed()
        claimed = await claiming
        self._on_step(Step.LOOKED, [row.id for row in claimed.taken], looked_at)
        return claimed

    def _begin(self, claimed: Claim, looked_at: float) -> None:
        """Send what was claimed, now that the claim is committed; the look at it began at `looked_at`, of `core.clock.elapsed`."""
        if claimed.taken:
            self._on_step(Step.CLAIMED)
        for row in claimed.taken:
            self._spawn(self._send(row, looked_at))
        if claimed.aside is not None:
            self._spawn(self._put_aside(claimed.aside))

    async def _put_aside(self, aside: Released) -> None:
        """Give back what is not sent; somebody whose push was called off is not shown as waiting for it."""
        # Should this fail, the lease runs out and they are looked at again.
        with isolated("not_put_aside", count=len(aside.rows)):
            async with self._operation() as operation:
                await release(operation, aside)
            count_aside(aside)
            if aside.dropped or aside.parked:
                async with self._database.write() as session:
                    unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                    await device_retirement.note_dropped(unit, aside.dropped)
                    for reach_out_id, person_id in sorted(aside.parked):
                        await device_retirement.note_parked(unit, reach_out_id, person_id)
                    await unit.commit(self._bus, self.dispatch_now)

    async def _send(self, claimed: Claimed, looked_at: float) -> None:
        transport = self._transports[claimed.way]
        try:
            result = await self._hand(transport, claimed, looked_at)
        finally:
            self._free[claimed.way] += 1
            if claimed.way in self._short:
                self._freed.set()
        self._note(Outcome(claimed, transport.name, result, self._clock.now(), self._jitter()))

    async def _hand(self, transport: Transport, claimed: Claimed, looked_at: float) -> Result:
        # A row that cannot be worded is put aside, so that it stops no other.
        with isolated("push_not_composed", level="error", delivery_id=str(claimed.id)):
            try:
                push = compose(claimed, self._keyring, looked_at + LEASE_SECONDS)
            except AddressWithheldError:
                # The key may come back, and another process may have it: a lost key holds a push up, it does not lose it.
                return RetryAt("address_withheld", refused=True)
            if push.overslept:
                # This process was asleep since its last look; what was wanted then need not be so now.
                return RetryAt("overslept")
            return await self._sent(transport, push)
        return Rejected("poison")

    async def _sent(self, transport: Transport, push: Push) -> Result:
        # A transport that raises has a bug; the push is tried again.
        with isolated("transport_raised", level="error", transport=transport.name):
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    return await transport.send(push)
            except TimeoutError:
                return RetryAt("timeout")
        return RetryAt("unexpected")

    def _note(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, Sent):
            self._on_step(Step.SENT)
        self._outcomes.append(outcome)
        if self._recording is None or self._recording.done():
            self._recording = self._spawn(self._record())

    async def _record(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            for attempt in range(MAX_RECORD_ATTEMPTS):
                # While the database is away: try again, then let the lease run out.
                with isolated("outcomes_not_recorded", count=len(outcomes)):
                    await self._write_down(outcomes)
                    break
                await asyncio.sleep(0.2 * 2**attempt)

    async def _write_down(self, outcomes: Sequence[Outcome]) -> None:
        async with self._operation() as operation:
            await record.record(operation, outcomes)
        record.count(outcomes)
        if record.has_consequences(outcomes):
            async with self._database.write() as session:
                unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                await record.apply_consequences(unit, outcomes)
                await unit.commit(self._bus, self.dispatch_now)

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[Operation]:
        """Open an operation for one statement that writes, committed at the end of the block."""
        async with self._database.statements() as statements:
            operation = Operation(statements, self._clock.now(), self._keyring)
            yield operation
            await operation.commit(self._bus, self.dispatch_now)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
