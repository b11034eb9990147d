"""An installation for fault tests: real processes, a real database, and push services that keep a log."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.crash_orders import MODULE, CrashOrders
from tests.faults.people import Person
from tests.faults.processes import Port, Process, Server, environment, eventually
from tests.faults.stores import Store
from tests.standins.fcm import FcmStandIn
from tests.standins.webpush import WebPushStandIn


class Installation:
    """`async with Installation(…) as installation`: everything started in it is stopped at the end, whatever happened."""

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
        services = {**self.fcm.env(), **self.push.env(), **self.store.env}
        return environment(self.folder, self._compiled, services)

    def start(
        self,
        *words: str,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        crash_orders: CrashOrders | None = None,
        release: Path | None = None,
        module: str | None = None,
    ) -> Server:
        """Start `porchlight serve` without waiting. A successor may take over the port of a server that has ended.

        `release`: the folder of another release. `module`: the Python module to run in place of the command.
        """
        if port is None:
            self._ports.append(Port())
            port = self._ports[-1].number
        usual, whole_env = self._command(env, crash_orders, release)
        server = Server(words, whole_env, self.folder, self._log("serve"), port, module or usual)
        self._processes.append(server)
        return server

    async def serve(
        self, *words: str, env: Mapping[str, str] | None = None, crash_orders: CrashOrders | None = None
    ) -> Server:
        """Start `porchlight serve` and wait until it is ready."""
        server = self.start(*words, env=env, crash_orders=crash_orders)
        await server.answers()
        return server

    async def work(self, env: Mapping[str, str] | None = None) -> Process:
        """Start `porchlight work` and wait until it works."""
        worker = self.run("work", env=env)
        await worker.logs("working")
        return worker

    def run(
        self,
        *words: str,
        env: Mapping[str, str] | None = None,
        crash_orders: CrashOrders | None = None,
        release: Path | None = None,
    ) -> Process:
        """Start any other command without waiting."""
        module, whole_env = self._command(env, crash_orders, release)
        process = Process(words, whole_env, self.folder, self._log(words[0]), module)
        self._processes.append(process)
        return process

    def crash_orders(self, name: str, clock: int = 0) -> CrashOrders:
        """Return crash orders for a process of this installation."""
        return CrashOrders(self.folder, name, clock)

    def _command(
        self, env: Mapping[str, str] | None, crash_orders: CrashOrders | None, release: Path | None
    ) -> tuple[str, Mapping[str, str]]:
        """Return the module to run and its environment."""
        whole_env = {**self.env, **(env or {}), **(crash_orders.env if crash_orders else {})}
        if release is not None:
            whole_env["PYTHONPATH"] = str(release)
        return ("cli.main" if crash_orders is None else MODULE), whole_env

    def _log(self, word: str) -> Path:
        return self.folder / f"{len(self._processes)}-{word}.log"

    @property
    def logged(self) -> str:
        """Return the logs of all processes."""
        return "".join(process.logged for process in self._processes)

    async def circle(
        self, at: Server, owners: int = 1, members: int = 2, phones: int = 1, browsers: int = 0
    ) -> "Circle":
        """Sign up owners and members: every member is in each owner's circle and has devices of both kinds."""
        names = ("Maya", "Noor", "Omar", "Pia", "Rosa", "Sami")[:owners] + ("Ana", "Ben", "Cleo", "Dan", "Eva")[
            :members
        ]
        people = await asyncio.gather(*(Person.sign_up(at, name) for name in names))
        circle = Circle(people[:owners], people[owners:])

        async def furnish(member: Person) -> None:
            for owner in circle.owners:
                await owner.welcomes(member)
            for _ in range(phones):
                await member.phone()
            for _ in range(browsers):
                await member.browser(self.push)

        await asyncio.gather(*(furnish(member) for member in circle.members))
        return circle

    def phoned(self) -> Counter[str]:
        """Return the number of pushes that FCM took, by token."""
        return Counter(attempt.token for attempt in self.fcm.accepted)

    def browsed(self) -> Counter[str]:
        """Return the number of pushes that the Web Push service took, by subscription."""
        return Counter(attempt.subscription_id for attempt in self.push.accepted)

    async def pushed(self, members: list[Person], times: int = 1, within: float = 10.0) -> float:
        """Wait until every device of these people was pushed at least this often; return the seconds it took."""
        return await eventually(
            lambda: not self._missing(members, times), within, lambda: self._unpushed(members, times)
        )

    def _missing(self, members: list[Person], times: int) -> list[str]:
        phoned, browsed = self.phoned(), self.browsed()
        return [
            *(token for member in members for token in member.tokens if phoned[token] < times),
            *(browser.id for member in members for browser in member.browsers if browsed[browser.id] < times),
        ]

    def _unpushed(self, members: list[Person], times: int) -> str:
        return f"{len(self._missing(members, times))} devices were not pushed:\n{self.logged[-3000:]}"


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
        """Assert that every member has this reach-out in the inbox, exactly once."""
        for member in self.members:
            notices = [notice for notice in await member.inbox() if notice["reach_out_id"] == reach_out]
            assert len(notices) == 1, f"{member.name} has it {len(notices)} times"
