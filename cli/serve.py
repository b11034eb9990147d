"""`porchlight serve`: API and worker in one process, or the API alone; and `porchlight work`, the worker alone."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from socket import socket

import structlog
import uvicorn
from fastapi import FastAPI

from api.app import Lifespan, create_app
from cli.services import Services, running
from core.settings import Settings
from migrations.run import upgrade
from worker import auditor, heartbeat, purge
from worker.auditor import Auditor
from worker.beside import every
from worker.heartbeat import Heartbeat
from worker.loop import Worker
from worker.purge import Purge

DRAIN = 10
"""Seconds that requests under way are given when the server is asked to stop."""

log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """A server that ends the event streams when it is asked to stop; they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

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
            # Behind a proxy the caller's own address is the one that counts for limits.
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            limit_concurrency=None,
        )
        server = Server(config, services.context.closing)
        log.info("serving", host=host, port=port, worker=work)
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
    context = services.context
    worker = Worker(
        context.database,
        context.clock,
        context.keyring,
        context.bus,
        services.dispatcher,
        context.settings.ladder,
    )
    tasks = [asyncio.create_task(work) for work in (worker.run(), *_beside(services, worker))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _beside(services: Services, worker: Worker) -> Iterator[Coroutine[None, None, None]]:
    """What a worker does beside its loop."""
    context = services.context
    parts = (context.database, context.clock, context.keyring, context.bus, services.dispatcher.hand_over)
    watched = Auditor(*parts)
    yield every(auditor.EVERY, watched.look, name="audit", first=auditor.EVERY)
    cleared = Purge(*parts, context.settings.retention_days)
    yield every(purge.EVERY, cleared.run, name="purge", first=purge.FIRST)
    url = context.settings.heartbeat_url
    if url is not None:
        heart = Heartbeat(url.get_secret_value(), context.database, lambda: worker.last_turn)
        yield every(heartbeat.EVERY, heart.beat, name="heartbeat", first=heartbeat.FIRST)


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
