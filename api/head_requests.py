"""HEAD, for whatever takes GET: the same reply without its body, as probes and proxies ask for it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Ask the application for GET, and keep the body back. `scope["route"]` tells afterwards which route it was."""
    asked = {**scope, "method": "GET"}
    begun = asyncio.Event()

    async def until_it_begins() -> Message:
        # A stream would go on for ever: once the headers are out, nobody listens any more.
        begins = asyncio.ensure_future(begun.wait())
        comes = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({begins, comes}, return_when=asyncio.FIRST_COMPLETED)
            return {"type": "http.disconnect"} if begins.done() else comes.result()
        finally:
            begins.cancel()
            comes.cancel()

    async def without_a_body(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.set()
            await send(message)

    await app(asked, until_it_begins, without_a_body)
    scope["route"] = asked.get("route")
    if begun.is_set():
        await send({"type": "http.response.body", "body": b""})
