"""The heartbeat: sent to a real server while the worker is alive, with log lines that give nothing away."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import structlog

from tests.world.world import World
from worker.heartbeat import Heartbeat


@dataclass
class Outside:
    """A dead man's switch service that answers with `status`, and hangs while `hangs`."""

    url: str = ""
    status: str = "200 OK"
    hangs: bool = False
    requests: list[str] = field(default_factory=list)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    service = Outside()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        service.requests.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
        if service.hangs:
            await reader.read()
        else:
            writer.write(
                f"HTTP/1.1 {service.status}\r\nLocation: {service.url}/elsewhere\r\nContent-Length: 0\r\n\r\n".encode()
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield service
    server.close()
    await server.wait_closed()


async def test_the_heartbeat_is_sent_while_the_loop_runs(world: World, outside: Outside) -> None:
    worker = world.here.worker
    heart = Heartbeat(f"{outside.url}/ping/secret", world.database, lambda: worker.last_turn)
    assert not await heart.beat(), "the loop has not finished a tick yet"
    assert outside.requests == []
    await worker.tick()
    assert await heart.beat()
    assert outside.requests == ["GET /ping/secret HTTP/1.1"]


async def test_no_heartbeat_while_the_loop_stalls_or_the_database_is_down(
    world: World, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await Heartbeat(outside.url, world.database, lambda: time.monotonic() - 31).beat()
    assert await Heartbeat(outside.url, world.database, lambda: time.monotonic() - 25).beat()

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(world.database, "ping", away)
    assert not await Heartbeat(outside.url, world.database, time.monotonic).beat()
    assert len(outside.requests) == 1


@pytest.mark.parametrize("status", ["500 Internal Server Error", "302 Found", "404 Not Found"])
async def test_a_refusal_is_logged_without_the_address_and_no_redirect_is_followed(
    world: World, outside: Outside, status: str
) -> None:
    outside.status = status
    with structlog.testing.capture_logs() as logs:
        assert not await Heartbeat(f"{outside.url}/secret", world.database, time.monotonic).beat()
    assert logs == [{"event": "heartbeat_not_given", "why": "refused", "log_level": "warning"}]
    assert outside.requests == ["GET /secret HTTP/1.1"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/secret", "http://[broken/secret", "http://no.such.host.invalid/secret"]
)
async def test_an_unreachable_address_is_only_logged(world: World, url: str) -> None:
    with structlog.testing.capture_logs() as logs:
        assert not await Heartbeat(url, world.database, time.monotonic).beat()
    assert logs == [{"event": "heartbeat_not_given", "why": "failed", "log_level": "warning"}]


async def test_a_hanging_service_times_out(world: World, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    outside.hangs = True
    monkeypatch.setattr("worker.heartbeat.BEAT_TIMEOUT_SECONDS", 0.2)
    began = time.monotonic()
    assert not await Heartbeat(outside.url, world.database, time.monotonic).beat()
    assert time.monotonic() - began < 2
