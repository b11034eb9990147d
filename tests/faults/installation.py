"""A whole installation for a test of faults: real processes, a real database, and push services that keep a log."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.crash_orders import MODULE, Doom
from tests.faults.people import Person
from tests.faults.processes import Port, Process, Server, environment, eventually
from tests.faults.stores import Store
from tests.standins.fcm import FcmStandIn
from tests.standins.webpush import WebPushStandIn


class House:
    """`async with House(…) as house`: everything started in it is gone at the end, whatever happened."""

    def __init__(self, folder: Path, store: Store, compiled: Path | None) -> None:
        self.folder = folder
        self.store = store
        self.fcm = FcmStandIn()
        self.push = WebPushStandIn()
        self._compiled = compiled
        self._processes: list[Process] = []
        self._ports: list[Port] = []
        self._stack = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        self._stack.enter_context(self.fcm)
        self._stack.enter_context(self.push)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
        for port in self._ports:
            port.close()
        self._stack.close()

    @property
    def env(self) -> dict[str, str]:
        told = {**self.fcm.env(), **self.push.env(), **self.store.env}
        return environment(self.folder, self._compiled, told)

    def start(
        self,
        *words: str,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        doom: Doom | None = None,
        release: Path | None = None,
        module: str | None = None,
    ) -> Server:
        """`porchlight serve`, not waited for. The port of a server that is gone may be given to its successor.

        `release`: the folder of another release than this one. `module`: what Python runs in place of the command.
        """
        if port is None:
            self._ports.append(Port())
            port = self._ports[-1].number
        usual, told = self._what(env, doom, release)
        made = Server(words, told, self.folder, self._log("serve"), port, module or usual)
        self._processes.append(made)
        return made

    async def serve(self, *words: str, env: Mapping[str, str] | None = None, doom: Doom | None = None) -> Server:
        """`porchlight serve`, ready."""
        made = self.start(*words, env=env, doom=doom)
        await made.answers()
        return made

    async def work(self, env: Mapping[str, str] | None = None) -> Process:
        """`porchlight work`, at work."""
        made = self.run("work", env=env)
        await made.says("working")
        return made

    def run(
        self,
        *words: str,
        env: Mapping[str, str] | None = None,
        doom: Doom | None = None,
        release: Path | None = None,
    ) -> Process:
        """Any other command, not waited for."""
        module, told = self._what(env, doom, release)
        made = Process(words, told, self.folder, self._log(words[0]), module)
        self._processes.append(made)
        return made

    def doom(self, name: str, clock: int = 0) -> Doom:
        """An order for a process of this house."""
        return Doom(self.folder, name, clock)

    def _what(
        self, env: Mapping[str, str] | None, doom: Doom | None, release: Path | None
    ) -> tuple[str, Mapping[str, str]]:
        """What is run, and in which environment."""
        told = {**self.env, **(env or {}), **(doom.env if doom else {})}
        if release is not None:
            told["PYTHONPATH"] = str(release)
        return ("cli.main" if doom is None else MODULE), told

    def _log(self, word: str) -> Path:
        return self.folder / f"{len(self._processes)}-{word}.log"

    @property
    def said(self) -> str:
        """Everything that any process here has logged."""
        return "".join(process.said for process in self._processes)

    async def circle(
        self, at: Server, owners: int = 1, members: int = 2, phones: int = 1, browsers: int = 0
    ) -> "Circle":
        """People who have just signed up: each owner with all members, each member with devices of both kinds."""
        names = ("Maya", "Noor", "Omar", "Pia", "Rosa", "Sami")[:owners] + ("Ana", "Ben", "Cleo", "Dan", "Eva")[
            :members
        ]
        people = await asyncio.gather(*(Person.sign_up(at, name) for name in names))
        made = Circle(people[:owners], people[owners:])

        async def furnish(member: Person) -> None:
            for owner in made.owners:
                await owner.welcomes(member)
            for _ in range(phones):
                await member.phone()
            for _ in range(browsers):
                await member.browser(self.push)

        await asyncio.gather(*(furnish(member) for member in made.members))
        return made

    def phoned(self) -> Counter[str]:
        """How often FCM took a push, by token."""
        return Counter(attempt.token for attempt in self.fcm.accepted)

    def browsed(self) -> Counter[str]:
        """How often the Web Push service took a push, by subscription."""
        return Counter(attempt.subscription_id for attempt in self.push.accepted)

    async def pushed(self, members: list[Person], times: int = 1, within: float = 10.0) -> float:
        """Wait until every device of these people was pushed at least so often; gives the seconds it took."""
        return await eventually(lambda: not self._missing(members, times), within, lambda: self._told(members, times))

    def _missing(self, members: list[Person], times: int) -> list[str]:
        phoned, browsed = self.phoned(), self.browsed()
        return [
            *(token for one in members for token in one.tokens if phoned[token] < times),
            *(browser.id for one in members for browser in one.browsers if browsed[browser.id] < times),
        ]

    def _told(self, members: list[Person], times: int) -> str:
        return f"{len(self._missing(members, times))} devices were not pushed:\n{self.said[-3000:]}"


class Circle:
    """Owners who share the same members."""

    def __init__(self, owners: list[Person], members: list[Person]) -> None:
        self.owners = owners
        self.members = members

    @property
    def owner(self) -> Person:
        return self.owners[0]

    @property
    def tokens(self) -> list[str]:
        return [token for member in self.members for token in member.tokens]

    @property
    def browsers(self) -> list[str]:
        return [browser.id for member in self.members for browser in member.browsers]

    async def each_has_once(self, reach_out: str) -> None:
        """Every member finds this reach-out in the inbox, and finds it once."""
        for member in self.members:
            found = [notice for notice in await member.inbox() if notice["reach_out_id"] == reach_out]
            assert len(found) == 1, f"{member.name} has it {len(found)} times"
