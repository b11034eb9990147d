"""`porchlight serve`: API and worker in one process, or the API alone; and `porchlight work`, the worker alone."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from socket import socket

import structlog
import uvicorn

from api.startup_app import StartupApp
from cli.assemble import Assembly, Seams
from cli.connection_limit import ConnectionLimit
from cli.connections import ClientPlaceMiddleware, ClosedConnectionReport, connection_class
from cli.database_readiness import wait_for_database
from cli.descriptors import raise_limit
from cli.services import open_services
from cli.supervised import Supervised
from core.settings import Settings
from migrations.run import upgrade
from worker import auditor, heartbeat, purge, push_address_sealing, value_sealing
from worker.heartbeat import Heartbeat
from worker.periodic import run_every

DRAIN_SECONDS = 10
"""Seconds that running requests are given to finish on shutdown."""

log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """Ends the event streams on shutdown; they would never end by themselves. `public_url` is where people open it."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event, public_url: str) -> None:
        super().__init__(config)
        self._closing = closing
        self._public_url = public_url

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # Only the public address is one to click on: passkeys and invitations belong to its host.
            log.info("listening", url=self._public_url, on=f"{self.config.host} port {self.config.port}")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn re-raises the signal when it is done, which would end the process before running pushes are finished
        # and leases are released.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        with super().capture_signals():
            yield


async def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    work: bool,
    seams: Seams | None = None,
    supervised: Supervised | None = None,
) -> None:
    """Serve until a signal; then drain, release leases and close.

    The port is open from the start. While the database is unreachable or out of date, /readyz reports it. `supervised`: a
    process that shares its port accepts connections only once it can serve, unless no other process accepts any.
    """
    descriptors = raise_limit(settings.database_connections)
    await prepare(settings)
    gate = StartupApp(secure=settings.secure)
    limit = ConnectionLimit(descriptors.connections, settings.trusted_proxies, ClosedConnectionReport())
    closing = asyncio.Event()
    stop = asyncio.Event()
    server = Server(_server_config(settings, gate, limit, host, port), closing, settings.public_url)
    may_accept = asyncio.Event()

    def leave() -> None:
        server.should_exit = True
        may_accept.set()

    if supervised is None or supervised.early:
        may_accept.set()
    if supervised is not None:
        supervised.leave_when_asked(leave)

    async def run_services() -> None:
        try:
            await wait_for_database(settings, gate.waiting, stop)
            if stop.is_set():
                return
            async with open_services(settings, closing, seams) as services, _working(services, work=work):
                app = services.app()
                _freeze_gc()
                gate.open(app)
                log.info("serving", work=work)
                may_accept.set()
                if supervised is not None:
                    supervised.report_ready()
                await stop.wait()
        finally:
            leave()

    services_task = asyncio.create_task(run_services())
    try:
        await may_accept.wait()
        if not server.should_exit:
            await server.serve(None if supervised is None else [supervised.listener])
    finally:
        stop.set()
        await services_task


def listen(host: str, port: int) -> socket:
    """Open the port for several processes. Ends this one when somebody else uses it, as `serve` does."""
    config = uvicorn.Config("", host=host, port=port, log_config=None)
    listener = config.bind_socket()
    listener.listen(config.backlog)
    return listener


def _server_config(
    settings: Settings, gate: StartupApp, limit: ConnectionLimit, host: str, port: int
) -> uvicorn.Config:
    return uvicorn.Config(
        ClientPlaceMiddleware(gate),
        http=connection_class(limit, secure=settings.secure),
        ws="none",
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # A phone learns from it how far its own clock is off.
        date_header=True,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        # Behind a proxy, limits apply to the client's own address.
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


def _freeze_gc() -> None:
    """Exempt all startup objects from garbage collection: scanning them took a quarter of a press's time."""
    # Without a collection first: imports leave little garbage, and it would delay every start by 0.1 s.
    gc.freeze()
    # A request leaves few reference cycles: collecting them less often costs a few megabytes.
    gc.set_threshold(20000, 20, 20)


async def work(settings: Settings, seams: Seams | None = None) -> None:
    """Run the worker without an API until a signal."""
    await prepare(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await wait_for_database(settings, lambda _: None, stop)
    if stop.is_set():
        return
    async with open_services(settings, asyncio.Event(), seams) as services, working(services):
        log.info("working")
        await stop.wait()


async def prepare(settings: Settings) -> None:
    """Migrate an embedded database; PostgreSQL is migrated by `porchlight migrate`."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await upgrade(settings.sqlalchemy_url)


def _working(services: Assembly, *, work: bool) -> AbstractAsyncContextManager[None]:
    return working(services) if work else nullcontext()


@asynccontextmanager
async def working(services: Assembly) -> AsyncIterator[None]:
    """Run the worker and the periodic jobs while the block runs; the worker completes its last turn before it stops."""
    stop = asyncio.Event()
    worker_task = asyncio.create_task(services.worker.run(stop))
    jobs = [asyncio.create_task(job) for job in _periodic_jobs(services)]
    try:
        yield
    finally:
        stop.set()
        # Periodic jobs use short transactions and may be cancelled anywhere; pushes may not.
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await worker_task


def _periodic_jobs(services: Assembly) -> Iterator[Coroutine[None, None, None]]:
    """Yield the jobs that run beside the worker's loop, each at its own interval."""
    yield run_every(auditor.AUDIT_SECONDS, services.auditor.audit_once, name="audit", first=auditor.AUDIT_SECONDS)
    yield run_every(purge.PURGE_SECONDS, services.purge.run, name="purge", first=purge.FIRST_PURGE_SECONDS)
    yield run_every(
        push_address_sealing.SEALING_SECONDS,
        services.push_addresses.run,
        name="push_addresses",
        first=push_address_sealing.FIRST_SEALING_SECONDS,
    )
    yield run_every(
        value_sealing.VALUE_SEALING_SECONDS,
        services.values.run,
        name="values",
        first=value_sealing.FIRST_VALUE_SEALING_SECONDS,
    )
    context = services.context
    url = context.settings.heartbeat_url
    if url is not None:
        heart = Heartbeat(url.get_secret_value(), context.database, lambda: services.worker.last_turn)
        yield run_every(heartbeat.BEAT_SECONDS, heart.beat, name="heartbeat", first=heartbeat.FIRST_BEAT_SECONDS)
