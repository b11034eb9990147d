"""Presses with five members on PostgreSQL, at 50 connections and at a constant 100 per second, compared with the floor."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress

import asyncpg

from benchmarks.ceiling import ceiling
from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import create_people
from benchmarks.servers import RunningServer, start_porchlight, start_server

BODY = '{"note": "Rough evening, could use a voice.", "need": "talk"}'
FLOOR, ALONE, WITH_WORKER = "floor", "porchlight serve --no-worker", "porchlight serve"
STEADY_RATE = 100.0
COUNT_PENDING = "SELECT count(*) FROM deliveries WHERE state = 'pending'"


def _new_report(rounds: int) -> Report:
    return Report(
        "press",
        "`POST /v1/reach-outs`, five members with a device each: five recipients, four of them (step 1) with a notice and a "
        "delivery. The floor writes the same rows with one raw statement behind Starlette, without rules, encryption or "
        "pushes; ours sends every push to the log transport in the same process and records the result.",
        rounds,
        (
            "side",
            "presses a second",
            "share of the floor",
            "p50 ms",
            "p99 ms",
            "the server's CPU a press, µs",
            "p99 ms at 100/s",
            "× the floor's",
        ),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    people, rounds, steady = (100, 1, 60) if short else (1000, 5, 500)
    report = _new_report(rounds)
    origin = await environment.database("press_floor")
    owners = await create_people(origin, await environment.keyring(origin), people)
    addresses = {FLOOR: origin}
    for name, side in (("press_alone", ALONE), ("press_worker", WITH_WORKER)):
        addresses[side] = await environment.database(name, template=origin)
    async with AsyncExitStack() as stack:
        servers = await _start_sides(stack, environment, addresses)
        full: dict[str, list[LoadResult]] = {side: [] for side in servers}
        calm: dict[str, list[LoadResult]] = {side: [] for side in servers}
        cost: dict[str, list[float]] = {side: [] for side in servers}
        unsent: dict[str, list[float]] = {side: [] for side in servers}
        for number in range(rounds + (not short)):
            for side, server in servers.items():
                before = server.cpu()
                at_full = await run_load(_job(server, owners.tokens, people))
                left = await close_all(addresses[side])
                used = server.cpu() - before
                at_ease = await run_load(_job(server, owners.tokens, min(steady, people), rate=STEADY_RATE))
                await close_all(addresses[side])
                if short or number:  # the first round warms up
                    full[side].append(at_full)
                    cost[side].append(used / people * 1e6)
                    calm[side].append(at_ease)
                    unsent[side].append(left / (5 * people))
    _add_rows(report, full, calm, cost)
    unexpected = sum(answer.unexpected for answers in (*full.values(), *calm.values()) for answer in answers)
    report.notes.append(f"Replies other than 201: {unexpected}.")
    report.notes.append(
        "Deliveries not yet sent when the last press of a full round was answered (they follow within "
        f"moments; without a worker, another process takes them): {spread(unsent[ALONE])} of all without the "
        f"worker, {spread(unsent[WITH_WORKER])} with it."
    )
    generator = await ceiling(environment.env(None), 1000 if short else 20_000)
    report.notes.append(
        f"The load generator alone reaches {generator.rate:,.0f} answers a second against a server that does nothing."
    )
    return report


async def _start_sides(
    stack: AsyncExitStack, environment: Environment, addresses: Mapping[str, str]
) -> dict[str, RunningServer]:
    env = {side: environment.env(address) for side, address in addresses.items()}
    return {
        FLOOR: await stack.enter_async_context(start_server("benchmarks.floor", [addresses[FLOOR]], env[FLOOR])),
        ALONE: await stack.enter_async_context(start_porchlight(env[ALONE])),
        WITH_WORKER: await stack.enter_async_context(start_porchlight(env[WITH_WORKER], worker=True)),
    }


def _add_rows(
    report: Report,
    full: dict[str, list[LoadResult]],
    calm: dict[str, list[LoadResult]],
    cost: dict[str, list[float]],
) -> None:
    floor_rates = [answer.rate for answer in full[FLOOR]]
    floor_tails = [answer.p99 for answer in calm[FLOOR]]
    for side, answers in full.items():
        share = ratio([answer.rate for answer in answers], floor_rates)
        tail = ratio([answer.p99 for answer in calm[side]], floor_tails)
        report.row(
            side,
            spread([answer.rate for answer in answers]),
            share,
            spread([answer.p50 for answer in answers]),
            spread([answer.p99 for answer in answers]),
            spread(cost[side]),
            spread([answer.p99 for answer in calm[side]]),
            tail,
        )
        if side == ALONE:
            report.at_least("Presses, share of the floor", share, 0.55, 0.7)
            report.at_most("The server's CPU a press, times the floor's", ratio(cost[side], cost[FLOOR]), 2.7)
            report.at_most("p99 at 100 presses a second, times the floor's", tail, 2.5)


def _job(server: RunningServer, tokens: list[str], count: int, rate: float | None = None) -> LoadJob:
    return LoadJob(server.port, "POST", "/v1/reach-outs", BODY, tokens, count, 201, rate=rate)


async def close_all(address: str) -> int:
    """Close every reach-out, so that everybody may press again; return how many deliveries were not sent yet."""
    async with connect(address) as connection:
        left = pending = int(await connection.fetchval(COUNT_PENDING))
        # Wait for whoever is still sending: two processes that change many rows at once would deadlock.
        while pending:
            await asyncio.sleep(0.3)
            before, pending = pending, int(await connection.fetchval(COUNT_PENDING))
            if before == pending:
                break
        for _ in range(10):
            # A worker that claims them at the same moment wins; the next attempt finds fewer.
            with suppress(asyncpg.DeadlockDetectedError):
                await connection.execute("UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'")
                break
        await connection.execute(
            "UPDATE reach_outs SET state = 'closed', closed_at = created_at WHERE closed_at IS NULL"
        )
        # As if every phone had sent a receipt; otherwise a worker would send this round's pushes again two minutes later,
        # during another round.
        await connection.execute("UPDATE deliveries SET resend_at = NULL WHERE resend_at IS NOT NULL")
        await connection.execute("VACUUM ANALYZE reach_outs, recipients, notices, deliveries")
    return left
