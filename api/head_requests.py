"""HEAD for every endpoint that takes GET: the same reply without its body, for probes and proxies."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def serve_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Call the application with GET and drop the body. Afterwards `scope["route"]` is the route that matched."""
    get_scope = {**scope, "method": "GET"}
    headers_sent = asyncio.Event()

    async def receive_until_headers() -> Message:
        # An event stream would never end: once the headers are sent, it is disconnected.
        started = asyncio.ensure_future(headers_sent.wait())
        message = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({started, message}, return_when=asyncio.FIRST_COMPLETED)
            return {"type": "http.disconnect"} if started.done() else message.result()
        finally:
            started.cancel()
            message.cancel()

    async def send_without_body(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers_sent.set()
            await send(message)

    await app(get_scope, receive_until_headers, send_without_body)
    scope["route"] = get_scope.get("route")
    if headers_sent.is_set():
        await send({"type": "http.response.body", "body": b""})
