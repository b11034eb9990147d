"""The world of a test: people, a circle, a moving clock, push services that record."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Select, select, text, update

from core.database import Database
from core.encryption import Keyring
from core.ids import new_id
from core.push_keys import PushKeys
from core.settings import Settings
from models import Channel, ReachOut
from models import Person as PersonRow
from models.enums import ChannelKind, DeviceKind
from notifications.transports.protocol import Transport
from tests.world.beginnings import Beginnings, Story
from tests.world.person import Person
from tests.world.process import Process, running
from tests.world.time import MovingClock
from tests.world.transport import Gateway, ScriptedTransport
from worker.auditor import Auditor
from worker.purge import Purge

NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gil", "Hana", "Ida", "Jon", "Kai", "Lea", "Mo", "Nina", "Oto")


class World:
    """Everything a story needs. `here` is the process that serves people unless another is named.

    `transport` takes the pushes to phones and browsers, `gateway` the SMS, e-mails and ntfy messages; `channels` are real
    transports in place of the gateway, made for each process.
    """

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring | None = None,
        *,
        channels: Callable[[Settings], Mapping[str, Transport]] | None = None,
        beginnings: Beginnings | None = None,
    ) -> None:
        self.settings = settings
        self.clock = MovingClock()
        # Rows that are put back were sealed with the keys of an earlier world.
        self.keyring = keyring or (fresh_keyring() if beginnings is None else _same_keyring())
        self.transport = ScriptedTransport(self.clock)
        self.gateway = Gateway()
        self._channels = channels
        self.reach_out: str | None = None
        self._processes: list[Process] = []
        self._stack = AsyncExitStack()
        self._named = 0
        self._deadlocks = 0
        self._beginnings = beginnings
        self._story: Story | None = None

    async def __aenter__(self) -> Self:
        await self.another_process()
        self._deadlocks = await self._deadlocks_so_far()
        if self._beginnings is not None:
            self._story = Story(self, self._beginnings)
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.settle()
            deadlocks = await self._deadlocks_so_far() - self._deadlocks
        finally:
            await self._stack.aclose()
        # PostgreSQL resolves a deadlock by refusing one side after a second; no request should have to wait for that.
        assert deadlocks == 0, f"{deadlocks} deadlocks: see the server's log for the two statements"

    async def _deadlocks_so_far(self) -> int:
        if self.sqlite:
            return 0
        async with self.database.read() as session:
            deadlocks = await session.execute(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
            return int(deadlocks.scalar_one())

    @property
    def here(self) -> Process:
        return self._processes[0]

    @property
    def database(self) -> Database:
        return self.here.database

    @property
    def sqlite(self) -> bool:
        return self.database.sqlite

    def now(self) -> datetime:
        return self.clock.now()

    async def forward(self, seconds: float) -> None:
        """Let time pass."""
        if self.transport.flowing.is_set():
            # Pushes already handed over are sent now, not at some time in between.
            await self.settle()
        self.clock.forward(seconds)

    async def another_process(self, keyring: Keyring | None = None, settings: Settings | None = None) -> Process:
        """Start one more process on the same database, as `porchlight serve` does; it ends with the world."""
        settings = settings or self.settings
        devices = dict.fromkeys(map(str, DeviceKind), self.transport)
        gateways = (
            dict.fromkeys(map(str, ChannelKind), self.gateway) if self._channels is None else self._channels(settings)
        )
        process = await self._stack.enter_async_context(
            running(settings, self.clock, keyring or self.keyring, {**devices, **gateways})
        )
        self._processes.append(process)
        return process

    async def settle(self) -> None:
        """Wait for the background tasks of every process."""
        for process in self._processes:
            await process.settle()

    async def sent(self) -> None:
        """Let what was just written be told, unless the test holds pushes back: whoever acts next does so some time later."""
        if self.transport.flowing.is_set():
            await self.settle()

    async def work(self) -> None:
        """Run the worker of `here` until nothing is due."""
        await self.here.work()

    async def passes(self, seconds: float) -> None:
        """Let time pass, then run the worker."""
        await self.forward(seconds)
        await self.work()

    def auditor(self) -> Auditor:
        return self.here.services.auditor

    def purge(self) -> Purge:
        return self.here.services.purge

    def since(self, moment: datetime) -> int:
        """Return the whole seconds since `moment`."""
        return round((self.now() - moment).total_seconds())

    async def person(self, name: str | None = None, *, process: Process | None = None, **profile: Any) -> Person:
        """Sign somebody up."""
        display_name = name or NAMES[self._named % len(NAMES)]
        self._named += 1

        async def make() -> list[Person]:
            return [await Person.sign_up(self, process or self.here, display_name, **profile)]

        elsewhere = process is not None and process is not self.here
        [person] = await (make() if elsewhere else self._begin(f"{display_name} {profile}", make))
        return person

    async def circle(self, *roles: str, steps: Sequence[int] | None = None, devices: bool = True) -> list[Person]:
        """Sign up Maya and a confirmed member with a phone for each role: `maya, sponsor, friend = await world.circle(…)`."""

        async def make() -> list[Person]:
            owner = await Person.sign_up(self, self.here, "Maya")
            members = []
            for place, (name, role) in enumerate(zip(names, roles, strict=True)):
                member = await Person.sign_up(self, self.here, name)
                await owner.welcomes(member, role, step=steps[place] if steps else None)
                if devices:
                    await member.device()
                members.append(member)
            return [owner, *members]

        first = self._named + 1
        names = [NAMES[place % len(NAMES)] for place in range(first, first + len(roles))]
        self._named = first + len(roles)
        return await self._begin(f"circle of {names} {roles} {steps} {devices}", make)

    async def _begin(self, step: str, make: Callable[[], Awaitable[list[Person]]]) -> list[Person]:
        return await (make() if self._story is None else self._story.begin(step, make))

    async def gives_channel(self, person: Person, kind: str = "sms") -> str:
        """Give this person a confirmed channel; return its address."""
        address = f"+1555{secrets.randbelow(10**7):07}"
        async with self.database.write() as session:
            row = (await session.execute(select(PersonRow).where(PersonRow.id == UUID(person.id)))).scalar_one()
            channel = Channel(
                id=new_id(self.now()),
                person_id=row.id,
                kind=kind,
                address_hash=secrets.token_bytes(32),
                guesses=0,
                created_at=self.now(),
                confirmed_at=self.now(),
            )
            channel.address = self.keyring.vault(row.id, row.data_key).seal("channels.address", channel.id, address)
            channel.push_address = self.keyring.push.seal("channels.address", channel.id, address, channel.address)
            session.add(channel)
            await session.commit()
        return address

    # ------------------------------------------------------------------------------------------------------- the rows

    async def row(self) -> ReachOut:
        """Return the row of the reach-out."""
        async with self.database.read() as session:
            return (
                await session.execute(select(ReachOut).where(ReachOut.id == UUID(self.reach_out or "")))
            ).scalar_one()

    async def set(self, **values: object) -> None:
        """Write values into the reach-out's row that no request of this release would."""
        async with self.database.write() as session:
            await session.execute(update(ReachOut).where(ReachOut.id == UUID(self.reach_out or "")).values(**values))
            await session.commit()

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """Return rows of the database, for promises that no reply can prove."""
        async with self.database.read() as session:
            return list((await session.execute(statement)).all())

    async def count(self, table: str) -> int:
        async with self.database.read() as session:
            return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


def fresh_keyring() -> Keyring:
    """Return a keyring with a new master key and push key."""
    push = PushKeys(secrets.token_bytes(32), {"first": secrets.token_bytes(32)})
    return Keyring(secrets.token_bytes(32), {"first": secrets.token_bytes(32)}, push=push)


_KEYS = [secrets.token_bytes(32) for _ in range(4)]


def _same_keyring() -> Keyring:
    """Return a keyring with the same keys as other worlds of this test process, and nothing else of theirs."""
    index, master, push_index, push = _KEYS
    return Keyring(index, {"first": master}, push=PushKeys(push_index, {"first": push}))


def without_the_master_key(keyring: Keyring) -> Keyring:
    """Return the keyring of a process that has lost its master key and kept its push key."""
    return Keyring(None, {}, push=keyring.push)


def without_any_key() -> Keyring:
    """Return the keyring of a process whose key files belong to another installation, as `cli` opens it."""
    keyring = fresh_keyring()
    keyring.trusted = keyring.push.trusted = False
    return keyring
