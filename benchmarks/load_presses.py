"""Two minutes of presses on two servers, two workers and one PostgreSQL, and how soon the pushes are sent."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import create_people
from benchmarks.press import BODY
from benchmarks.servers import RunningServer, start_porchlight, start_worker
from benchmarks.stand_in import start_stand_in

SERVERS = WORKERS = 2
MEMBERS, DEVICES = 5, 2
WARM_UP = 10
"""Seconds of warm-up at the lower rate, not counted."""
COUNT_PROCESSES = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'porchlight-bus'"
)
HANDED_OVER_QUERY = """
SELECT count(*) FILTER (WHERE handed_at IS NOT NULL) AS handed, count(*) AS written,
       percentile_disc(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP (ORDER BY extract(epoch FROM handed_at - created_at)) AS took
FROM deliveries WHERE created_at >= $1 AND round = 1
"""
COUNT_FURTHER_PUSHES = "SELECT count(*) FROM deliveries WHERE created_at >= $1 AND round > 1"
END_STATEMENTS = (
    "UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'",
    "UPDATE reach_outs SET state = 'closed', closed_at = now(), due_at = NULL WHERE closed_at IS NULL",
    "VACUUM ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """The first push to each device: seconds from the press until the transport accepted it."""

    handed: int
    written: int
    again: int
    p50: float
    p99: float
    longest: float


def _new_report() -> Report:
    return Report(
        "load",
        f"Presses at a constant rate, each by a different person, five members told at once, two devices each: ten "
        f"pushes per press. `serve --no-worker` × {SERVERS}, `work` × {WORKERS}, one PostgreSQL, all on the same cores as the load. "
        "Nobody answers, so from the 90th second on the workers also push everybody of the earliest presses once more. *Handed over*: the first "
        "push to each device, from the time of the press until its transport had it, according to the rows. *Log*: the log "
        "transport, which sends nothing, and so the service's own figure. *Stand-in*: a local FCM (granian) through the FCM "
        "transport and TLS, which takes its share of the cores.",
        1,
        (
            "transport",
            "presses a second",
            "seconds",
            "reply ms, p50",
            "p95",
            "p99",
            "first pushes",
            "handed over s, p50",
            "p99",
            "longest",
            "further pushes",
            "servers' CPU ms a press",
        ),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    plan = [(20, 120), (50, 60)] if not short else [(20, 3)]
    stand_in_plan = [(20, 60), (50, 60)] if not short else [(20, 3)]
    report = _new_report()
    owners = WARM_UP * 20 + sum(rate * seconds for rate, seconds in plan)
    address = await environment.database("load")
    people = await create_people(
        address, await environment.keyring(address), owners, MEMBERS, DEVICES, first_step=MEMBERS
    )
    unexpected = 0
    async with start_stand_in(environment.folder) as stand_in:
        for way, more, rates in (("log", {}, plan), ("stand-in", stand_in.env(), stand_in_plan)):
            tokens = iter(people.tokens)
            async with AsyncExitStack() as stack:
                servers = await _start(stack, environment.env(address, **more), address)
                await pressing(servers, _take(tokens, 20 * (1 if short else WARM_UP)), 20)
                await _wait_until_recorded(address)
                for rate, seconds in rates:
                    before = sum(server.cpu() for server in servers)
                    answers, pushed = await _measure(address, servers, _take(tokens, rate * seconds), rate)
                    used = sum(server.cpu() for server in servers) - before
                    worst = max(answers, key=lambda answer: answer.p95)
                    unexpected += sum(answer.unexpected for answer in answers)
                    report.row(way, rate, seconds, *_cells(worst, pushed), f"{used * 1000 / (rate * seconds):.1f}")
                    what = f"{rate} presses a second, {way}"
                    report.at_most(f"{what}: reply p95", spread([worst.p95]), 150, " ms")
                    report.at_most(f"{what}: handed over, p99", spread([pushed.p99]), 2.0, " s")
        arrived = len(stand_in.arrivals())
    report.notes.append(f"The stand-in took {arrived:,} messages, those of the warm-up included.")
    report.notes.append(
        f"Replies other than 201: {unexpected}. Reply times are those of the slower of the two servers."
    )
    return report


def _cells(result: LoadResult, pushed: Pushed) -> tuple[str, ...]:
    return (
        f"{result.p50:.1f}",
        f"{result.p95:.1f}",
        f"{result.p99:.1f}",
        f"{pushed.handed:,} of {pushed.written:,}",
        f"{pushed.p50:.3f}",
        f"{pushed.p99:.3f}",
        f"{pushed.longest:.2f}",
        f"{pushed.again:,}",
    )


def _take(tokens: Iterator[str], count: int) -> list[str]:
    return [token for token, _ in zip(tokens, range(count), strict=False)]


async def _start(stack: AsyncExitStack, env: Mapping[str, str], address: str) -> list[RunningServer]:
    servers = [await stack.enter_async_context(start_porchlight(env)) for _ in range(SERVERS)]
    for _ in range(WORKERS):
        await stack.enter_async_context(start_worker(env))
    async with connect(address) as connection:
        # Each process has one connection on which it receives events from the others.
        while int(await connection.fetchval(COUNT_PROCESSES)) < SERVERS + WORKERS:  # noqa: ASYNC110 (other processes do it)
            await asyncio.sleep(0.1)
    return servers


async def pressing(servers: Sequence[RunningServer], tokens: Sequence[str], rate: float) -> list[LoadResult]:
    """Let these people press at this total rate, alternating between the servers."""
    rate_per_server = rate / len(servers)

    def job(number: int, server: RunningServer) -> LoadJob:
        share = tokens[number :: len(servers)]
        # Few enough that each is used about once a second: the server closes connections that are idle for five.
        connections = max(5, round(rate_per_server))
        return LoadJob(
            server.port, "POST", "/v1/reach-outs", BODY, share, len(share), 201, connections, rate_per_server
        )

    return await asyncio.gather(*(run_load(job(number, server)) for number, server in enumerate(servers)))


async def _measure(
    address: str, servers: Sequence[RunningServer], tokens: Sequence[str], rate: float
) -> tuple[list[LoadResult], Pushed]:
    async with connect(address) as connection:
        began = await connection.fetchval("SELECT clock_timestamp()")
    answers = await pressing(servers, tokens, rate)
    await _wait_until_recorded(address)
    async with connect(address) as connection:
        row = await connection.fetchrow(HANDED_OVER_QUERY, began)
        again = int(await connection.fetchval(COUNT_FURTHER_PUSHES, began))
        assert row is not None
        for statement in END_STATEMENTS:
            await connection.execute(statement)
    median, most, longest = (float(value) for value in row["took"])
    return answers, Pushed(row["handed"], row["written"], again, median, most, longest)


async def _wait_until_recorded(address: str) -> None:
    """Wait up to a minute until every push is recorded; an overload shows in the hand-over figures."""
    async with connect(address) as connection:
        for _ in range(600):
            if not await connection.fetchval("SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1"):
                return
            await asyncio.sleep(0.1)
