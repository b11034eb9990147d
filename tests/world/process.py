"""One process of Porchlight: database, bus, dispatcher, worker and the API, put together as `cli` does it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import api_only, create_app
from api.context import Context
from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.passphrases import Passphrases
from core.settings import Settings
from notifications.dispatcher import Dispatcher
from notifications.transports.protocol import Transport
from notifications.wording import LANGUAGES
from tests.world.served import client
from worker.loop import Worker

# What argon2id costs is its point, and not what these tests are about.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# Building the routes takes a fifth of a second and they hold nothing of a test's, so the next process takes them over.
_APPS: list[FastAPI] = []
# So do the statements that an engine has compiled; its connections are closed after each test.
_DATABASES: dict[tuple[str, int], list[Database]] = defaultdict(list)


@dataclass(slots=True)
class Process:
    """A running process. `http` speaks to its API without a network in between."""

    context: Context
    dispatcher: Dispatcher
    worker: Worker
    app: ASGIApp
    http: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.context.database

    async def settle(self) -> None:
        """Wait for what is under way: pushes handed over, results written down, sessions slid on."""
        while self.context.tasks:
            await asyncio.wait(self.context.tasks)
        await self.dispatcher.drain()

    async def work(self) -> None:
        """Let the worker go round until there is nothing left to do at this moment."""
        while await self.worker.tick():
            await self.dispatcher.drain()
        await self.dispatcher.drain()

    def forget_pushes(self) -> None:
        """From now on this process dies, as far as pushes go, right after each commit."""

        def gone(deliveries: Sequence[UUID]) -> None:
            pass

        self.context.dispatch_now = gone


@asynccontextmanager
async def running(settings: Settings, clock: Clock, keyring: Keyring, transport: Transport) -> AsyncIterator[Process]:
    """Start a process, and stop it as a signal would."""
    spare = _DATABASES[settings.sqlalchemy_url, settings.database_connections]
    database = spare.pop() if spare else Database(settings.sqlalchemy_url, settings.database_connections)
    passphrases = Passphrases(CHEAP)
    bus = Bus()
    dispatcher = Dispatcher(database, clock, keyring, bus, {"fcm": transport, "webpush": transport}, jitter=lambda: 1.0)
    context = Context(
        settings=settings,
        database=database,
        clock=clock,
        keyring=keyring,
        passphrases=passphrases,
        bus=bus,
        dispatch_now=dispatcher.dispatch_now,
        webpush_public_key="BPublicKey",
        fcm=True,
        languages=LANGUAGES,
    )
    routes = _APPS.pop() if _APPS else api_only()
    app = create_app(context, routes)
    worker = Worker(database, clock, keyring, bus, dispatcher, settings.ladder)
    http = client(app, settings.public_url)
    made = Process(context, dispatcher, worker, app, http)
    try:
        await dispatcher.open()
        yield made
        await made.settle()
    finally:
        _APPS.append(routes)
        await http.aclose()
        await dispatcher.close()
        passphrases.close()
        await database.close()
        spare.append(database)
