"""Routes whose endpoints are called without FastAPI's dependency graph, which costs more than the busiest of them do.

An endpoint that is marked with `@direct(reader)` has its arguments read by that function, with the same helpers that its
dependencies use. Whatever the reader does not take is handled by the plain route. See docs/decisions/0007.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

Arguments = tuple[Any, ...]
Reader = Callable[[Request], Awaitable[Arguments]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[BaseModel]])

JSON: Final = "application/json"

_READERS: dict[Callable[..., Any], Reader] = {}


class UnusualError(Exception):
    """Raised by a reader for a request that is left to the plain route. ValueError and RecursionError mean the same."""


def direct(reader: Reader) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint of a `DirectRoute`. It is called with a Response, to set the status, and what `reader` returns."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _READERS[endpoint] = reader
        return endpoint

    return mark


async def json_body(request: Request) -> bytes:
    """Return the body, which is empty or called JSON. Raises UnusualError."""
    if request.headers.get("content-type", JSON) != JSON:
        raise UnusualError
    return await request.body()


def single_header(request: Request, name: str) -> str | None:
    """Return a header. Raises UnusualError when it comes more than once."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise UnusualError
    return values[0] if values else None


class DirectRoute(APIRoute):
    """A plain route but for the endpoints that are marked."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()
        reader = _READERS.get(self.endpoint)
        if reader is None:
            return plain
        endpoint, status = self.endpoint, self.status_code or 200

        async def handle(request: Request) -> Response:
            try:
                arguments = await reader(request)
            except (UnusualError, ValueError, RecursionError, ClientDisconnect):
                # Nothing was begun, and the request keeps the body that it has read.
                return await plain(request)
            chosen = Response(status_code=status)
            model = await endpoint(chosen, *arguments)
            # Its own endpoint built it: a second validation would cost more than the rest of the reply.
            content = model.__pydantic_serializer__.to_json(model, by_alias=True)
            return Response(content, chosen.status_code, media_type=JSON)

        return handle
