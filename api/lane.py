"""The short way in for the press and for a page of the inbox: the same endpoints, without the framework's general machinery.

What FastAPI does for any endpoint (matching nested routers, solving dependencies, exit stacks) costs more than these two
do. They are declared in `api/routes` like all others, and documented from there; here their request is read by hand. Whatever
is out of the ordinary goes the long way, which answers it as it always did. See docs/decisions/0007.
"""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import FastAPI, Response
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.routes.inbox import inbox
from api.routes.reach_out import reach_outs

READ: Final = frozenset({b"authorization", b"cookie", b"content-type", b"idempotency-key"})
JSON: Final = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Said:
    """What a request came with, not yet looked at."""

    token: str | None
    key: str | None
    query: str
    body: bytes


Answer = Coroutine[Any, Any, tuple[int, BaseModel]]


def _press(context: Context, said: Said) -> Answer:
    body = reach_outs.Press.model_validate(json.loads(said.body)) if said.body else None

    async def serve() -> tuple[int, BaseModel]:
        response = Response(status_code=201)
        out = await reach_outs.press(response, context, said.token, said.key, body)
        return response.status_code, out

    return serve()


def _inbox(context: Context, said: Said) -> Answer:
    asked = inbox.Asked.model_validate(dict(parse_qsl(said.query, keep_blank_values=True)))

    async def serve() -> tuple[int, BaseModel]:
        return 200, await inbox.listed(context, said.token, asked)

    return serve()


SERVED: Final[Mapping[tuple[str, str], Callable[[Context, Said], Answer]]] = {
    ("POST", "/v1/reach-outs"): _press,
    ("GET", "/v1/inbox"): _inbox,
}


class UnusualError(Exception):
    """The request is for the long way."""


class Lane:
    """Serves what it knows, passes on the rest and all that it does not understand at once."""

    def __init__(self, app: FastAPI, context: Context, routes: Mapping[tuple[str, str], BaseRoute]) -> None:
        self._app = app
        self._context = context
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = (scope.get("method", ""), scope.get("path", ""))
        read = SERVED.get(place)
        if read is None:
            await self._app(scope, receive, send)
            return
        taken: list[Message] = []
        try:
            answer = read(self._context, await _read(scope, receive, taken, self._context.settings.cookie_name))
        except (UnusualError, ValueError, RecursionError):
            # Nothing was begun: the long way takes it, or says what is wrong with it.
            await self._app(scope, _again(taken, receive), send)
            return
        except HTTPException as error:
            # More than a body may hold, of which no length was said.
            await (await self._problem(scope, error))(scope, receive, send)
            return
        scope["route"] = self._routes[place]
        try:
            status, out = await answer
        except Exception as error:  # noqa: BLE001 (those without a handler are raised again)
            await (await self._problem(scope, error))(scope, receive, send)
            return
        await _reply(send, status, out.__pydantic_serializer__.to_json(out, by_alias=True))

    async def _problem(self, scope: Scope, error: Exception) -> Response:
        """What the framework's own handlers make of the error. Raises one that has none, for the edge to log it."""
        for kind in type(error).__mro__:
            if kind is Exception:
                break
            handler: Any = self._app.exception_handlers.get(kind)
            if handler is not None:
                response: Response = await handler(Request({**scope, "app": self._app}), error)
                return response
        raise error


async def _read(scope: Scope, receive: Receive, taken: list[Message], cookie: str) -> Said:
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in READ:
            if name in found:
                raise UnusualError
            found[name] = value
    if found.get(b"content-type", JSON[1]) != JSON[1]:
        raise UnusualError
    key = found.get(b"idempotency-key")
    message = await receive()
    taken.append(message)
    if message["type"] != "http.request" or message.get("more_body"):
        raise UnusualError
    return Said(
        _token(found, cookie),
        key.decode("latin-1") if key else None,
        scope["query_string"].decode("latin-1"),
        message.get("body", b""),
    )


def _token(found: Mapping[bytes, bytes], cookie: str) -> str | None:
    given = found.get(b"authorization")
    if given is not None:
        scheme, credentials = get_authorization_scheme_param(given.decode("latin-1"))
        if scheme.lower() != "bearer" or not credentials:
            raise UnusualError
        return credentials
    cookies = found.get(b"cookie")
    return None if cookies is None else cookie_parser(cookies.decode("latin-1")).get(cookie)


async def _reply(send: Send, status: int, content: bytes) -> None:
    headers = [(b"content-length", str(len(content)).encode()), JSON]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _again(taken: list[Message], receive: Receive) -> Receive:
    """What was received already, then the rest."""
    waiting = iter(taken)

    async def first() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return first


def open_lane(app: FastAPI, context: Context) -> ASGIApp:
    """The lane in front of `app`; metrics name its requests by the routes that they would have taken."""
    routes = {
        (method, route.path): route
        for module in (reach_outs, inbox)
        for route in module.router.routes
        for method in getattr(route, "methods", ())
    }
    return Lane(app, context, {place: routes[place] for place in SERVED})
