"""The outermost layer: request ids, the size limit, the cross-site check, common headers, time taken, the last net."""

import secrets
import time
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from core.errors import CrossSite, PorchlightError
from core.settings import Settings
from core.telemetry import REQUESTS, places

LARGEST: Final = 64 * 1024
"""Bytes of a request's body."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"

log = structlog.get_logger(__name__)


class Edge:
    """Wraps the application. Nothing that is raised inside leaves it other than as a problem document."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = scope["request_id"] = secrets.token_hex(8)
        status = 500
        started = False

        async def outgoing(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                _complete(message, scope, request_id, secure=self._settings.secure)
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await problems.reply(refusal, request_id)(scope, receive, outgoing)
            else:
                await self._app(scope, _limited(receive), outgoing)
        except Exception as error:  # noqa: BLE001 (the last net: whatever it is, the caller gets a problem document)
            # Not `exception`: a traceback may quote what a person wrote.
            log.error(  # noqa: TRY400
                "request_failed", request_id=request_id, error=type(error).__name__, where=places(error)
            )
            if not started:
                await problems.reply(PorchlightError(), request_id)(scope, receive, outgoing)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            if route != "/v1/events":
                REQUESTS.labels(scope["method"], route, f"{status // 100}xx").observe(time.perf_counter() - began)

    def _refusal(self, scope: Scope) -> PorchlightError | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > LARGEST:
            return problems.TooLarge()
        if scope["method"] not in SAFE and "authorization" not in headers and self._cross_site(headers):
            return CrossSite()
        return None

    def _cross_site(self, headers: Headers) -> bool:
        """Browsers say where a request comes from; a cookie, or a sign-in that sets one, is only taken from here."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        return origin is not None and origin.lower() != self._settings.origin


def _complete(message: MutableMapping[str, Any], scope: Scope, request_id: str, *, secure: bool) -> None:
    headers = MutableHeaders(scope=message)
    headers["X-Request-Id"] = request_id
    for name, value in HEADERS.items():
        headers[name] = value
    if "content-security-policy" not in headers:
        headers["Content-Security-Policy"] = NOTHING
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if scope["path"].startswith("/v1/") and "cache-control" not in headers:
        headers["Cache-Control"] = "no-store"


def _limited(receive: Receive) -> Receive:
    """A body without a length is counted while it comes in."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > LARGEST:
                raise HTTPException(413)
        return message

    return counted
