"""The server's connections: time limits for requests to arrive and replies to be read, and a bound on their number."""

import asyncio
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api import problems
from cli.door import PROXIES, Doing, Door, Guest
from core.errors import PorchlightError
from core.telemetry import GIVEN_UP

REQUEST_HEAD_SECONDS: Final = 10.0
"""Seconds from a request's first byte to the end of its headers, and from there to the end of its body."""
RESPONSE_READ_SECONDS: Final = 30.0
"""Seconds in which somebody takes at least some of a reply that waits for them."""
MAX_HEADER_BYTES: Final = 64 * 1024
"""Bytes of a request before its body."""
REPORT_SECONDS: Final = 60.0
"""Seconds between two log lines: a flood of connections must not flood the log as well."""
EVENT_STREAM: Final = "/v1/events"

log = structlog.get_logger(__name__)


class GaveUp:
    """Counts connections that were closed to make room, and logs that now and then."""

    def __init__(self) -> None:
        self._logged_at: float | None = None

    def __call__(self, doing: Doing) -> None:
        GIVEN_UP.labels(doing.name.lower()).inc()
        now = asyncio.get_running_loop().time()
        if self._logged_at is None or now - self._logged_at >= REPORT_SECONDS:
            self._logged_at = now
            log.warning("connections_given_up", doing=doing.name.lower())


class Connection(HttpToolsProtocol):
    """uvicorn's own connection with time limits, registered at the door.

    uvicorn itself has a limit for the silence between two requests only.
    """

    door: Door
    """Set on the subclass that `connections` makes."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._whole = False
        self._in_headers = 0
        """Bytes of a request whose headers have not ended; -1 once they have."""
        self._arriving: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._peer = self.door.place(self.client[0] if self.client else "nowhere")
        self._guest = Guest(self._peer, transport.abort)
        self.door.enter(self._guest)
        self._must_arrive()

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.leave(self._guest)
        for timer in (self._arriving, self._reading):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_headers >= 0:
            self._in_headers += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._is_served():
            return
        if self._in_headers > MAX_HEADER_BYTES:
            self._refuse(problems.TooLarge())
        elif self._arriving is None and (not self._whole or self.timeout_keep_alive_task is None):
            # Some of a request, or an empty line before one, which ends the keep-alive limit as well.
            self._must_arrive()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._whole = False
        if self._under_way() is None:
            self.door.does(self._guest, Doing.ARRIVING)

    def on_headers_complete(self) -> None:
        self._in_headers = -1
        self.scope["state"]["connection"] = self
        super().on_headers_complete()
        if self._arriving is not None:
            self._must_arrive()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._whole = True
        self._in_headers = 0
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None
        if self._is_served():
            self.door.does(self._guest, Doing.STREAMING if self._streams() else Doing.SERVED)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._must_be_read()
        elif self.timeout_keep_alive_task is not None:
            self.door.does(self._guest, Doing.IDLE if self._whole else Doing.ARRIVING)
            self.door.comes_from(self._guest, self._peer)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._must_be_read()

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after a body in chunks is nobody's header, and has no bound.
        if self._in_headers >= 0:
            super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's own words; ours are a problem document)
        self._refuse(problems.BadRequest())

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._must_be_read()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.door.does(self._guest, Doing.STREAMING)
        self._must_be_read()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading is not None and not self.transport.is_closing():
            self._reading.cancel()
            self._reading = None

    def is_for(self, host: str) -> None:
        """Count this connection towards the client at `host`, as a trusted proxy reports it."""
        if self._peer == PROXIES:
            self.door.comes_from(self._guest, self.door.place(host))

    def _under_way(self) -> RequestResponseCycle | None:
        """Return the request that is not answered to the end yet."""
        latest: RequestResponseCycle | None = self.cycle
        return None if latest is None or latest.response_complete else latest

    def _is_served(self) -> bool:
        """Whether a request has come in whole and is not answered yet: what comes meanwhile has to wait anyway."""
        cycle = self._under_way()
        return bool(self.pipeline) or (cycle is not None and not cycle.more_body)

    def _streams(self) -> bool:
        return bool(self.scope["path"] == EVENT_STREAM)

    def _must_arrive(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = self.loop.call_later(REQUEST_HEAD_SECONDS, self._is_late)

    def _is_late(self) -> None:
        self._arriving = None
        if self.transport.is_closing():
            return
        if self._is_served():
            self._must_arrive()
        elif self._in_headers == 0:
            # Not a byte: a browser that connected ahead of time expects no reply.
            self.transport.abort()
        else:
            self._refuse(problems.TooSlow())

    def _must_be_read(self) -> None:
        """Start the read timer: a peer that reads nothing would otherwise keep the connection open."""
        if self._reading is None:
            self._reading = self.loop.call_later(RESPONSE_READ_SECONDS, self.transport.abort)

    def _refuse(self, error: PorchlightError) -> None:
        """Reply with the problem, unless a reply has begun, and hang up."""
        cycle = self._under_way()
        if cycle is None or not cycle.response_started:
            self.transport.write(_raw(error))
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
        self._must_be_read()


def connections(door: Door) -> type[asyncio.Protocol]:
    """Return the class of all connections through this door, as uvicorn takes it."""
    return type("ConnectionThroughDoor", (Connection,), {"door": door})


class Placed:
    """Tells a connection from whom its request is, once uvicorn has read what the proxy says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = scope.get("state", {}).get("connection")
        if isinstance(connection, Connection) and scope.get("client"):
            connection.is_for(scope["client"][0])
        await self._app(scope, receive, send)


def _raw(error: PorchlightError) -> bytes:
    """Return the problem document as the bytes of a whole reply, after which nothing comes."""
    response = problems.problem_response(error, "", {"connection": "close", "cache-control": "no-store"})
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    return STATUS_LINE[response.status_code] + headers + b"\r\n" + bytes(response.body)
