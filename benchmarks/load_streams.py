"""A thousand open event streams on two servers: their memory, the delay of events, and their effect on presses."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, percentile, spread
from benchmarks.load import LoadResult
from benchmarks.load_presses import pressing
from benchmarks.people import create_people
from benchmarks.servers import RunningServer, start_porchlight

MEMBERS = 5
SERVERS = 2
PRESSES_PER_SECOND = 10.0
SETTLE_SECONDS = 2.0
"""Seconds after which the servers are idle again."""
NOTICES = (
    "SELECT id, extract(epoch FROM created_at) AS at FROM notices WHERE kind = 'reach_out' AND recipient_id = ANY($1)"
)


class Streams:
    """Open streams, one per person; `heard` maps each notice to the time (seconds since 1970) at which its event arrived."""

    def __init__(self) -> None:
        self.heard: dict[UUID, float] = {}
        self.twice = 0
        self._reading: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, server: RunningServer, tokens: Sequence[str]) -> None:
        for token in tokens:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            )
            await reader.readuntil(b": open")
            self._writers.append(writer)
            self._reading.append(asyncio.create_task(self._read(reader)))

    async def open_evenly(self, servers: Sequence[RunningServer], tokens: Sequence[str]) -> None:
        """Open a stream for each token, the same number at each server."""
        share = len(tokens) // len(servers)
        for number, server in enumerate(servers):
            await self.open(server, tokens[number * share : (number + 1) * share])

    @property
    def open_now(self) -> int:
        return sum(not task.done() for task in self._reading)

    async def close(self) -> None:
        for task in self._reading:
            task.cancel()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        kind = b""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:].strip()
            elif line.startswith(b"data: ") and kind == b"notice":
                notice = UUID(json.loads(line[6:])["id"])
                self.twice += notice in self.heard
                self.heard.setdefault(notice, time.time())


def _new_report(owners: int) -> Report:
    return Report(
        "streams",
        f"`serve --no-worker` × {SERVERS} on one PostgreSQL; the {owners * MEMBERS:,} members of {owners} circles keep `GET /v1/events` open, "
        f"half of them at each server. Then each circle's owner presses, {PRESSES_PER_SECOND:g} presses a second in all, alternating between both servers, so that "
        "half of the events cross from one to the other. *News*: from the time of the notice to its line in the member's "
        "stream. The presses in the first line come from as many other circles, while no stream is open.",
        1,
        (
            "open streams",
            "reply ms, p50",
            "p95",
            "p99",
            "news ms, p50",
            "p99",
            "longest",
            "servers' CPU ms a press",
            "their memory MB",
        ),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    owners = 10 if short else 200
    report = _new_report(owners)
    address = await environment.database("streams")
    keyring = await environment.keyring(address)
    warm = await create_people(address, keyring, owners, MEMBERS, first_step=MEMBERS)
    without = await create_people(address, keyring, owners, MEMBERS, first_step=MEMBERS)
    people = await create_people(address, keyring, owners, MEMBERS, first_step=MEMBERS, members_signed_in=True)
    streams = Streams()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(streams.close)
        servers = [await stack.enter_async_context(start_porchlight(environment.env(address))) for _ in range(SERVERS)]
        await pressing(servers, warm.tokens, PRESSES_PER_SECOND)
        used = [_cpu(servers)]
        calm = await pressing(servers, without.tokens, PRESSES_PER_SECOND)
        used.append(_cpu(servers))
        await asyncio.sleep(SETTLE_SECONDS)
        before = await _resident_memory(servers)
        await streams.open_evenly(servers, people.member_tokens)
        await asyncio.sleep(SETTLE_SECONDS)
        after = await _resident_memory(servers)
        used.append(_cpu(servers))
        full = await pressing(servers, people.tokens, PRESSES_PER_SECOND)
        used.append(_cpu(servers))
        await asyncio.sleep(SETTLE_SECONDS)
        still = streams.open_now
        news = await _event_delays(address, streams, people.members)
    for open_streams, answers, delays, cpu, memory in (
        (0, calm, ("–", "–", "–"), used[1] - used[0], before),
        (len(people.member_tokens), full, news, used[3] - used[2], after),
    ):
        times = _reply_times(answers)
        report.row(f"{open_streams:,}", *times, *delays, f"{cpu * 1000 / owners:.1f}", f"{memory:.0f}")
    kib_per_stream = (after - before) * 1e6 / len(people.member_tokens) / 1024
    report.at_most("Reply p95 with all streams open", spread([max(answer.p95 for answer in full)]), 150, " ms")
    report.notes.append(f"An open stream takes {kib_per_stream:.0f} KiB.")
    report.notes.append(
        f"{len(streams.heard):,} of {owners * MEMBERS:,} news arrived, {streams.twice} of them twice; "
        f"{still:,} streams were still open at the end."
    )
    report.notes.append(f"Replies other than 201: {sum(answer.unexpected for answer in (*calm, *full))}.")
    return report


def _reply_times(answers: Sequence[LoadResult]) -> tuple[str, ...]:
    """Return the reply times of the slower server."""
    worst = max(answers, key=lambda answer: answer.p95)
    return tuple(f"{value:.1f}" for value in (worst.p50, worst.p95, worst.p99))


def _cpu(servers: Sequence[RunningServer]) -> float:
    return sum(server.cpu() for server in servers)


async def _resident_memory(servers: Sequence[RunningServer]) -> float:
    return sum([await server.resident() for server in servers])


async def _event_delays(address: str, streams: Streams, members: Sequence[UUID]) -> tuple[str, str, str]:
    """Return median, p99 and maximum of the milliseconds from each notice to its event."""
    async with connect(address) as connection:
        written = {row["id"]: float(row["at"]) for row in await connection.fetch(NOTICES, list(members))}
    delays_ms = [(at - written[notice]) * 1000 for notice, at in streams.heard.items()]
    return f"{percentile(delays_ms, 0.5):.1f}", f"{percentile(delays_ms, 0.99):.1f}", f"{max(delays_ms):.0f}"
