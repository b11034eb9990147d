"""Read an open event stream while it runs; httpx's ASGI transport waits for the end of a reply, which never comes."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message

from tests.world.patience import patient

SOON = 5.0
"""Seconds until an expected event counts as missing."""


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    data: str
    id: str | None


class Stream:
    """Events as they arrive. `status` and `headers` are set once the stream is open."""

    def __init__(self, app: ASGIApp, path: str, headers: dict[str, str]) -> None:
        self._app = app
        self._scope = _scope(path, headers)
        self._leave = asyncio.Event()
        self._arrived: asyncio.Queue[Event | None] = asyncio.Queue()
        self._begun = asyncio.Event()
        self._asked = False
        self._rest = ""
        self._task: asyncio.Task[None] | None = None
        self.status = 0
        self.headers: dict[str, str] = {}
        self.raw = ""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(patient(SOON)):
            await self._begun.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._leave.set()
        assert self._task is not None
        async with asyncio.timeout(patient(SOON)):
            await self._task

    async def next(self) -> Event | None:
        """Return the next event; None when the stream has ended."""
        async with asyncio.timeout(patient(SOON)):
            return await self._arrived.get()

    async def quiet(self, seconds: float = 0.05) -> bool:
        """Return whether no event arrives for a moment."""
        await asyncio.sleep(seconds)
        return self._arrived.empty()

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self._begun.set()
            self._arrived.put_nowait(None)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        text = message.get("body", b"").decode()
        self.raw += text
        self._rest += text
        while "\n\n" in self._rest:
            block, _, self._rest = self._rest.partition("\n\n")
            event = _event(block)
            if event is not None:
                self._arrived.put_nowait(event)
        # The first body part has arrived, so the stream is subscribed.
        self._begun.set()


def listening(app: ASGIApp, path: str, headers: dict[str, str]) -> Stream:
    return Stream(app, path, headers)


def _event(block: str) -> Event | None:
    fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
    return Event(fields["event"], fields["data"], fields.get("id")) if "data" in fields else None


def _scope(path: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 4000),
        "server": ("localhost", 8000),
    }
