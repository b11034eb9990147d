"""The load generator, a separate process: keep-alive connections on a minimal protocol, so that it is not the bottleneck."""

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
class LoadJob:
    """The requests to send: at `rate` per second or, if None, from each connection as soon as it has its reply."""

    port: int
    method: str
    path: str
    body: str
    tokens: Sequence[str]
    count: int
    expect: int
    connections: int = 50
    rate: float | None = None
    bodies: Sequence[str] = ()
    """Bodies to send in turn, instead of `body`; `tokens` then holds one for all."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The result of a job; latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    unexpected: int
    """Number of replies with an unexpected status."""
    busy: float
    """The generator's share of one core: near 1, it would have measured itself."""


async def run_load(job: LoadJob) -> LoadResult:
    """Run the job in a separate process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    out, _ = await process.communicate(json.dumps(asdict(job)).encode())
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return LoadResult(**json.loads(out))


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._waiting: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport does not inherit from asyncio.Transport.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes) -> asyncio.Future[int]:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        head = received.find(b"\r\n\r\n")
        if head < 0:
            return
        place = received.lower().find(b"content-length:", 0, head)
        length = int(received[place + 15 : received.find(b"\r\n", place)])
        if len(received) >= head + 4 + length:
            self._received = b""
            if self._waiting is not None:
                self._waiting.set_result(int(received[9:12]))

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))


async def _run(job: LoadJob) -> LoadResult:
    loop = asyncio.get_running_loop()
    open_connections = [
        (await loop.create_connection(_Connection, "127.0.0.1", job.port))[1]
        for _ in range(min(job.connections, job.count))
    ]
    requests = [_request(job, job.tokens[0], body) for body in job.bodies] or [
        _request(job, token, job.body) for token in job.tokens
    ]
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    began, cpu_before = time.perf_counter(), time.process_time()
    if job.rate is None:
        await _send_in_turn(job.count, open_connections, requests, latencies, statuses)
    else:
        await _send_at_rate(job.count, job.rate, open_connections, requests, latencies, statuses)
    seconds, own_cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_before
    return LoadResult(
        rate=job.count / seconds,
        p50=percentile(latencies, 0.5) * 1000,
        p95=percentile(latencies, 0.95) * 1000,
        p99=percentile(latencies, 0.99) * 1000,
        unexpected=sum(number for status, number in statuses.items() if status != job.expect),
        busy=own_cpu_seconds / seconds,
    )


async def _send_in_turn(
    count: int,
    open_connections: Sequence[_Connection],
    requests: Sequence[bytes],
    latencies: list[float],
    statuses: Counter[int],
) -> None:
    numbers = iter(range(count))

    async def send_one(connection: _Connection) -> None:
        for number in numbers:
            at = time.perf_counter()
            statuses[await connection.send(requests[number % len(requests)])] += 1
            latencies.append(time.perf_counter() - at)

    await asyncio.gather(*map(send_one, open_connections))


async def _send_at_rate(
    count: int,
    rate: float,
    open_connections: Sequence[_Connection],
    requests: Sequence[bytes],
    latencies: list[float],
    statuses: Counter[int],
) -> None:
    """Send requests when they are due, whatever is still unanswered; waiting for a free connection counts as latency."""
    free = deque(open_connections)
    freed = asyncio.Event()

    async def send_one(number: int, at: float) -> None:
        while not free:
            freed.clear()
            await freed.wait()
        connection = free.popleft()
        statuses[await connection.send(requests[number % len(requests)])] += 1
        latencies.append(time.perf_counter() - at)
        free.append(connection)
        freed.set()

    began = time.perf_counter()
    running: list[asyncio.Task[None]] = []
    for number in itertools.count():
        if number == count:
            break
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        # Measured from here, not from the due time, because the event loop's timers are up to a millisecond late.
        running.append(asyncio.create_task(send_one(number, time.perf_counter())))
    await asyncio.gather(*running)


def _request(job: LoadJob, token: str, body: str) -> bytes:
    head = f"{job.method} {job.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
    return f"{head}\r\n{body}".encode()


def main() -> None:
    job = LoadJob(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_run(job)))))


if __name__ == "__main__":
    main()
