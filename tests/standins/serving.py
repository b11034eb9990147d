"""Shared by the stand-ins: a TLS server (HTTP/2 and 1.1) in a thread of its own, and the script of its answers."""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, LifespanState, Scope

from tests.standins.tls import authority
from tests.world.patience import patient

_START_WAITS = 10.0
_DRIP_STEPS = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was received."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    """Monotonic time in seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: sent after `delay` seconds, its body spread over `drip` seconds; or the connection is reset (`reset`)."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    reset: bool = False


def json_reply(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"content-type": "application/json", **(headers or {})})


@dataclass(slots=True)
class _Line(Generic[T]):
    answer: T
    left: int | None


class Script(Generic[T]):
    """Answers that a test has scripted, in order; those for a key come before those for every key.

    May be written and read from different threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str | None, list[_Line[T]]] = {}

    def add(self, answer: T, times: int | None = 1, key: str | None = None) -> None:
        """Give `answer` the next `times` times (None: for ever); `key` limits it to one token or subscription."""
        with self._lock:
            self._lines.setdefault(key, []).append(_Line(answer, times))

    def take(self, key: str | None) -> T | None:
        """Return the next answer for `key`, None if there is none."""
        with self._lock:
            for lines in (self._lines.get(key, []), self._lines.get(None, [])):
                if lines:
                    line = lines[0]
                    if line.left is not None:
                        line.left -= 1
                        if line.left <= 0:
                            lines.pop(0)
                    return line.answer
            return None

    def clear(self) -> None:
        """Remove every scripted answer."""
        with self._lock:
            self._lines.clear()


async def until(true: Callable[[], bool], within: float = 10.0) -> None:
    """Wait until a condition that a stand-in's thread brings about is true; raise TimeoutError after `within` seconds."""
    async with asyncio.timeout(patient(within)):
        while not true():  # noqa: ASYNC110 (it happens in another thread, which knows no event of this loop)
            await asyncio.sleep(0.005)


class TlsServer:
    """Serves `handler` on a free port of 127.0.0.1 from its own thread and event loop, until closed.

    A context manager. A busy event loop in the test does not slow it down, and other processes can use it as well.
    """

    def __init__(
        self, handler: Callable[[Request], Awaitable[Reply]], protocols: tuple[str, ...] = ("h2", "http/1.1")
    ) -> None:
        self._handler = handler
        self._protocols = protocols
        # The protocol is named because asyncio disables Nagle's algorithm (40 ms an answer) only then.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._context: WorkerContext | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, name=f"stand-in-{self.port}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(_START_WAITS):
            raise RuntimeError("the stand-in did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Reset every connection and end the thread. Closing twice is allowed."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join(_START_WAITS)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop, self._context = asyncio.get_running_loop(), asyncio.Event(), WorkerContext(None)
        server = await asyncio.start_server(
            self._connected, sock=self._socket, ssl=authority().server_context(self._protocols), backlog=512
        )
        self._started.set()
        await self._stop.wait()
        server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        assert self._context is not None
        await self._context.terminated.set()
        # Delays end and connections are aborted, so every handler finishes by itself; none is cancelled.
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert self._context is not None
        self._connections.add(task)
        self._writers.add(writer)
        config = Config()
        config.errorlog = None

        async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            if scope["type"] == "http":
                await self._answer(dict(scope), receive, send, writer)

        try:
            await TCPServer(
                ASGIWrapper(app),
                asyncio.get_running_loop(),
                config,
                self._context,
                LifespanState(),
                reader,
                writer,
            )
        except (TimeoutError, ssl.SSLError):
            # A killed client does not close TLS properly, and one that gave a request up may send more data.
            pass
        finally:
            self._connections.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(
        self,
        scope: Mapping[str, object],
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
        writer: asyncio.StreamWriter,
    ) -> None:
        at = time.monotonic()
        reply = await self._handler(await _whole(scope, receive, at))
        await self._pause(reply.delay)
        if reply.reset:
            writer.transport.abort()
        if writer.transport.is_closing():
            return
        headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.drip:
            size = max(1, len(reply.body) // _DRIP_STEPS)
            for start in range(0, len(reply.body), size):
                part = reply.body[start : start + size]
                await send({"type": "http.response.body", "body": part, "more_body": True})
                await self._pause(reply.drip / _DRIP_STEPS)
                if writer.transport.is_closing():
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send({"type": "http.response.body", "body": reply.body, "more_body": False})

    async def _pause(self, seconds: float) -> None:
        """Sleep, at most until the stand-in is closed."""
        if seconds and self._stop is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stop.wait()


async def _whole(scope: Mapping[str, object], receive: ASGIReceiveCallable, at: float) -> Request:
    body = b""
    while True:
        event = await receive()
        if event["type"] != "http.request":
            break
        body += event["body"]
        if not event["more_body"]:
            break
    pairs = scope["headers"]
    assert isinstance(pairs, list)
    headers = {bytes(name).decode("latin-1").lower(): bytes(value).decode("latin-1") for name, value in pairs}
    return Request(str(scope["method"]), str(scope["path"]), headers, body, at)
