"""The server's connections: time limits for receiving requests and reading replies, and a limit on their number."""

import asyncio
import secrets
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api import problems
from api.middleware import EMPTY_CSP, every_reply
from cli.connection_limit import PROXY_PLACE, Activity, ConnectionLimit, OpenConnection
from core.errors import PorchlightError
from core.telemetry import GIVEN_UP

REQUEST_HEAD_SECONDS: Final = 10.0
"""Seconds from a request's first byte to the end of its headers, and from there to the end of its body."""
LAST_REQUEST_SECONDS: Final = 1.0
"""Seconds that a connection which has sent nothing yet keeps for its request when the process stops."""
RESPONSE_READ_SECONDS: Final = 30.0
"""Seconds within which a client must read at least part of a reply."""
MAX_HEADER_BYTES: Final = 64 * 1024
"""Bytes of a request line and its headers."""
REPORT_SECONDS: Final = 60.0
"""Seconds between two log lines: a flood of connections must not flood the log."""
EVENT_STREAM_PATH: Final = "/v1/events"

log = structlog.get_logger(__name__)


class ClosedConnectionReport:
    """Counts the connections that were closed to make room, and logs them at most once a minute."""

    def __init__(self) -> None:
        self._logged_at: float | None = None

    def __call__(self, activity: Activity) -> None:
        GIVEN_UP.labels(activity.name.lower()).inc()
        now = asyncio.get_running_loop().time()
        if self._logged_at is None or now - self._logged_at >= REPORT_SECONDS:
            self._logged_at = now
            log.warning("connections_given_up", doing=activity.name.lower())


