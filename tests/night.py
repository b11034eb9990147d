"""A world with what this release has: a worker that moves ladders, and gateways for channels."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from api.app import api_only, create_app
from api.context import Context
from core.bus import Bus
from core.database import Database
from core.encryption import Keyring
from core.ids import new_id
from core.passphrases import Passphrases
from core.settings import Settings
from models import Channel, ReachOut
from models import Person as PersonRow
from notifications.dispatcher import Dispatcher
from notifications.transports.protocol import ChannelAddress, Push, Result, Sent
from notifications.wording import LANGUAGES
from tests.world.person import Person
from tests.world.process import _APPS, CHEAP, Process
from tests.world.served import client
from tests.world.world import World
from worker.auditor import Auditor
from worker.loop import Worker
from worker.purge import Purge


class Gateway:
    """Takes what goes to channels of every kind, and writes it down."""

    name = "gateway"
    at_once = 16

    def __init__(self) -> None:
        self.handed: list[str] = []

    async def open(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        await asyncio.sleep(0)
        assert isinstance(push.address, ChannelAddress)
        self.handed.append(push.address.address)
        return Sent()

    async def close(self) -> None:
        pass


class Night(World):
    """A world whose processes move ladders. `gateway` is where SMS, e-mails and ntfy messages end."""

    def __init__(self, settings: Settings, keyring: Keyring | None = None) -> None:
        super().__init__(settings, keyring)
        self.gateway = Gateway()

    async def another_process(self, keyring: Keyring | None = None, settings: Settings | None = None) -> Process:
        made = await self._stack.enter_async_context(self._running(settings or self.settings, keyring or self.keyring))
        self._processes.append(made)
        return made

    @asynccontextmanager
    async def _running(self, settings: Settings, keyring: Keyring) -> AsyncIterator[Process]:
        database = Database(settings.sqlalchemy_url, connections=settings.database_connections)
        passphrases = Passphrases(CHEAP)
        bus = Bus()
        lanes = dict.fromkeys(("fcm", "webpush"), self.transport) | dict.fromkeys(
            ("sms", "email", "ntfy"), self.gateway
        )
        dispatcher = Dispatcher(database, self.clock, keyring, bus, lanes, jitter=lambda: 1.0)
        context = Context(
            settings=settings,
            database=database,
            clock=self.clock,
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
        worker = Worker(database, self.clock, keyring, bus, dispatcher, settings.ladder)
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

    async def passes(self, seconds: float) -> None:
        """Let time pass, and the worker do what is due then."""
        await self.forward(seconds)
        await self.work()

    async def gives_channel(self, person: Person, kind: str = "sms") -> str:
        """A channel that this person has confirmed; gives its address."""
        address = f"+1555{secrets.randbelow(10**7):07}"
        async with self.database.write() as session:
            row = (await session.execute(select(PersonRow).where(PersonRow.id == UUID(person.id)))).scalar_one()
            made = Channel(
                id=new_id(self.now()),
                person_id=row.id,
                kind=kind,
                address_hash=secrets.token_bytes(32),
                guesses=0,
                created_at=self.now(),
                confirmed_at=self.now(),
            )
            made.address = self.keyring.vault(row.id, row.data_key).seal("channels.address", made.id, address)
            made.push_address = self.keyring.push.seal("channels.address", made.id, address, made.address)
            session.add(made)
            await session.commit()
        return address

    async def row(self) -> ReachOut:
        """The reach-out as it stands in the database."""
        async with self.database.read() as session:
            return (
                await session.execute(select(ReachOut).where(ReachOut.id == UUID(self.reach_out or "")))
            ).scalar_one()

    async def set(self, **values: object) -> None:
        """Write into the reach-out's row what no request of this release would."""
        async with self.database.write() as session:
            await session.execute(update(ReachOut).where(ReachOut.id == UUID(self.reach_out or "")).values(**values))
            await session.commit()

    def auditor(self) -> Auditor:
        here = self.here.context
        return Auditor(here.database, self.clock, here.keyring, here.bus, here.dispatch_now)

    def purge(self, days: int = 90) -> Purge:
        async def no_pause(_: float) -> None:
            await asyncio.sleep(0)

        here = self.here.context
        return Purge(here.database, self.clock, here.keyring, here.bus, here.dispatch_now, days, pause=no_pause)

    def since(self, moment: datetime) -> int:
        """Whole seconds since then."""
        return round((self.now() - moment).total_seconds())


async def alarms(person: Person) -> int:
    """How many times this person's phones were pushed that somebody would like company."""
    return len(await person.pushes("reach_out"))
