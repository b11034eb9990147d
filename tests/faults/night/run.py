"""Run one night: a workload and one fault after another; after each, everything overdue has to be delivered."""

import asyncio
import contextlib
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.installation import Installation
from tests.faults.night.checker import Findings, check
from tests.faults.night.cluster import Cluster
from tests.faults.night.history import History
from tests.faults.night.plan import AT_POINTS, KILLS, PROVIDER, Fault, Injury, plan
from tests.faults.night.workload import Workload
from tests.faults.people import are_free
from tests.world.patience import patient

AFTER_A_RESTART = 15.0
QUIET = 90.0
"""Seconds until everything is settled at the end: back-off after the last trouble, a frozen holder's lease."""


@dataclass(slots=True)
class Night:
    """What came of it.

    `restarted`: seconds from each kill until its successor was ready. `made_good`: seconds from there until nothing was
    pending any more that was when the kill had happened.
    """

    kind: str
    seed: int
    injected: Counter[Fault] = field(default_factory=Counter)
    restarted: list[float] = field(default_factory=list)
    made_good: list[float] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    history: History = field(default_factory=History)

    @property
    def kills(self) -> int:
        return sum(count for fault, count in self.injected.items() if fault in KILLS)


async def spend(
    installation: Installation, seed: int, rounds: int, say: Callable[[str], None] = lambda _: None
) -> Night:
    """Spend a night of faults on this installation."""
    night = Night(installation.store.kind, seed)
    cluster = Cluster(installation)
    await cluster.start()
    circle = await installation.circle(cluster.servers[0], owners=3, members=5, phones=1, browsers=1)
    await are_free(*circle.members)
    workload = Workload(circle, [server.url for server in cluster.servers], seed, calm=True)
    living = asyncio.create_task(workload.go_on())
    try:
        for number, injury in enumerate(plan(seed, rounds, installation.store.kind), 1):
            await asyncio.sleep(injury.after)
            if living.done():
                living.result()
            began = time.monotonic()
            fault = await _inject(cluster, injury, night)
            night.injected[fault] += 1
            say(f"{number}/{rounds} {fault} ({time.monotonic() - began:.1f} s)")
    finally:
        workload.stop()
        # Running requests are finished: every reply has to be in the history.
        await asyncio.wait({living}, timeout=QUIET)
    living.result()
    await quiet(installation)
    night.findings = await check(installation, workload.history)
    night.history = workload.history
    return night


async def _inject(cluster: Cluster, injury: Injury, night: Night) -> Fault:
    """Inject the fault and wait for recovery; return what was really injected."""
    fault = injury.fault
    if fault in KILLS:
        return await _kill(cluster, injury, night)
    if fault is Fault.FREEZE:
        sleeper = cluster.at(cluster.pick(injury.which, worker=True))
        sleeper.freeze()
        await asyncio.sleep(injury.seconds)
        sleeper.thaw()
        return fault
    if fault in PROVIDER:
        _trouble(cluster.installation, fault)
        await asyncio.sleep(injury.seconds)
        cluster.installation.fcm.behave()
        cluster.installation.push.behave()
        return fault
    async with _database(cluster, fault):
        await asyncio.sleep(0 if fault is Fault.DATABASE_CUT else injury.seconds)
    return fault


async def _kill(cluster: Cluster, injury: Injury, night: Night) -> Fault:
    fault = injury.fault
    point = AT_POINTS.get(fault)
    # Servers commit presses, workers advance rungs; the rest may happen to either.
    worker = fault in {Fault.KILL_WORKER, Fault.MID_RUNG} or (
        fault in {Fault.CLAIMED, Fault.SENT} and injury.which % 2 == 0
    )
    place = cluster.pick(injury.which, worker=worker)
    if point is not None:
        crash_orders = cluster.installation.crash_orders(place)
        crash_orders.crash_at(point, injury.count)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patient(12)):
                while cluster.at(place).running:  # noqa: ASYNC110 (it happens in another process)
                    await asyncio.sleep(0.02)
        if not crash_orders.carried_out:
            # It did not pass that point in time: killed at a random moment, and counted as that.
            crash_orders.take_back()
            fault = Fault.KILL_WORKER if place[0] == "w" else Fault.KILL_SERVER
    cluster.at(place).kill()
    waiting = await _waiting(cluster.installation)
    killed = time.monotonic()
    await cluster.replace(place, injury.clock)
    ready = time.monotonic()
    await _made_good(cluster.installation, waiting)
    night.restarted.append(ready - killed)
    night.made_good.append(time.monotonic() - ready)
    return fault


async def _waiting(installation: Installation) -> set[str]:
    """Return the deliveries due at this moment, without those that a push service has postponed itself."""
    rows = await installation.store.rows("SELECT id FROM deliveries WHERE state = 'pending' AND last_error IS NULL")
    return {str(row.id) for row in rows}


async def _made_good(installation: Installation, waiting: set[str]) -> None:
    """Wait until none of it is pending; longer than promised only to measure by how much."""
    until = time.monotonic() + patient(4 * AFTER_A_RESTART)
    while waiting & await _waiting(installation):
        if time.monotonic() > until:
            raise AssertionError("still pending a minute after the restart\n" + installation.logged[-2000:])
        await asyncio.sleep(0.1)


def _trouble(installation: Installation, fault: Fault) -> None:
    match fault:
        case Fault.QUOTA:
            installation.fcm.answer(429, code="QUOTA_EXCEEDED", times=None, headers={"retry-after": "2"})
            installation.push.answer(429, times=None, headers={"retry-after": "2"})
        case Fault.BROKEN:
            installation.fcm.answer(500, times=None)
            installation.push.answer(503, times=None)
        case Fault.HANGING:
            installation.fcm.answer(200, times=None, delay=60)
            installation.push.answer(201, times=None, delay=60)
        case Fault.DRIPPING:
            installation.fcm.answer(200, times=None, drip=30)
            installation.push.answer(201, times=None, drip=30)
        case Fault.RESET:
            installation.fcm.answer(200, times=None, reset=True)
            installation.push.answer(201, times=None, reset=True)
        case _:
            installation.fcm.revoke()
            installation.fcm.answer_sign_in(503, times=None)


@asynccontextmanager
async def _database(cluster: Cluster, fault: Fault) -> AsyncIterator[None]:
    """Put the database in trouble for as long as the block runs."""
    store = cluster.installation.store
    if fault is Fault.DATABASE_CUT:
        await store.cut()
        yield
    elif fault is Fault.DATABASE_AWAY:
        await store.go_away()
        try:
            yield
        finally:
            await store.come_back()
    elif fault is Fault.DATABASE_LOCKED:
        assert store.file is not None
        with contextlib.closing(sqlite3.connect(store.file, timeout=10, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            yield
            held.execute("ROLLBACK")
    else:
        pid, most = cluster.servers[0].pid, resource.RLIM_INFINITY
        size = max(file.stat().st_size for file in cluster.installation.folder.glob("porchlight.db*"))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


async def quiet(installation: Installation) -> None:
    """Wait until every push is sent or cancelled and every ladder is answered or reported unanswered."""
    until = time.monotonic() + QUIET
    silent = "closed_at IS NULL AND state = 'waiting' AND unanswered_at IS NULL"
    while await installation.store.count("deliveries", "state = 'pending'") or await installation.store.count(
        "reach_outs", silent
    ):
        if time.monotonic() > until:
            # The checker reports what is left.
            return
        await asyncio.sleep(0.2)
