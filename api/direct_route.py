"""Calls the busiest endpoints without FastAPI's layers, dependencies and routers, which cost more than their rules do.

An endpoint that is marked with `@direct(reader)` has its arguments read by that function, with the same helpers that its
dependencies use. A request that the reader does not accept is handled by the plain route. See docs/decisions/0007.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

from core.isolation import caught

Arguments = tuple[Any, ...]
Reader = Callable[[Request], Awaitable[Arguments]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[BaseModel]])

JSON_MEDIA_TYPE: Final = "application/json"
_JSON_HEADER: Final = (b"content-type", JSON_MEDIA_TYPE.encode())
_RAISED: Final = "porchlight.raised"
"""In the scope of a request whose endpoint has raised: its route and the error."""

_READERS: dict[Callable[..., Any], Reader] = {}


class UnusualError(Exception):
    """Raised by a reader for a request that is left to the plain route. ValueError and RecursionError mean the same."""


def direct(reader: Reader) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint. It is called with what `reader` returns, preceded by a Response if it takes a `response`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _READERS[endpoint] = reader
        return endpoint

    return mark


@dataclass(frozen=True, slots=True)
class _Direct:
    route: APIRoute
    reader: Reader
    status: int
    takes_response: bool


class DirectEndpoints:
    """Stands in front of an application and calls those endpoints of its `routes` that are marked.

    What an endpoint raises is raised again inside the application, by `RaisingRoute`, whose handlers reply to it.
    """

    def __init__(self, app: FastAPI, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._marked: Mapping[tuple[str, str], _Direct] = {
            (method, route.path): _Direct(
                route,
                _READERS[route.endpoint],
                route.status_code or 200,
                "response" in signature(route.endpoint).parameters,
            )
            for route in routes
            if isinstance(route, APIRoute) and route.endpoint in _READERS
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        marked = self._marked.get((scope.get("method", ""), scope.get("path", "")))
        if marked is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._app
        request = Request(scope, receive, send)
        reply = None
        # Whatever is raised: one place replies to errors.
        with caught(traced=True) as attempt:
            arguments = await _read(marked.reader, request)
            reply = None if arguments is None else await _call_endpoint(marked, arguments)
        if attempt.error is not None:
            scope[_RAISED] = marked.route, attempt.error
            await self._app(scope, receive, send)
        elif reply is None:
            await self._app(scope, _replay_body(request, receive), send)
        else:
            status, content = reply
            scope["route"] = marked.route
            await send({"type": "http.response.start", "status": status, "headers": [_JSON_HEADER, _length(content)]})
            await send({"type": "http.response.body", "body": content})


async def _read(reader: Reader, request: Request) -> Arguments | None:
    """Return the arguments of the endpoint; None for a request that is left to the plain route."""
    try:
        return await reader(request)
    except (UnusualError, ValueError, RecursionError, ClientDisconnect):
        return None


async def _call_endpoint(marked: _Direct, arguments: Arguments) -> tuple[int, bytes]:
    """Return the status and the body of an endpoint's reply."""
    status = marked.status
    if marked.takes_response:
        response = Response(status_code=status)
        model = await marked.route.endpoint(response, *arguments)
        status = response.status_code
    else:
        model = await marked.route.endpoint(*arguments)
    # Its own endpoint built it: a second validation would cost more than the rest of the reply.
    return status, model.__pydantic_serializer__.to_json(model, by_alias=True)


class RaisingRoute(BaseRoute):
    """The first route of the application: raises what an endpoint has raised that was called without it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL, {}) if _RAISED in scope else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (a route's own shape)
        scope["route"], error = scope.pop(_RAISED)
        raise error


def _length(content: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(content)).encode()


def _replay_body(request: Request, receive: Receive) -> Receive:
    """Return a `receive` that replays the body, if it was read completely."""
    body: bytes | None = getattr(request, "_body", None)
    if body is None:
        return receive
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive_again() -> Message:
        return next(messages, None) or await receive()

    return receive_again
