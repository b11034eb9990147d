"""`porchlight serve`: API and worker in one process, or the API alone; and `porchlight work`, the worker alone."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import socket

import structlog
import uvicorn
from fastapi import FastAPI

from api.app import Lifespan, create_app
from cli.services import Services, running
from core.settings import Settings
from migrations.run import upgrade
from worker.loop import Worker

DRAIN = 10
"""Seconds that requests under way are given when the server is asked to stop."""

log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """A server that ends the event streams when it is asked to stop; they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("serving", url=f"http://{self.config.host}:{self.config.port}")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)


async def serve(settings: Settings, host: str, port: int, *, work: bool) -> None:
    """Serve until a signal says stop; then drain, give back leases and close."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await upgrade(settings.sqlalchemy_url)
    async with running(settings) as services:
        config = uvicorn.Config(
            create_app(services.context, _lifespan(services, work=work)),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=DRAIN,
            # Behind a proxy on this machine the caller's own address is the one that counts for limits.
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1,::1",
            limit_concurrency=None,
        )
        server = Server(config, services.context.closing)
        await server.serve()


def _lifespan(services: Services, *, work: bool) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with working(services) if work else _nothing():
            yield

    return lifespan


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """Run the worker for as long as the block runs."""
    worker = Worker(services.context.database, services.context.clock, services.dispatcher)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


async def work(settings: Settings) -> None:
    """Work until a signal says stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as services, working(services):
        log.info("working")
        await stop.wait()
