"""The world of these tests: one process whose channels go out through real transports to stand-ins."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.app import create_app
from api.context import Context
from cli.services import channel_transports
from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.passphrases import Passphrases
from core.settings import Settings
from notifications.dispatcher import Dispatcher
from notifications.wording import LANGUAGES
from tests.standins.gateways import HttpGateway, SmtpStandIn
from tests.world.person import Person
from tests.world.process import CHEAP, Process
from tests.world.served import client
from tests.world.transport import ScriptedTransport
from tests.world.world import World as PlainWorld
from worker.loop import Worker

PHONE = "+15550100199"
MAIL = "ana.b+porch@example.org"
TOPIC = "a_topic-nobody-guesses"
ADDRESSES = {"sms": PHONE, "email": MAIL, "ntfy": TOPIC}


@dataclass(frozen=True, slots=True)
class Gateways:
    """What the three services took."""

    sms: HttpGateway
    email: SmtpStandIn
    ntfy: HttpGateway

    def texts(self, kind: str, to: str | None = None) -> list[str]:
        """The bodies of what was taken for this kind, for one address if one is named, oldest first."""
        if kind == "email":
            return [one.text for one in self.email.taken if to is None or to in one.recipients]
        taken = self.sms.taken if kind == "sms" else self.ntfy.taken
        place = "to" if kind == "sms" else "topic"
        return [str(one.json["message"]) for one in taken if to is None or one.json[place] == to]

    def code(self, kind: str, to: str | None = None) -> str:
        """The code in the latest message."""
        found = re.search(r"\b[0-9]{6}\b", self.texts(kind, to)[-1])
        assert found is not None
        return found[0]

    def count(self) -> int:
        return len(self.sms.taken) + len(self.email.taken) + len(self.ntfy.taken)


class World(PlainWorld):
    def __init__(self, settings: Settings, gateways: Gateways) -> None:
        super().__init__(settings)
        self.gateways = gateways

    async def another_process(self, keyring: Keyring | None = None, settings: Settings | None = None) -> Process:
        made = await self._stack.enter_async_context(
            _running(settings or self.settings, self.clock, keyring or self.keyring, self.transport)
        )
        self._processes.append(made)
        return made

    async def adds(self, person: Person, kind: str = "sms", address: str | None = None) -> dict[str, Any]:
        """Somebody adds a channel that they have not confirmed yet; the code has arrived."""
        said = {"kind": kind, "address": address or ADDRESSES[kind]}
        made: dict[str, Any] = await person.post("/v1/channels", said, expect=201)
        await self.settle()
        return made

    async def channel(self, person: Person, kind: str = "sms", address: str | None = None) -> dict[str, Any]:
        """Somebody adds a channel and confirms it."""
        made = await self.adds(person, kind, address)
        code = self.gateways.code(kind, address or ADDRESSES[kind])
        confirmed: dict[str, Any] = await person.post(f"/v1/channels/{made['id']}/confirm", {"code": code}, expect=200)
        return confirmed

    async def passes(self, seconds: float) -> None:
        """Let time pass and the worker do what is due then."""
        await self.forward(seconds)
        await self.work()
        await self.settle()


@asynccontextmanager
async def _running(
    settings: Settings, clock: Clock, keyring: Keyring, devices: ScriptedTransport
) -> AsyncIterator[Process]:
    database = Database(settings.sqlalchemy_url, connections=settings.database_connections)
    passphrases = Passphrases(CHEAP)
    bus = Bus()
    transports = {"fcm": devices, "webpush": devices, **channel_transports(settings)}
    dispatcher = Dispatcher(database, clock, keyring, bus, transports, jitter=lambda: 1.0)
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
    app = create_app(context)
    worker = Worker(database, clock, keyring, bus, dispatcher, settings.ladder)
    http = client(app, settings.public_url)
    made = Process(context, dispatcher, worker, app, http)
    try:
        await dispatcher.open()
        yield made
        await made.settle()
    finally:
        await http.aclose()
        await dispatcher.close()
        passphrases.close()
        await database.close()
