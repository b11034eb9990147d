"""Two minutes of presses on a scaled-out installation: two servers, two workers, one PostgreSQL, and how soon pushes leave."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.figures import Report, spread
from benchmarks.ground import Ground, connected
from benchmarks.load import Answered, Job, ask
from benchmarks.people import crowd
from benchmarks.press import BODY
from benchmarks.servers import Running, porchlight, working
from tests.standins.fcm import FcmStandIn

SERVERS = WORKERS = 2
MEMBERS, DEVICES = 5, 2
WARM_UP = 10
"""Seconds at the lower rate that are not counted."""
PROCESSES = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'porchlight-bus'"
)
HANDED = """
SELECT count(*) FILTER (WHERE handed_at IS NOT NULL) AS handed, count(*) AS written,
       percentile_disc(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP (ORDER BY extract(epoch FROM handed_at - created_at)) AS took
FROM deliveries WHERE created_at >= $1 AND round = 1
"""
AGAIN = "SELECT count(*) FROM deliveries WHERE created_at >= $1 AND round > 1"
END = (
    "UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'",
    "UPDATE reach_outs SET state = 'closed', closed_at = now(), due_at = NULL WHERE closed_at IS NULL",
    "VACUUM ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """The first push to each device: seconds from the press's own moment until the transport had it."""

    handed: int
    written: int
    again: int
    p50: float
    p99: float
    longest: float


async def run(ground: Ground, *, short: bool) -> Report:
    plan = [(20, 120), (50, 60)] if not short else [(20, 3)]
    stood_in = [(20, 60), (50, 60)] if not short else [(20, 3)]
    report = Report(
        "load",
        f"Presses at a constant rate, each by a different person, five members told at once, two devices each: ten "
        f"pushes per press. `serve --no-worker` × {SERVERS}, `work` × {WORKERS}, one PostgreSQL, all on the same cores as the load. "
        "Nobody answers, so from the 90th second on the workers also push everybody of the earliest presses once more. *Handed over*: the first "
        "push to each device, from the time of the press until its transport had it, according to the rows. *Log*: the log "
        "transport, which sends nothing, and so the service's own figure. *Stand-in*: a local FCM through the Firebase SDK and "
        "TLS, which takes its share of the cores.",
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
    people = WARM_UP * 20 + sum(rate * seconds for rate, seconds in plan)
    address = await ground.database("load")
    made = await crowd(address, await ground.keyring(address), people, MEMBERS, DEVICES, first_step=MEMBERS)
    odd = 0
    with FcmStandIn() as fcm:
        for way, more, rates in (("log", {}, plan), ("stand-in", fcm.env(), stood_in)):
            tokens = iter(made.tokens)
            async with AsyncExitStack() as stack:
                servers = await _start(stack, ground.env(address, **more), address)
                await pressing(servers, _some(tokens, 20 * (1 if short else WARM_UP)), 20)
                await _settled(address)
                for rate, seconds in rates:
                    before = sum(server.cpu() for server in servers)
                    answers, pushed = await _measured(address, servers, _some(tokens, rate * seconds), rate)
                    used = sum(server.cpu() for server in servers) - before
                    worst = max(answers, key=lambda answer: answer.p95)
                    odd += sum(answer.odd for answer in answers)
                    report.row(
                        way,
                        rate,
                        seconds,
                        f"{worst.p50:.1f}",
                        f"{worst.p95:.1f}",
                        f"{worst.p99:.1f}",
                        f"{pushed.handed:,} of {pushed.written:,}",
                        f"{pushed.p50:.3f}",
                        f"{pushed.p99:.3f}",
                        f"{pushed.longest:.2f}",
                        f"{pushed.again:,}",
                        f"{used * 1000 / (rate * seconds):.1f}",
                    )
                    what = f"{rate} presses a second, {way}"
                    report.at_most(f"{what}: reply p95", spread([worst.p95]), 150, " ms")
                    report.at_most(f"{what}: handed over, p99", spread([pushed.p99]), 2.0, " s")
            fcm.attempts.clear()
    report.notes.append(f"Replies other than 201: {odd}. Reply times are those of the slower of the two servers.")
    return report


def _some(tokens: Iterator[str], count: int) -> list[str]:
    return [token for token, _ in zip(tokens, range(count), strict=False)]


async def _start(stack: AsyncExitStack, env: Mapping[str, str], address: str) -> list[Running]:
    servers = [await stack.enter_async_context(porchlight(env)) for _ in range(SERVERS)]
    for _ in range(WORKERS):
        await stack.enter_async_context(working(env))
    async with connected(address) as connection:
        # Each process has one connection by which it hears news of the others.
        while int(await connection.fetchval(PROCESSES)) < SERVERS + WORKERS:  # noqa: ASYNC110 (other processes do it)
            await asyncio.sleep(0.1)
    return servers


async def pressing(servers: Sequence[Running], tokens: Sequence[str], rate: float) -> list[Answered]:
    """Let these people press, at this rate in all, by turns at each of the servers."""
    each = rate / len(servers)

    def job(number: int, server: Running) -> Job:
        share = tokens[number :: len(servers)]
        # So few that each is used about once a second: the server hangs up on those that are idle for five.
        lines = max(5, round(each))
        return Job(server.port, "POST", "/v1/reach-outs", BODY, share, len(share), 201, lines, each)

    return await asyncio.gather(*(ask(job(number, server)) for number, server in enumerate(servers)))


async def _measured(
    address: str, servers: Sequence[Running], tokens: Sequence[str], rate: float
) -> tuple[list[Answered], Pushed]:
    async with connected(address) as connection:
        began = await connection.fetchval("SELECT clock_timestamp()")
    answers = await pressing(servers, tokens, rate)
    await _settled(address)
    async with connected(address) as connection:
        found = await connection.fetchrow(HANDED, began)
        again = int(await connection.fetchval(AGAIN, began))
        assert found is not None
        for statement in END:
            await connection.execute(statement)
    middle, most, longest = (float(value) for value in found["took"])
    return answers, Pushed(found["handed"], found["written"], again, middle, most, longest)


async def _settled(address: str) -> None:
    """Wait until every push has been written down, for a minute at most: an overloaded house shows in what is handed over."""
    async with connected(address) as connection:
        for _ in range(600):
            if not await connection.fetchval("SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1"):
                return
            await asyncio.sleep(0.1)
