"""One process of Porchlight, composed as in production (`cli.assemble`), with a test's clock, keys and transports."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import api_only
from api.context import Context
from cli.assemble import Assembly, Seams, assemble
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.passphrases import Passphrases
from core.settings import Settings
from notifications.dispatcher import Dispatcher
from notifications.transports.protocol import Transport
from worker.loop import Worker

# The cost of argon2id is not the subject of these tests.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SEAMS = Seams(
    passphrases=lambda: Passphrases(CHEAP, refusal_seconds=0.0),
    jitter=lambda: 1.0,
    # Yields to other tasks between two batches without a delay.
    pause=lambda _: asyncio.sleep(0),
)

# Building the routes takes a fifth of a second and they hold no test state, so the next process reuses them.
_APPS: list[FastAPI] = []
# Engines are reused for their compiled statements; their connections are closed after each test.
_DATABASES: dict[tuple[str, int], list[Database]] = defaultdict(list)


@dataclass(slots=True)
class Process:
    """A running process. `http` speaks to its API without a network in between."""

    services: Assembly
    app: ASGIApp
    http: httpx.AsyncClient

    @property
    def context(self) -> Context:
        return self.services.context

    @property
    def dispatcher(self) -> Dispatcher:
        return self.services.dispatcher

    @property
    def worker(self) -> Worker:
        return self.services.worker

    @property
    def database(self) -> Database:
        return self.context.database

    async def settle(self) -> None:
        """Wait for background tasks: pushes being sent, results being recorded, sessions being extended."""
        while self.context.tasks:
            await asyncio.wait(self.context.tasks)
        await self.dispatcher.drain()

    async def work(self) -> None:
        """Run the worker until nothing is due at this moment."""
        while await self.worker.tick():
            await self.dispatcher.drain()
        await self.dispatcher.drain()

    def forget_pushes(self) -> None:
        """Drop pushes right after each commit from now on, as if the process died there."""

        def gone(deliveries: Sequence[UUID]) -> None:
            pass

        self.context.dispatch_now = gone


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock, keyring: Keyring, transports: Mapping[str, Transport]
) -> AsyncIterator[Process]:
    """Start a process, and stop it as a signal would."""
    spare = _DATABASES[settings.sqlalchemy_url, settings.database_connections]
    database = spare.pop() if spare else Database(settings.sqlalchemy_url, settings.database_connections)
    services = assemble(
        settings,
        database=database,
        clock=clock,
        keyring=keyring,
        transports=transports,
        webpush_public_key="BPublicKey",
        seams=SEAMS,
    )
    routes = _APPS.pop() if _APPS else api_only()
    app = services.app(routes)
    process = Process(services, app, http_client(app, settings.public_url))
    try:
        await services.dispatcher.open()
        yield process
        await process.settle()
    finally:
        _APPS.append(routes)
        await process.http.aclose()
        await services.close()
        if not database.sqlite:
            # Engines open connections again after they were disposed of; a pool that was closed refuses to.
            database._pool._closed = False
        spare.append(database)


def http_client(app: ASGIApp, base_url: str) -> httpx.AsyncClient:
    """Return a client that hands its requests to this app, without a network in between; it reads JSON, as an API client does."""
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url=base_url, headers={"Accept": "application/json"})
