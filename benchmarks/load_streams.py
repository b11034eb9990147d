"""A thousand open event streams on two servers: what each weighs, how soon news arrive, and whether presses feel them."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from benchmarks.figures import Report, percentile, spread
from benchmarks.ground import Ground, connected
from benchmarks.load_presses import pressing
from benchmarks.people import crowd
from benchmarks.servers import Running, porchlight

MEMBERS = 5
SERVERS = 2
RATE = 10.0
REST = 2.0
"""Seconds until servers that were just given something have settled."""
NOTICES = (
    "SELECT id, extract(epoch FROM created_at) AS at FROM notices WHERE kind = 'reach_out' AND recipient_id = ANY($1)"
)


class Streams:
    """Open streams, each the one of a person; `heard` has the moment (seconds since 1970) at which each notice was told of."""

    def __init__(self) -> None:
        self.heard: dict[UUID, float] = {}
        self.twice = 0
        self._reading: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, server: Running, tokens: Sequence[str]) -> None:
        for token in tokens:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            )
            await reader.readuntil(b": open")
            self._writers.append(writer)
            self._reading.append(asyncio.create_task(self._read(reader)))

    @property
    def open_now(self) -> int:
        return sum(not one.done() for one in self._reading)

    async def close(self) -> None:
        for one in self._reading:
            one.cancel()
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


async def run(ground: Ground, *, short: bool) -> Report:
    owners = 10 if short else 200
    report = Report(
        "streams",
        f"`serve --no-worker` × {SERVERS} on one PostgreSQL; the {owners * MEMBERS:,} members of {owners} circles keep `GET /v1/events` open, "
        f"half of them at each server. Then each circle's owner presses, {RATE:g} presses a second in all, alternating between both servers, so that "
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
    address = await ground.database("streams")
    keyring = await ground.keyring(address)
    warm = await crowd(address, keyring, owners, MEMBERS, first_step=MEMBERS)
    without = await crowd(address, keyring, owners, MEMBERS, first_step=MEMBERS)
    people = await crowd(address, keyring, owners, MEMBERS, first_step=MEMBERS, members_signed_in=True)
    streams = Streams()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(streams.close)
        servers = [await stack.enter_async_context(porchlight(ground.env(address))) for _ in range(SERVERS)]
        await pressing(servers, warm.tokens, RATE)
        used = [_cpu(servers)]
        calm = await pressing(servers, without.tokens, RATE)
        used.append(_cpu(servers))
        await asyncio.sleep(REST)
        before = await _weight(servers)
        half = len(people.member_tokens) // SERVERS
        for number, server in enumerate(servers):
            await streams.open(server, people.member_tokens[number * half : (number + 1) * half])
        await asyncio.sleep(REST)
        after = await _weight(servers)
        used.append(_cpu(servers))
        full = await pressing(servers, people.tokens, RATE)
        used.append(_cpu(servers))
        await asyncio.sleep(REST)
        still = streams.open_now
        news = await _news(address, streams, people.members)
    for open_streams, answers, delays, cpu, weight in (
        (0, calm, ("–", "–", "–"), used[1] - used[0], before),
        (len(people.member_tokens), full, news, used[3] - used[2], after),
    ):
        worst = max(answers, key=lambda answer: answer.p95)
        times = (f"{value:.1f}" for value in (worst.p50, worst.p95, worst.p99))
        report.row(f"{open_streams:,}", *times, *delays, f"{cpu * 1000 / owners:.1f}", f"{weight:.0f}")
    each = (after - before) * 1e6 / len(people.member_tokens) / 1024
    report.at_most("Reply p95 with all streams open", spread([max(answer.p95 for answer in full)]), 150, " ms")
    report.notes.append(f"An open stream takes {each:.0f} KiB.")
    report.notes.append(
        f"{len(streams.heard):,} of {owners * MEMBERS:,} news arrived, {streams.twice} of them twice; "
        f"{still:,} streams were still open at the end."
    )
    report.notes.append(f"Replies other than 201: {sum(answer.odd for answer in (*calm, *full))}.")
    return report


def _cpu(servers: Sequence[Running]) -> float:
    return sum(server.cpu() for server in servers)


async def _weight(servers: Sequence[Running]) -> float:
    return sum([await server.resident() for server in servers])


async def _news(address: str, streams: Streams, members: Sequence[UUID]) -> tuple[str, str, str]:
    """Milliseconds from each notice to its line: the middle, p99, the longest."""
    async with connected(address) as connection:
        written = {row["id"]: float(row["at"]) for row in await connection.fetch(NOTICES, list(members))}
    took = [(at - written[notice]) * 1000 for notice, at in streams.heard.items()]
    return f"{percentile(took, 0.5):.1f}", f"{percentile(took, 0.99):.1f}", f"{max(took):.0f}"
