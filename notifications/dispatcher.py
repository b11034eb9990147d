"""Sends deliveries: claims those that are due or just committed, sends them within transport slots, records the outcomes."""

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
from notifications.claim import ClaimedDelivery, ClaimResult, ReserveSlot
from notifications.compose import AddressWithheldError, compose
from notifications.record import SendOutcome
from notifications.release import Released, count_released, release
from notifications.transports.protocol import Push, Rejected, Result, RetryAt, Sent, Transport
from rules.outbox import device_retirement
from rules.outbox.lease import LEASE_SECONDS

SEND_TIMEOUT_SECONDS = 9.0
"""Time limit of one send, in case a transport's own limit of 8 s fails; the lease is 10 s."""
GATHER_SECONDS = 0.02
"""Seconds for which outcomes or freed slots are gathered, so that one statement handles all of them."""
MAX_RECORD_ATTEMPTS = 5
BACKLOG_SCAN_INTERVAL = timedelta(seconds=0.5)
"""Shortest wait before the next scan for pushes behind those of a full kind, after a scan that found none."""
BACKLOG_SCAN_FACTOR = 4
"""Back-off factor: wait this many times the scan's duration. Past 100,000 due rows a scan takes most of a second."""


class Dispatcher:
    """Sends deliveries: `dispatch_now` those that this process has just committed, `send_due` all others that are due.

    Each kind of address has its transport's slots: a slow service fills its own without delaying the others.
    """

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
        self._free_slots = {kind: transport.max_concurrent for kind, transport in self._transports.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[SendOutcome] = []
        self._recording: asyncio.Task[None] | None = None
        self._committed: list[UUID] = []
        self._sending_committed: asyncio.Task[None] | None = None
        self._closing = False
        self._full_kinds: set[str] = set()
        """Kinds without a free slot at or since the last turn, of which more pushes may be due."""
        self._slot_freed = asyncio.Event()
        self._next_scan_at: dict[frozenset[str], datetime] = {}

    async def open(self) -> None:
        """Open the transports."""
        await asyncio.gather(*(transport.open() for transport in self._transports.values()))

    def dispatch_now(self, deliveries: Sequence[UUID]) -> None:
        """Start sending these and return immediately. If this process dies, their lease expires and another sends them."""
        self._on_step(Step.COMMITTED)
        if self._closing:
            return
        if not self._keyring.opens_addresses:
            self._spawn(self._end_leases(deliveries))
            return
        self._committed.extend(deliveries)
        if self._sending_committed is None or self._sending_committed.done():
            self._sending_committed = self._spawn(self._send_committed())

    async def send_due(self) -> int:
        """Claim as many due deliveries as there are slots and start sending; return how many were taken or called off."""
        free = frozenset(kind for kind, slots in self._free_slots.items() if slots > 0)
        full_kinds, self._full_kinds = self._full_kinds & free, self._free_slots.keys() - free
        self._slot_freed.clear()
        if not free or self._closing or not self._keyring.opens_addresses:
            return 0
        # A full kind may fill every claim, so deliveries of the other kinds, due behind its own, are claimed first.
        others = free - full_kinds
        taken = await self._claim_due(others) if others else 0
        return taken if taken or others == free else await self._claim_due(free)

    async def _claim_due(self, kinds: frozenset[str]) -> int:
        now, began, scans_backlog = self._clock.now(), elapsed(), len(kinds) < len(self._free_slots)
        if scans_backlog and now < self._next_scan_at.get(kinds, now):
            return 0
        # Often all due pushes are of one kind; those beyond its slots would have to be released again.
        limit = max(self._free_slots[kind] for kind in kinds)
        with self._slot_reservation() as reserve_slot:
            async with self._operation() as operation:
                claimed = await self._report_rechecked(claim.claim_due(operation, kinds, limit, reserve_slot))
        self._start_sends(claimed, began)
        if scans_backlog and not claimed.done_count:
            self._next_scan_at[kinds] = now + max(
                BACKLOG_SCAN_INTERVAL, timedelta(seconds=BACKLOG_SCAN_FACTOR * (elapsed() - began))
            )
        # Deliveries that were called off count too, so that the caller claims again immediately.
        return claimed.done_count

    async def wait_for_slot(self) -> None:
        """Return when a full kind has a free slot again; wait forever when no kind is full."""
        await self._slot_freed.wait()
        # Slots become free in groups; claiming for each one alone would take a statement each.
        await asyncio.sleep(GATHER_SECONDS)

    async def drain(self) -> None:
        """Wait until everything claimed so far has been sent and recorded."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop claiming, finish running sends, and end the leases of deliveries that are not being sent."""
        self._closing = True
        unsent, self._committed = self._committed, []
        await self.drain()
        if unsent:
            await self._end_leases(unsent)
        for transport in self._transports.values():
            await transport.close()

    async def _end_leases(self, ids: Sequence[UUID]) -> None:
        """End the leases of rows that this process wrote but will not send, so that others can claim them immediately."""
        untouched = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.attempt == 0)
        # If this fails, the leases expire by themselves.
        with isolated("not_given_back", count=len(ids)):
            async with self._database.write() as session:
                locked = (await session.execute(untouched.order_by(Delivery.id).with_for_update())).scalars().all()
                await session.execute(update(Delivery).where(Delivery.id.in_(locked)).values(lease_until=None))
                await session.commit()

    async def _send_committed(self) -> None:
        while self._committed and not self._closing:
            ids, self._committed = self._committed[:500], self._committed[500:]
            began = elapsed()
            # Whatever fails here, the leases expire and a worker takes over.
            with isolated("hand_over_failed", count=len(ids)):
                with self._slot_reservation() as reserve_slot:
                    async with self._database.statements(read_only=True) as statements:
                        operation = Operation(statements, self._clock.now(), self._keyring)
                        rechecked_at = elapsed()
                        taken, others = await claim.claim_committed(operation, ids, reserve_slot)
                        self._on_step(Step.RECHECKED, [row.id for row in taken], rechecked_at)
                self._start_sends(ClaimResult(taken), began)
                if others:
                    began = elapsed()
                    with self._slot_reservation() as reserve_slot:
                        async with self._operation() as operation:
                            claimed = await self._report_rechecked(claim.claim_own(operation, others, reserve_slot))
                    self._start_sends(claimed, began)

    @contextmanager
    def _slot_reservation(self) -> Iterator[ReserveSlot]:
        """Reserve slots for a claim while the block runs, and free them again if it fails."""
        reserved: list[str] = []

        def reserve_slot(kind: str) -> bool:
            slots = self._free_slots.get(kind, 0)
            if slots <= 1:
                self._full_kinds.add(kind)
            if slots <= 0:
                return False
            self._free_slots[kind] -= 1
            reserved.append(kind)
            return True

        try:
            yield reserve_slot
        except BaseException:
            for kind in reserved:
                self._free_slots[kind] += 1
            raise

    async def _report_rechecked(self, claiming: Awaitable[ClaimResult]) -> ClaimResult:
        """Await the claim and report which deliveries its recheck let through."""
        rechecked_at = elapsed()
        claimed = await claiming
        self._on_step(Step.RECHECKED, [row.id for row in claimed.taken], rechecked_at)
        return claimed

    def _start_sends(self, claimed: ClaimResult, rechecked_at: float) -> None:
        """Send the deliveries of a committed claim. `rechecked_at`: when the claim began, by `core.clock.elapsed`."""
        if claimed.taken:
            self._on_step(Step.CLAIMED)
        for row in claimed.taken:
            self._spawn(self._send(row, rechecked_at))
        if claimed.released is not None:
            self._spawn(self._release(claimed.released))

    async def _release(self, released: Released) -> None:
        """Write the released rows, and stop showing recipients as waiting for a push that was called off."""
        # If this fails, the leases expire and the deliveries are claimed again.
        with isolated("not_put_aside", count=len(released.rows)):
            async with self._operation() as operation:
                await release(operation, released)
            count_released(released)
            if released.dropped or released.parked:
                async with self._database.write() as session:
                    unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                    await device_retirement.note_dropped(unit, released.dropped)
                    for reach_out_id, person_id in sorted(released.parked):
                        await device_retirement.note_parked(unit, reach_out_id, person_id)
                    await unit.commit(self._bus, self.dispatch_now)

    async def _send(self, claimed: ClaimedDelivery, rechecked_at: float) -> None:
        transport = self._transports[claimed.address_kind]
        try:
            result = await self._compose_and_send(transport, claimed, rechecked_at)
        finally:
            self._free_slots[claimed.address_kind] += 1
            if claimed.address_kind in self._full_kinds:
                self._slot_freed.set()
        self._queue_outcome(SendOutcome(claimed, transport.name, result, self._clock.now(), self._jitter()))

    async def _compose_and_send(self, transport: Transport, claimed: ClaimedDelivery, rechecked_at: float) -> Result:
        # A delivery that cannot be composed is parked, so that it does not block others.
        with isolated("push_not_composed", level="error", delivery_id=str(claimed.id)):
            try:
                push = compose(claimed, self._keyring, rechecked_at + LEASE_SECONDS)
            except AddressWithheldError:
                # The key may come back, or another process may have it: a missing key delays a push without losing it.
                return RetryAt("address_withheld", refused=True)
            if push.overslept:
                # This process was suspended since the recheck; the push may no longer be wanted.
                return RetryAt("overslept")
            return await self._send_in_time(transport, push)
        return Rejected("poison")

    async def _send_in_time(self, transport: Transport, push: Push) -> Result:
        # A transport that raises has a bug; the push is retried.
        with isolated("transport_raised", level="error", transport=transport.name):
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    return await transport.send(push)
            except TimeoutError:
                return RetryAt("timeout")
        return RetryAt("unexpected")

    def _queue_outcome(self, outcome: SendOutcome) -> None:
        if isinstance(outcome.result, Sent):
            self._on_step(Step.SENT)
        self._outcomes.append(outcome)
        if self._recording is None or self._recording.done():
            self._recording = self._spawn(self._record_queued())

    async def _record_queued(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            for attempt in range(MAX_RECORD_ATTEMPTS):
                # While the database is unreachable: try again, then let the lease expire.
                with isolated("outcomes_not_recorded", count=len(outcomes)):
                    await self._record_outcomes(outcomes)
                    break
                await asyncio.sleep(0.2 * 2**attempt)

    async def _record_outcomes(self, outcomes: Sequence[SendOutcome]) -> None:
        async with self._operation() as operation:
            await record.record(operation, outcomes)
        record.count_outcomes(outcomes)
        if record.has_consequences(outcomes):
            async with self._database.write() as session:
                unit = UnitOfWork(session, self._clock.now(), self._keyring, on_step=self._on_step)
                await record.apply_consequences(unit, outcomes)
                await unit.commit(self._bus, self.dispatch_now)

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[Operation]:
        """Open an operation for a single writing statement, committed at the end of the block."""
        async with self._database.statements() as statements:
            operation = Operation(statements, self._clock.now(), self._keyring)
            yield operation
            await operation.commit(self._bus, self.dispatch_now)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
