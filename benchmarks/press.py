"""Presses with five members on PostgreSQL at 50 connections, and at a constant 100 a second, against the floor."""

import asyncio
from contextlib import AsyncExitStack, suppress

import asyncpg

from benchmarks.ceiling import ceiling
from benchmarks.figures import Report, ratio, spread
from benchmarks.ground import Ground, connected
from benchmarks.load import Answered, Job, ask
from benchmarks.people import crowd
from benchmarks.servers import Running, porchlight, serving

BODY = '{"note": "Rough evening, could use a voice.", "need": "talk"}'
FLOOR, ALONE, WITH_WORKER = "floor", "porchlight serve --no-worker", "porchlight serve"
RATE = 100.0
PENDING = "SELECT count(*) FROM deliveries WHERE state = 'pending'"


async def run(ground: Ground, *, short: bool) -> Report:
    people, rounds, steady = (100, 1, 60) if short else (1000, 5, 500)
    report = Report(
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
    origin = await ground.database("press_floor")
    crowd_of_people = await crowd(origin, await ground.keyring(origin), people)
    addresses = {FLOOR: origin}
    for name, side in (("press_alone", ALONE), ("press_worker", WITH_WORKER)):
        addresses[side] = await ground.database(name, like=origin)
    async with AsyncExitStack() as stack:
        servers = {
            FLOOR: await stack.enter_async_context(serving("benchmarks.floor", [origin], ground.env(origin))),
            ALONE: await stack.enter_async_context(porchlight(ground.env(addresses[ALONE]))),
            WITH_WORKER: await stack.enter_async_context(porchlight(ground.env(addresses[WITH_WORKER]), worker=True)),
        }
        full: dict[str, list[Answered]] = {side: [] for side in servers}
        calm: dict[str, list[Answered]] = {side: [] for side in servers}
        cost: dict[str, list[float]] = {side: [] for side in servers}
        unsent: dict[str, list[float]] = {side: [] for side in servers}
        for number in range(rounds + (not short)):
            for side, server in servers.items():
                before = server.cpu()
                at_full = await ask(_job(server, crowd_of_people.tokens, people))
                left = await _clear(addresses[side])
                used = server.cpu() - before
                at_ease = await ask(_job(server, crowd_of_people.tokens, min(steady, people), rate=RATE))
                await _clear(addresses[side])
                if short or number:  # the first round warms up
                    full[side].append(at_full)
                    cost[side].append(used / people * 1e6)
                    calm[side].append(at_ease)
                    unsent[side].append(left / (5 * people))
    _tell(report, full, calm, cost)
    odd = sum(answer.odd for answers in (*full.values(), *calm.values()) for answer in answers)
    report.notes.append(f"Replies other than 201: {odd}.")
    report.notes.append(
        "Deliveries not yet sent when the last press of a full round was answered (they follow within "
        f"moments; without a worker, another process takes them): {spread(unsent[ALONE])} of all without the "
        f"worker, {spread(unsent[WITH_WORKER])} with it."
    )
    own = await ceiling(ground.env(None), 1000 if short else 20_000)
    report.notes.append(
        f"The load generator alone reaches {own.rate:,.0f} answers a second against a server that does nothing."
    )
    return report


def _tell(
    report: Report,
    full: dict[str, list[Answered]],
    calm: dict[str, list[Answered]],
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
            report.at_least("Presses, share of the floor", share, 0.35, 0.6)
            report.at_most("p99 at 100 presses a second, times the floor's", tail, 2.5)


def _job(server: Running, tokens: list[str], count: int, rate: float | None = None) -> Job:
    return Job(server.port, "POST", "/v1/reach-outs", BODY, tokens, count, 201, rate=rate)


async def _clear(address: str) -> int:
    """Close every reach-out, so that everybody may press again; gives how many deliveries were still to be sent."""
    async with connected(address) as connection:
        left = pending = int(await connection.fetchval(PENDING))
        # Whoever still works on them is left to it: two who change many rows at once would get into each other's way.
        while pending:
            await asyncio.sleep(0.3)
            before, pending = pending, int(await connection.fetchval(PENDING))
            if before == pending:
                break
        for _ in range(10):
            # A worker that takes them up again at this very moment wins; the next try finds fewer.
            with suppress(asyncpg.DeadlockDetectedError):
                await connection.execute("UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'")
                break
        await connection.execute(
            "UPDATE reach_outs SET state = 'closed', closed_at = created_at WHERE closed_at IS NULL"
        )
        # As if every phone had said that its push arrived: else a worker would send the pushes of this round once more, in the
        # middle of one that comes two minutes later.
        await connection.execute("UPDATE deliveries SET resend_at = NULL WHERE resend_at IS NOT NULL")
        await connection.execute("VACUUM ANALYZE reach_outs, recipients, notices, deliveries")
    return left
