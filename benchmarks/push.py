"""The time from a press to its fifth push on an idle server, as a multiple of the press's reply time."""

import asyncio
import json
import time
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from datetime import datetime

from benchmarks.environment import Environment
from benchmarks.figures import Report, percentile, spread
from benchmarks.people import create_people
from benchmarks.servers import RunningServer, start_porchlight
from benchmarks.stand_in import FastStandIn, start_stand_in

MEMBERS = 5
PAUSE_SECONDS = 0.05
"""Seconds between two presses."""
BODY = b'{"note": "Rough evening.", "need": "talk"}'


@dataclass(frozen=True, slots=True)
class PressTimes:
    """A press's seconds from its first byte to the reply and to the fifth push."""

    reply: float
    fifth: float


def _new_report(rounds: int) -> Report:
    return Report(
        "push",
        "One press at a time on an idle server (PostgreSQL, five members with a device each, nobody on step 1, so that all "
        "five are told at once). *Handed to the transport*: "
        "the moment that the log transport records for the fifth push. *Reached the stand-in*: the fifth message has arrived "
        "completely at a local FCM that answers at once (granian), through the FCM transport and TLS; the stand-in's own work on "
        "these two cores is part of that figure.",
        rounds,
        ("way", "reply ms, p50", "fifth push ms, p50", "fifth push ÷ reply, p50", "p95"),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    rounds, count = (1, 5) if short else (5, 40)
    report = _new_report(rounds)
    address = await environment.database("push")
    presses = 2 * count * (rounds + 1)
    circles = await create_people(
        address, await environment.keyring(address), presses, members_each=MEMBERS, first_step=0
    )
    tokens = iter(circles.tokens)
    handed: list[list[PressTimes]] = []
    arrived: list[list[PressTimes]] = []
    log_env = environment.env(address, PORCHLIGHT_LOG_LEVEL="INFO")
    async with (
        start_stand_in(environment.folder) as stand_in,
        start_porchlight(log_env, errors=PIPE) as logging,
        start_porchlight(environment.env(address, **stand_in.env())) as sending,
    ):
        for number in range(rounds + 1):
            by_log = [await _measure_log(logging, next(tokens)) for _ in range(count)]
            by_fcm = [await measure_stand_in(sending, next(tokens), stand_in) for _ in range(count)]
            if number:  # the first round warms up
                handed.append(by_log)
                arrived.append(by_fcm)
    for way, rows in (("handed to the transport", handed), ("reached the stand-in", arrived)):
        shares = [[press.fifth / press.reply for press in row] for row in rows]
        median = spread([percentile(share, 0.5) for share in shares])
        report.row(
            way,
            spread([percentile([press.reply * 1000 for press in row], 0.5) for row in rows]),
            spread([percentile([press.fifth * 1000 for press in row], 0.5) for row in rows]),
            median,
            spread([percentile(share, 0.95) for share in shares]),
        )
        report.at_most(f"Fifth push, {way}, times the reply time", median, 2.0)
    return report


async def _measure_log(server: RunningServer, token: str) -> PressTimes:
    assert server.process.stderr is not None
    began_at = time.time()
    reply = await post_press(server, token)
    seen = 0
    last = began_at
    while seen < MEMBERS:
        line = json.loads(await asyncio.wait_for(server.process.stderr.readline(), 10))
        if line.get("event") == "push_would_have_gone":
            seen += 1
            last = datetime.fromisoformat(line["timestamp"]).timestamp()
    await asyncio.sleep(PAUSE_SECONDS)
    return PressTimes(reply, last - began_at)


async def measure_stand_in(server: RunningServer, token: str, stand_in: FastStandIn) -> PressTimes:
    """Press; return the times until the reply and until the fifth push has reached the stand-in."""
    earlier = len(stand_in.arrivals())
    began = time.monotonic()
    reply = await post_press(server, token)
    while len(stand_in.arrivals()) < earlier + MEMBERS:
        await asyncio.sleep(0.002)
        if time.monotonic() - began > 10:
            raise RuntimeError("not every push arrived")
    await asyncio.sleep(PAUSE_SECONDS)
    return PressTimes(reply, max(stand_in.arrivals()[earlier:]) - began)


async def post_press(server: RunningServer, token: str) -> float:
    """Press on an open connection; return the seconds until the complete reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        head = f"POST /v1/reach-outs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        began = time.perf_counter()
        writer.write(head.encode() + BODY)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 201 " not in answer.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"the press was answered {answer[:40]!r}")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        return time.perf_counter() - began
    finally:
        writer.close()
