"""Claiming and recording deliveries on PostgreSQL, with two workers and a transport that answers immediately."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from datetime import UTC, datetime

import asyncpg

from benchmarks.due_deliveries import BEFORE_ITS_NEXT_RUNG, fill
from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, spread
from benchmarks.people import create_people
from benchmarks.servers import ROOT
from notifications import claim

WORKERS = 2
BATCHES = (64, 128, claim.MAX_CLAIMED)
WHOLE_WORKER = "the whole worker"


async def run(environment: Environment, *, short: bool) -> Report:
    owners, rounds = (50, 1) if short else (1000, 5)
    deliveries = owners * 5 * 2
    report = Report(
        "claim",
        f"{deliveries:,} due deliveries of {owners:,} reach-outs (five members, two devices each), two worker processes, "
        "PostgreSQL. *The whole worker*: `worker.loop` with the dispatcher: claim, decrypt the address, word the push, send, "
        "gather, record, count. *Claim and record*: these two alone, one transaction each, in batches.",
        rounds,
        ("way", "deliveries a second", "µs of both workers' CPU a delivery"),
    )
    address = await environment.database("claim")
    await create_people(address, await environment.keyring(address), owners, devices_each=2)
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    retries_by_way: dict[str, int] = {}
    for number in range(rounds + (not short)):
        for batch in (None, *BATCHES):
            way = WHOLE_WORKER if batch is None else f"claim and record, batches of {batch}"
            await _fill_database(address)
            seconds, cpu, sent, retries = await _run_workers(environment.env(address), address, batch)
            if sent != deliveries:
                report.notes.append(f"{way}: {sent} sends for {deliveries} deliveries.")
            retries_by_way[way] = retries_by_way.get(way, 0) + retries
            if short or number:  # the first round warms up
                rates.setdefault(way, []).append(deliveries / seconds)
                costs.setdefault(way, []).append(cpu / deliveries * 1e6)
    for way, rate in rates.items():
        report.row(way, spread(rate), spread(costs[way]))
    report.notes.append(
        f"Recordings that had to be retried because the workers collided: {sum(retries_by_way.values())}."
    )
    best = max(BATCHES, key=lambda batch: spread(rates[f"claim and record, batches of {batch}"]).median)
    report.at_least("The whole worker, deliveries a second", spread(rates[WHOLE_WORKER]), 15_000)
    report.at_least(
        f"Claim and record, batches of {best}", spread(rates[f"claim and record, batches of {best}"]), 25_000
    )
    return report


async def _run_workers(env: dict[str, str], address: str, batch: int | None) -> tuple[float, float, int, int]:
    """Run two workers until nothing is pending; return seconds, CPU seconds, sends, and recordings that were retried."""
    arguments = [] if batch is None else ["--batch", str(batch)]
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.claimer",
            *arguments,
            env=env,
            cwd=ROOT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        for _ in range(WORKERS)
    ]
    for worker in workers:
        await _read_line(worker)
    began = time.perf_counter()
    for worker in workers:
        _send_line(worker)
    if batch is None:
        await _wait_until_sent(address)
    else:
        for worker in workers:
            await _read_line(worker)
    seconds = time.perf_counter() - began
    if batch is None:
        for worker in workers:
            _send_line(worker)
    results = [json.loads(await _read_line(worker)) for worker in workers]
    logged = [(await worker.communicate())[1] for worker in workers]
    retries = sum(lines.count(b"outcomes_not_recorded") for lines in logged)
    return seconds, sum(result["cpu"] for result in results), sum(result["sent"] for result in results), retries


async def _read_line(worker: Process) -> bytes:
    assert worker.stdout is not None
    line = await asyncio.wait_for(worker.stdout.readline(), 120)
    if not line:
        raise RuntimeError("a worker has exited")
    return line


def _send_line(worker: Process) -> None:
    assert worker.stdin is not None
    worker.stdin.write(b"\n")


async def _wait_until_sent(address: str) -> None:
    async with connect(address) as connection:
        left = await connection.prepare("SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1")
        while await left.fetchval():  # noqa: ASYNC110 (other processes do the work)
            await asyncio.sleep(0.02)


async def _fill_database(address: str) -> None:
    connection: asyncpg.Connection[asyncpg.Record]
    async with connect(address) as connection:
        await connection.execute("SET session_replication_role = replica")
        # Only pushes are measured.
        await fill(connection, BEFORE_ITS_NEXT_RUNG, datetime.now(UTC))
