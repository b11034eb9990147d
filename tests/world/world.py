"""A whole small world for a test: people, a circle, a moving clock, push services that remember."""

import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Select, text

from core.database import Database
from core.encryption import Keyring
from core.push_keys import PushKeys
from core.settings import Settings
from tests.world.person import Person
from tests.world.process import Process, running
from tests.world.time import MovingClock
from tests.world.transport import ScriptedTransport

NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gil", "Hana", "Ida", "Jon", "Kai", "Lea", "Mo", "Nina", "Oto")


class World:
    """Everything a story needs. `here` is the process that people speak to unless they are told otherwise."""

    def __init__(self, settings: Settings, keyring: Keyring | None = None) -> None:
        self.settings = settings
        self.clock = MovingClock()
        self.keyring = keyring or fresh_keyring()
        self.transport = ScriptedTransport(self.clock)
        self.reach_out: str | None = None
        self._processes: list[Process] = []
        self._stack = AsyncExitStack()
        self._named = 0
        self._deadlocks = 0

    async def __aenter__(self) -> Self:
        await self.another_process()
        self._deadlocks = await self._deadlocks_so_far()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.settle()
            deadlocks = await self._deadlocks_so_far() - self._deadlocks
        finally:
            await self._stack.aclose()
        # PostgreSQL ends them by refusing one side after a second; nobody should have to wait for that.
        assert deadlocks == 0, f"{deadlocks} deadlocks: see the server's log for the two statements"

    async def _deadlocks_so_far(self) -> int:
        if self.sqlite:
            return 0
        async with self.database.read() as session:
            found = await session.execute(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
            return int(found.scalar_one())

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
            # What was handed over a moment ago leaves a moment ago, not in the middle of the time that passes.
            await self.settle()
        self.clock.forward(seconds)

    async def another_process(self, keyring: Keyring | None = None, settings: Settings | None = None) -> Process:
        """One more process on the same database, as `porchlight serve` starts it; it ends with the world."""
        made = await self._stack.enter_async_context(
            running(settings or self.settings, self.clock, keyring or self.keyring, self.transport)
        )
        self._processes.append(made)
        return made

    async def settle(self) -> None:
        """Wait for what is under way in every process."""
        for process in self._processes:
            await process.settle()

    async def work(self) -> None:
        """Let the worker here go round until nothing is due."""
        await self.here.work()

    async def person(self, name: str | None = None, *, process: Process | None = None, **said: Any) -> Person:
        """Somebody who has just signed up."""
        given = name or NAMES[self._named % len(NAMES)]
        self._named += 1
        return await Person.sign_up(self, process or self.here, given, **said)

    async def circle(self, *roles: str, steps: Sequence[int] | None = None, devices: bool = True) -> list[Person]:
        """Maya, and a confirmed member with a phone for each role: `maya, sponsor, friend = await world.circle(…)`."""
        owner = await self.person("Maya")
        members = []
        for place, role in enumerate(roles):
            member = await self.person()
            await owner.welcomes(member, role, step=steps[place] if steps else None)
            if devices:
                await member.device()
            members.append(member)
        return [owner, *members]

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """What stands in the database; for promises that no reply can prove."""
        async with self.database.read() as session:
            return list((await session.execute(statement)).all())

    async def count(self, table: str) -> int:
        async with self.database.read() as session:
            return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


def fresh_keyring() -> Keyring:
    """A master key and a push key that no other test has."""
    push = PushKeys(secrets.token_bytes(32), {"first": secrets.token_bytes(32)})
    return Keyring(secrets.token_bytes(32), {"first": secrets.token_bytes(32)}, push=push)


def without_the_master_key(keyring: Keyring) -> Keyring:
    """The keyring of a process whose master key is gone, and whose push key is there."""
    return Keyring(None, {}, push=keyring.push)


def without_any_key() -> Keyring:
    """The keyring of a process whose files belong to another house, as `cli` opens it."""
    found = fresh_keyring()
    found.trusted = found.push.trusted = False
    return found
