"""Requests without a network, given to the app as a server gives them: a small body in one piece."""

from collections.abc import Iterator

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE = 64 * 1024
"""Bytes that a server hands on at once."""


def client(app: ASGIApp, address: str) -> httpx.AsyncClient:
    """A client of this app at this address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(_as_served(app)), base_url=address)


def _as_served(app: ASGIApp) -> ASGIApp:
    # httpx ends every body with an empty piece of its own.
    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        came = [await receive()]
        while came[-1].get("more_body"):
            came.append(await receive())
        whole = b"".join(message["body"] for message in came)
        given: Iterator[Message] = iter([{"type": "http.request", "body": whole}] if len(whole) <= PIECE else came)

        async def again() -> Message:
            return next(given, None) or await receive()

        await app(scope, again, send)

    return served