class Connection(HttpToolsProtocol):
    """uvicorn's connection with time limits, counted by a `ConnectionLimit`.

    uvicorn itself limits only the silence between two requests.
    """

    limit: ConnectionLimit
    secure: bool
    """Both are set on the subclass that `connection_class` creates; `secure`: the installation is served by https."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._request_complete = False
        self._header_bytes = 0
        """Bytes received of a request whose headers are incomplete; -1 once they are complete."""
        self._arrival_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._shutting_down = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._peer_place = self.limit.place(self.client[0] if self.client else "nowhere")
        self._client_host, self._client_place = "", self._peer_place
        self._open_connection = OpenConnection(self._peer_place, transport.abort)
        self.limit.add(self._open_connection)
        self._start_arrival_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.limit.remove(self._open_connection)
        for timer in (self._arrival_timer, self._read_timer):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._header_bytes >= 0:
            self._header_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._is_served():
            return
        if self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(problems.TooLarge())
        elif self._arrival_timer is None and (not self._request_complete or self.timeout_keep_alive_task is None):
            # Part of a request, or an empty line before one, which also cancels the keep-alive timer.
            self._start_arrival_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._request_complete = False
        if self._unanswered_request() is None:
            self.limit.set_activity(self._open_connection, Activity.ARRIVING)

    def on_headers_complete(self) -> None:
        self._header_bytes = -1
        self.scope["state"]["connection"] = self
        super().on_headers_complete()
        if self._shutting_down:
            self.cycle.keep_alive = False
        if self._arrival_timer is not None:
            self._start_arrival_timer()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._request_complete = True
        self._header_bytes = 0
        if self._arrival_timer is not None:
            self._arrival_timer.cancel()
            self._arrival_timer = None
        if self._is_served():
            self.limit.set_activity(
                self._open_connection, Activity.STREAMING if self._is_event_stream() else Activity.SERVED
            )

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._start_read_timer()
        elif self.timeout_keep_alive_task is not None:
            self.limit.set_activity(
                self._open_connection, Activity.IDLE if self._request_complete else Activity.ARRIVING
            )
            self.limit.set_place(self._open_connection, self._peer_place)

    def timeout_keep_alive_handler(self) -> None:
        # After a moment in which this process stood still, timers come before what has arrived meanwhile is read: a request that
        # waits there is let in first. It cancels this, as it cancels what called it.
        self.timeout_keep_alive_task = self.loop.call_later(0.001, self._close_idle)

    def _close_idle(self) -> None:
        super().timeout_keep_alive_handler()
        self._start_read_timer()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers of a chunked body are not used, and have no size limit.
        if self._header_bytes >= 0:
            super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's text; ours is a problem document)
        self._refuse(problems.BadRequest())

    def shutdown(self) -> None:
        self._shutting_down = True
        if self._arrival_timer is not None and not self._is_served() and not self.transport.is_closing():
            # uvicorn would close it, and the request that is on its way would get no reply.
            if self._header_bytes == 0:
                self._start_arrival_timer(LAST_REQUEST_SECONDS)
            return
        super().shutdown()
        if self.transport.is_closing():
            self._start_read_timer()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.limit.set_activity(self._open_connection, Activity.STREAMING)
        self._start_read_timer()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._read_timer is not None and not self.transport.is_closing():
            self._read_timer.cancel()
            self._read_timer = None

    def set_client(self, host: str) -> None:
        """Count this connection towards the client at `host`, as a trusted proxy reports it."""
        if self._peer_place == PROXY_PLACE:
            if host != self._client_host:
                self._client_host, self._client_place = host, self.limit.place(host)
            self.limit.set_place(self._open_connection, self._client_place)

    def _unanswered_request(self) -> RequestResponseCycle | None:
        """Return the request whose reply is not complete yet."""
        latest: RequestResponseCycle | None = self.cycle
        return None if latest is None or latest.response_complete else latest

    def _is_served(self) -> bool:
        """Return whether a complete request is being served: whatever arrives meanwhile has to wait anyway."""
        cycle = self._unanswered_request()
        return bool(self.pipeline) or (cycle is not None and not cycle.more_body)

    def _is_event_stream(self) -> bool:
        return bool(self.scope["path"] == EVENT_STREAM_PATH)

    def _start_arrival_timer(self, seconds: float = REQUEST_HEAD_SECONDS) -> None:
        if self._arrival_timer is not None:
            self._arrival_timer.cancel()
        self._arrival_timer = self.loop.call_later(seconds, self._arrival_timed_out)

    def _arrival_timed_out(self) -> None:
        self._arrival_timer = None
        if self.transport.is_closing():
            return
        if self._is_served():
            self._start_arrival_timer()
        elif self._header_bytes == 0:
            # Not a byte was received: a browser that connected ahead of time expects no reply.
            self.transport.abort()
        else:
            self._refuse(problems.TooSlow())

    def _start_read_timer(self) -> None:
        """Start the read timer: a peer that reads nothing would otherwise keep the connection open."""
        if self._read_timer is None:
            self._read_timer = self.loop.call_later(RESPONSE_READ_SECONDS, self.transport.abort)

    def _refuse(self, error: PorchlightError) -> None:
        """Reply with the problem, unless a reply has begun, and close the connection."""
        cycle = self._unanswered_request()
        if cycle is None or not cycle.response_started:
            self.transport.write(_raw_reply(error, secure=self.secure))
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
        self._start_read_timer()


def connection_class(limit: ConnectionLimit, *, secure: bool) -> type[asyncio.Protocol]:
    """Return the protocol class for uvicorn whose connections all count towards `limit`."""
    return type("LimitedConnection", (Connection,), {"limit": limit, "secure": secure})


class ClientPlaceMiddleware:
    """Passes the client's address to the connection, once uvicorn has read it from the proxy's headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = scope.get("state", {}).get("connection")
        if isinstance(connection, Connection) and scope.get("client"):
            connection.set_client(scope["client"][0])
        await self._app(scope, receive, send)


def _raw_reply(error: PorchlightError, *, secure: bool) -> bytes:
    """Return the problem document as a complete raw HTTP reply that ends the connection."""
    request_id = secrets.token_hex(8)
    response = problems.problem_response(error, request_id, {"connection": "close", "cache-control": "no-store"})
    raw_headers = [*response.raw_headers, *every_reply(request_id, secure=secure), EMPTY_CSP]
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in raw_headers)
    return STATUS_LINE[response.status_code] + headers + b"\r\n" + bytes(response.body)
