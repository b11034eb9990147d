"""The outermost layer: request ids, the size limit, the cross-site check, common headers, time taken, the last net."""

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
from core.telemetry import REQUESTS, places

LARGEST: Final = 64 * 1024
"""Bytes of a request's body."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
COMMON: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NOTHING: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
SECURE: Final = (b"strict-transport-security", b"max-age=31536000")
NOT_KEPT: Final = (b"cache-control", b"no-store")

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
            # Whatever it is that fails, the caller gets a problem document.
            with caught() as request:
                refusal = self._refusal(scope)
                if refusal is not None:
                    await problems.reply(refusal, request_id)(scope, receive, outgoing)
                elif scope["method"] == "HEAD":
                    await head_requests.answer(self._app, scope, _limited(receive), outgoing)
                else:
                    await self._app(scope, _limited(receive), outgoing)
            error = request.error
            if error is not None:
                # Its type and its places: a traceback may quote what a person wrote.
                log.error("request_failed", request_id=request_id, error=type(error).__name__, where=places(error))
            if error is not None and not started:
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
            return problems.CrossSite()
        return None

    def _cross_site(self, headers: Headers) -> bool:
        """Browsers say where a request comes from; a cookie, or a sign-in that sets one, is only taken from here."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        return origin is not None and origin.lower() != self._settings.origin


def _complete(message: MutableMapping[str, Any], scope: Scope, request_id: str, *, secure: bool) -> None:
    """Add the common headers to a reply; none of them is set further in but those that are looked for here."""
    given = list(message.get("headers", ()))
    named = {name.lower() for name, _ in given}
    given += COMMON
    given.append((b"x-request-id", request_id.encode()))
    if b"content-security-policy" not in named:
        given.append(NOTHING)
    if secure:
        given.append(SECURE)
    if scope["path"].startswith("/v1/") and b"cache-control" not in named:
        given.append(NOT_KEPT)
    message["headers"] = given


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
