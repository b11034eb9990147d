"""A TLS server that answers with given bytes: for what no HTTP server would send."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.standins.tls import authority

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[["RawRequest", asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer. The connection stays open unless it closes the writer."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request: the how-many-th of its connection, from 1, and its first line, headers by lower-case name, and body."""

    number: int
    connection: int
    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class RawServer:
    port: int
    requests: list[RawRequest] = field(default_factory=list)
    connections: int = 0
    """Connections accepted so far."""
    open_connections: int = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"


def always(raw: bytes, *, then_close: bool = False) -> Answer:
    """Answer each request with these bytes."""

    async def answer(_: RawRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if then_close:
            writer.close()

    return answer


@asynccontextmanager
async def listen(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve connections in this event loop while the block runs; yield the port. Every connection has ended afterwards."""
    serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving[task] = writer
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task, writer in serving.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)  # for the sockets


@asynccontextmanager
async def serve_raw(answer: Answer, host: str = "127.0.0.1") -> AsyncIterator[RawServer]:
    """Run the server while the block runs; its certificate is for `host`."""
    state = RawServer(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        state.open_connections += 1
        connection, number = state.connections, 0
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                number += 1
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:-2])}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                request = RawRequest(number, connection, head[0], headers, body)
                state.requests.append(request)
                await answer(request, writer)
        finally:
            state.open_connections -= 1

    async with listen(serve, authority().server_context(("http/1.1",), host)) as state.port:
        yield state
