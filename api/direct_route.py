"""Calls the busiest endpoints without FastAPI's dependency graph and nested routers, which cost more than their rules do.

An endpoint that is marked with `@direct(reader)` has its arguments read by that function, with the same helpers that its
dependencies use. A request that the reader does not accept is handled by the plain route. See docs/decisions/0007.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

Arguments = tuple[Any, ...]
Reader = Callable[[Request], Awaitable[Arguments]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[BaseModel]])

JSON_MEDIA_TYPE: Final = "application/json"
_JSON_HEADER: Final = (b"content-type", JSON_MEDIA_TYPE.encode())
_PLAIN: Final = "porchlight.plain"
"""In the scope of a request that is left to its plain route."""

_READERS: dict[Callable[..., Any], Reader] = {}


class UnusualError(Exception):
    """Raised by a reader for a request that is left to the plain route. ValueError and RecursionError mean the same."""


def direct(reader: Reader) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint. It is called with what `reader` returns, preceded by a Response if it takes a `response`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _READERS[endpoint] = reader
        return endpoint

    return mark


async def json_body(request: Request) -> bytes:
    """Return the body, which is empty or declared as JSON. Raises UnusualError."""
    if request.headers.get("content-type", JSON_MEDIA_TYPE) != JSON_MEDIA_TYPE:
        raise UnusualError
    return await request.body()


def single_header(request: Request, name: str) -> str | None:
    """Return a header. Raises UnusualError when it comes more than once."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise UnusualError
    return values[0] if values else None


@dataclass(frozen=True, slots=True)
class _Direct:
    route: APIRoute
    reader: Reader
    status: int
    takes_response: bool


class DirectRoute(BaseRoute):
    """One route in front of all others, for the endpoints among `routes` that are marked."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
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

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if (scope.get("method"), scope["path"]) in self._marked and _PLAIN not in scope:
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        marked = self._marked[scope["method"], scope["path"]]
        scope["route"] = marked.route
        request = Request(scope, receive, send)
        try:
            arguments = await marked.reader(request)
        except (UnusualError, ValueError, RecursionError, ClientDisconnect):
            # Nothing has been started: the router matches again, past this route.
            scope[_PLAIN] = True
            await scope["router"](scope, _replay_body(request, receive), send)
            return
        status = marked.status
        if marked.takes_response:
            response = Response(status_code=status)
            model = await marked.route.endpoint(response, *arguments)
            status = response.status_code
        else:
            model = await marked.route.endpoint(*arguments)
        # Its own endpoint built it: a second validation would cost more than the rest of the reply.
        content = model.__pydantic_serializer__.to_json(model, by_alias=True)
        await send({"type": "http.response.start", "status": status, "headers": [_JSON_HEADER, _length(content)]})
        await send({"type": "http.response.body", "body": content})


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
