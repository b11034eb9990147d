"""`porchlight serve`: API and worker in one process, or the API alone; and `porchlight work`, the worker alone."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from socket import socket

import structlog
import uvicorn

from api.app import create_app
from api.startup_app import Gate
from cli.connections import GaveUp, Placed, connections
from cli.database_readiness import wait_for_database
from cli.descriptors import raise_limit
from cli.door import Door
from cli.services import Services, running
from core.settings import Settings
from migrations.run import upgrade
from worker import auditor, heartbeat, purge, push_address_sealing
from worker.auditor import Auditor
from worker.heartbeat import Heartbeat
from worker.loop import Worker
from worker.periodic import run_every
from worker.purge import Purge
from worker.push_address_sealing import PushAddresses

DRAIN_SECONDS = 10
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
            log.info("listening", url=f"http://{self.config.host}:{self.config.port}")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal once more when it is done; it would end us before pushes under way are finished
        # and leases are given back.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        with super().capture_signals():
            yield


async def serve(settings: Settings, host: str, port: int, *, work: bool) -> None:
    """Serve until a signal says stop; then drain, give back leases and close.

    The port is open from the beginning. While the database is away or not up to date, /readyz says so.
    """
    room = raise_limit(settings.database_connections)
    await prepare(settings)
    gate = Gate()
    door = Door(room.connections, settings.trusted_proxies, GaveUp())
    closing = asyncio.Event()
    stop = asyncio.Event()
    config = uvicorn.Config(
        Placed(gate),
        http=connections(door),
        ws="none",
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        # Behind a proxy the caller's own address is the one that counts for limits.
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    server = Server(config, closing)

    async def run_services() -> None:
        try:
            await wait_for_database(settings, gate.waiting, stop)
            if stop.is_set():
                return
            async with running(settings, closing) as services, _working(services, work=work):
                app = create_app(services.context)
                _freeze_gc()
                gate.open(app)
                log.info("serving", work=work)
                await stop.wait()
        finally:
            server.should_exit = True

    house = asyncio.create_task(run_services())
    try:
        await server.serve()
    finally:
        stop.set()
        await house


def _freeze_gc() -> None:
    """What is here at the start stays; to look through it again and again took a quarter of a press's time."""
    # Not collected first: what the imports left behind is small change, and every start would wait 0.1 s for it.
    gc.freeze()
    # What a request leaves behind in rings is little: to look for it less often costs a few megabytes.
    gc.set_threshold(20000, 20, 20)


async def work(settings: Settings) -> None:
    """Work until a signal says stop."""
    await prepare(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await wait_for_database(settings, lambda _: None, stop)
    if stop.is_set():
        return
    async with running(settings, asyncio.Event()) as services, working(services):
        log.info("working")
        await stop.wait()


async def prepare(settings: Settings) -> None:
    """Bring an embedded database up to date; PostgreSQL is `porchlight migrate`'s."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await upgrade(settings.sqlalchemy_url)


def _working(services: Services, *, work: bool) -> AbstractAsyncContextManager[None]:
    return working(services) if work else nullcontext()


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """Run the worker for as long as the block runs; its last turn is finished, not cut off."""
    context = services.context
    worker = Worker(
        context.database,
        context.clock,
        context.keyring,
        context.bus,
        services.dispatcher,
        context.settings.ladder,
    )
    stop = asyncio.Event()
    turning = asyncio.create_task(worker.run(stop))
    beside = [asyncio.create_task(work) for work in _beside(services, worker)]
    try:
        yield
    finally:
        stop.set()
        # What is beside the loop works in short transactions that may be cut off anywhere; pushes may not.
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await turning


def _beside(services: Services, worker: Worker) -> Iterator[Coroutine[None, None, None]]:
    """What a worker does beside its loop, each in a rhythm of its own."""
    context = services.context
    parts = (context.database, context.clock, context.keyring, context.bus, services.dispatcher.dispatch_now)
    watched = Auditor(*parts)
    yield run_every(auditor.AUDIT_SECONDS, watched.look, name="audit", first=auditor.AUDIT_SECONDS)
    cleared = Purge(*parts, context.settings.retention_days)
    yield run_every(purge.PURGE_SECONDS, cleared.run, name="purge", first=purge.FIRST_PURGE_SECONDS)
    sealing = PushAddresses(context.database, context.clock, context.keyring)
    yield run_every(
        push_address_sealing.SEALING_SECONDS,
        sealing.run,
        name="push_addresses",
        first=push_address_sealing.FIRST_SEALING_SECONDS,
    )
    url = context.settings.heartbeat_url
    if url is not None:
        heart = Heartbeat(url.get_secret_value(), context.database, lambda: worker.last_turn)
        yield run_every(heartbeat.BEAT_SECONDS, heart.beat, name="heartbeat", first=heartbeat.FIRST_BEAT_SECONDS)
