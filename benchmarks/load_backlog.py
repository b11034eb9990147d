"""The time that two workers need for a backlog of ten thousand deliveries, as after an hour without a push service."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from benchmarks.due_deliveries import AFTER_ITS_LAST_RUNG, fill
from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, spread
from benchmarks.people import create_people
from benchmarks.servers import start_worker
from benchmarks.stand_in import start_stand_in

WORKERS = 2
COUNT_UNSENT = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"


async def run(environment: Environment, *, short: bool) -> Report:
    owners, rounds = (20, 1) if short else (1000, 3)
    count = owners * 5 * 2
    report = Report(
        "backlog",
        f"{count:,} deliveries of {owners:,} open reach-outs that have been due for an hour; then `work` × {WORKERS} is started. Measured from "
        "the start of the two processes until the last row is recorded as sent.",
        rounds,
        ("transport", "seconds", "deliveries a second"),
    )
    address = await environment.database("backlog")
    await create_people(address, await environment.keyring(address), owners, devices_each=2)
    async with start_stand_in(environment.folder) as stand_in:
        for way, env in (("log", environment.env(address)), ("stand-in", environment.env(address, **stand_in.env()))):
            durations = []
            for _ in range(rounds):
                await _fill_database(address)
                durations.append(await _seconds_to_drain(address, env))
            report.row(way, spread(durations), spread([count / seconds for seconds in durations]))
            report.at_most(f"Drained, {way}", spread(durations), 60, " s")
        arrived = len(stand_in.arrivals())
        if arrived != count * rounds:
            report.notes.append(f"The stand-in took {arrived:,} pushes.")
    return report


async def _seconds_to_drain(address: str, env: dict[str, str]) -> float:
    async with AsyncExitStack() as stack, connect(address) as connection:
        began = time.perf_counter()
        for _ in range(WORKERS):
            await stack.enter_async_context(start_worker(env))
        while await connection.fetchval(COUNT_UNSENT):
            await asyncio.sleep(0.05)
            if time.perf_counter() - began > 300:
                raise RuntimeError("not drained within five minutes")
        return time.perf_counter() - began


async def _fill_database(address: str) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    async with connect(address) as connection:
        # Only pushes are left to do.
        await fill(connection, AFTER_ITS_LAST_RUNG, since)
