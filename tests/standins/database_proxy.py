"""Stands between a program and PostgreSQL: ends TLS as a server with certificates does, or goes silent as a firewall does."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

SSL_REQUEST = bytes((0, 0, 0, 8, 4, 210, 22, 47))
"""The first packet of a client that asks for TLS (PostgreSQL's protocol, 55.2.11)."""


@dataclass(slots=True)
class DatabaseProxy:
    """A proxy that runs. `opened` and `encrypted` count its connections."""

    url: str
    """The address of the database through this proxy."""
    opened: int = 0
    encrypted: int = 0
    _silenced: asyncio.Event = field(default_factory=asyncio.Event)

    def go_silent(self) -> None:
        """Carry nothing more over the connections that are open, and close none of them; new ones work."""
        self._silenced.set()
        self._silenced = asyncio.Event()


@asynccontextmanager
async def database_proxy(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[DatabaseProxy]:
    """Run a proxy in front of the database at `url`, which speaks TLS by this context and nothing else if there is one."""
    behind = urlsplit(url)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await carry(reader, writer)
        finally:
            # Also when it is cancelled: an unclosed transport is reported in whichever test runs when it is collected.
            writer.transport.abort()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.opened += 1
        silenced = proxy._silenced
        if context is not None:
            assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
            writer.write(b"S")
            await writer.start_tls(context)
            proxy.encrypted += 1
        there, back = await asyncio.open_connection(behind.hostname, behind.port or 5432)
        pipes = {asyncio.create_task(_copy(reader, back)), asyncio.create_task(_copy(there, writer))}
        gone = asyncio.create_task(silenced.wait())
        try:
            await asyncio.wait({*pipes, gone}, return_when=asyncio.FIRST_COMPLETED)
            for pipe in pipes:
                pipe.cancel()
            if gone.done():
                await asyncio.Event().wait()
        finally:
            for task in (*pipes, gone):
                task.cancel()
            back.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    user, at, _ = behind.netloc.rpartition("@")
    proxy = DatabaseProxy(urlunsplit(behind._replace(netloc=f"{user}{at}127.0.0.1:{port}")))
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports that were aborted close in the next turn of the loop.
        await asyncio.sleep(0)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
