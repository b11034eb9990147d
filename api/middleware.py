"""The outermost layer: request ids, the size limit, the cross-site check, common headers, durations, the handler of last resort."""

import secrets
import time
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import head_requests, problems
from core.errors import PorchlightError
from core.isolation import caught
from core.settings import Settings
from core.telemetry import REQUESTS, series, traceback_places

MAX_BODY_BYTES: Final = 64 * 1024
MAX_IMPORT_BYTES: Final = 4 * 1024 * 1024
LARGER_BODIES: Final = {"/v1/me/import": MAX_IMPORT_BYTES}
GUEST_PAGES: Final = "/g/"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
COMMON_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
UNUSED_FEATURES: Final = (
    "accelerometer, autoplay, camera, display-capture, geolocation, gyroscope, microphone, midi, payment, usb"
)
PERMISSIONS: Final = (
    b"permissions-policy",
    ", ".join(f"{name}=()" for name in UNUSED_FEATURES.split(", ")).encode(),
)
"""Of every page: what no page of ours ever asks a phone for."""
EMPTY_CSP: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
NO_STORE: Final = (b"cache-control", b"no-store")

log = structlog.get_logger(__name__)


class EdgeMiddleware:
    """Wraps the application, and turns every exception that leaves it into a problem document."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at = time.perf_counter()
        request_id = scope["request_id"] = secrets.token_hex(8)
        status = 500
        started = False

        async def send_completed(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                _complete(message, scope, request_id, secure=self._settings.secure)
            await send(message)

        try:
            # Whatever fails, the client gets a problem document.
            with caught(traced=True) as request:
                refusal = self._refusal(scope)
                if refusal is not None:
                    await problems.problem_response(refusal, request_id)(scope, receive, send_completed)
                elif scope["method"] == "HEAD":
                    await head_requests.serve_head(
                        self._app, scope, _limited(receive, _max_bytes(scope)), send_completed
                    )
                else:
                    await self._app(scope, _limited(receive, _max_bytes(scope)), send_completed)
            error = request.error
            if error is not None:
                # Only its type and where it was raised: a traceback may quote what a person wrote.
                log.error(
                    "request_failed", request_id=request_id, error=type(error).__name__, where=traceback_places(error)
                )
            if error is not None and not started:
                await problems.problem_response(PorchlightError(), request_id)(scope, receive, send_completed)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            if route != "/v1/events":
                series(REQUESTS, scope["method"], route, f"{status // 100}xx").observe(time.perf_counter() - started_at)

    def _refusal(self, scope: Scope) -> PorchlightError | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > _max_bytes(scope):
            return problems.TooLarge()
        if scope["method"] not in SAFE_METHODS and "authorization" not in headers and self._cross_site(scope, headers):
            return problems.CrossSite()
        return None

    def _cross_site(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a browser sends this from another site, from which no cookie and no sign-in is accepted.

        A form of a page that sends no referrer names no origin either, in browsers that say nothing better. A guest's
        forms hold a token of their own, and their cookies are sent from no other site.
        """
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin == "null" and scope["path"].startswith(GUEST_PAGES):
            return False
        return origin is not None and origin.lower() != self._settings.origin


def _complete(message: MutableMapping[str, Any], scope: Scope, request_id: str, *, secure: bool) -> None:
    """Add the common headers to a reply; the two that an endpoint may set itself are kept."""
    reply_headers = list(message.get("headers", ()))
    values = {name.lower(): value for name, value in reply_headers}
    reply_headers += every_reply(request_id, secure=secure)
    if values.get(b"content-type", b"").startswith(b"text/html"):
        reply_headers.append(PERMISSIONS)
    if b"content-security-policy" not in values:
        reply_headers.append(EMPTY_CSP)
    if scope["path"].startswith("/v1/") and b"cache-control" not in values:
        reply_headers.append(NO_STORE)
    message["headers"] = reply_headers


def every_reply(request_id: str, *, secure: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every reply, whichever layer gives it. `secure`: the installation is served by https."""
    return [*COMMON_HEADERS, (b"x-request-id", request_id.encode()), *([HSTS] if secure else [])]


def _max_bytes(scope: Scope) -> int:
    return LARGER_BODIES.get(scope["path"], MAX_BODY_BYTES)


def _limited(receive: Receive, max_bytes: int) -> Receive:
    """Return a `receive` that counts the bytes of a body, and raises a 413 for one that is too large."""
    byte_count = 0

    async def receive_counted() -> Message:
        nonlocal byte_count
        message = await receive()
        if message["type"] == "http.request":
            byte_count += len(message.get("body", b""))
            if byte_count > max_bytes:
                raise HTTPException(413)
        return message

    return receive_counted
