"""The load generator, a process of its own: keep-alive connections on a bare protocol, so that it is never what limits."""

import asyncio
import itertools
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import cast

import uvloop

from benchmarks.figures import percentile
from benchmarks.servers import ROOT


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask. `rate` None: each connection asks again as soon as it is answered; else that many a second."""

    port: int
    method: str
    path: str
    body: str
    tokens: Sequence[str]
    count: int
    expect: int
    connections: int = 50
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it; latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    odd: int
    """Replies with another status than expected."""
    busy: float
    """The generator's own share of one core: near 1 it would have measured itself."""


async def ask(job: Job) -> Answered:
    """Run the job in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    out, _ = await process.communicate(json.dumps(asdict(job)).encode())
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return Answered(**json.loads(out))


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._taken = b""
        self._waiting: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is one in all but name.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, raw: bytes) -> asyncio.Future[int]:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        taken = self._taken = self._taken + data if self._taken else data
        head = taken.find(b"\r\n\r\n")
        if head < 0:
            return
        place = taken.lower().find(b"content-length:", 0, head)
        length = int(taken[place + 15 : taken.find(b"\r\n", place)])
        if len(taken) >= head + 4 + length:
            self._taken = b""
            if self._waiting is not None:
                self._waiting.set_result(int(taken[9:12]))

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server hung up"))


async def _run(job: Job) -> Answered:
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(_Line, "127.0.0.1", job.port))[1] for _ in range(min(job.connections, job.count))
    ]
    raw = [_request(job, token) for token in job.tokens]
    took: list[float] = []
    statuses: Counter[int] = Counter()
    began, used = time.perf_counter(), time.process_time()
    if job.rate is None:
        await _closed(job.count, lines, raw, took, statuses)
    else:
        await _open(job.count, job.rate, lines, raw, took, statuses)
    seconds, own = time.perf_counter() - began, time.process_time() - used
    return Answered(
        rate=job.count / seconds,
        p50=percentile(took, 0.5) * 1000,
        p95=percentile(took, 0.95) * 1000,
        p99=percentile(took, 0.99) * 1000,
        odd=sum(number for status, number in statuses.items() if status != job.expect),
        busy=own / seconds,
    )


async def _closed(
    count: int, lines: Sequence[_Line], raw: Sequence[bytes], took: list[float], statuses: Counter[int]
) -> None:
    numbers = iter(range(count))

    async def one(line: _Line) -> None:
        for number in numbers:
            at = time.perf_counter()
            statuses[await line.send(raw[number % len(raw)])] += 1
            took.append(time.perf_counter() - at)

    await asyncio.gather(*map(one, lines))


async def _open(
    count: int, rate: float, lines: Sequence[_Line], raw: Sequence[bytes], took: list[float], statuses: Counter[int]
) -> None:
    """Send requests when they are due, answered or not; a wait for a free connection counts as the server's time."""
    free = deque(lines)
    freed = asyncio.Event()

    async def one(number: int, at: float) -> None:
        while not free:
            freed.clear()
            await freed.wait()
        line = free.popleft()
        statuses[await line.send(raw[number % len(raw)])] += 1
        took.append(time.perf_counter() - at)
        free.append(line)
        freed.set()

    began = time.perf_counter()
    under_way: list[asyncio.Task[None]] = []
    for number in itertools.count():
        if number == count:
            break
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        # From here, not from when it was due: the event loop's timers are up to a millisecond late on both sides.
        under_way.append(asyncio.create_task(one(number, time.perf_counter())))
    await asyncio.gather(*under_way)


def _request(job: Job, token: str) -> bytes:
    head = f"{job.method} {job.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    if job.body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(job.body.encode())}\r\n"
    return f"{head}\r\n{job.body}".encode()


def main() -> None:
    job = Job(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_run(job)))))


if __name__ == "__main__":
    main()
