"""The processes of a night: one that serves and works on SQLite; servers and workers on PostgreSQL."""

import asyncio
from pathlib import Path

from tests.faults.installation import Installation
from tests.faults.processes import Process, Server

LADDER = "0,1,2,3"
"""Seconds; the operator's setting has no lower bound, so a night holds many whole ladders."""
SERVERS, WORKERS = 2, 3


class Cluster:
    """The running processes by place; a successor takes the place, and the port, of its predecessor.

    `older`: the folder of another release, which the first processes are started from. They have no crash points: those
    are known for this release only.
    """

    def __init__(self, installation: Installation, older: Path | None = None) -> None:
        self.installation = installation
        self._older = older
        self.servers: list[Server] = []
        self.workers: list[Process] = []

    @property
    def places(self) -> list[str]:
        """Return the places, servers and workers alternating."""
        both = zip([f"s{n}" for n in range(SERVERS)], [f"w{n}" for n in range(WORKERS)], strict=False)
        return [place for pair in both for place in pair] + [f"w{n}" for n in range(SERVERS, WORKERS)]

    async def start(self) -> None:
        embedded = self.installation.store.kind == "sqlite"
        self.servers = [self._serve(f"s{number}", self._older) for number in range(1 if embedded else SERVERS)]
        self.workers = [self._work(f"w{number}", self._older) for number in range(0 if embedded else WORKERS)]
        await asyncio.gather(
            *(server.answers() for server in self.servers), *(worker.logs("working") for worker in self.workers)
        )

    def pick(self, which: int, *, worker: bool) -> str:
        line, letter = (self.workers, "w") if worker and self.workers else (self.servers, "s")
        return f"{letter}{which % len(line)}"

    def at(self, place: str) -> Process:
        return (self.servers if place[0] == "s" else self.workers)[int(place[1:])]

    async def replace(self, place: str, clock: int) -> None:
        """Kill the process in this place, if it still runs, and start a successor at once."""
        self.at(place).kill()
        await self._succeed(place, clock)

    async def relieve(self, place: str) -> None:
        """Stop the process in this place as an operator does, wait for its end, and start a successor of this release."""
        before = self.at(place)
        before.ask_to_stop()
        assert await before.end(within=60) == 0, before.tail
        await self._succeed(place, clock=0)

    async def _succeed(self, place: str, clock: int) -> None:
        number = int(place[1:])
        if place[0] == "w":
            self.workers[number] = self._work(place, clock=clock)
            await self.workers[number].logs("working")
        else:
            self.servers[number] = self._serve(place, port=self.servers[number].port, clock=clock)
            await self.servers[number].answers()

    def _serve(self, place: str, release: Path | None = None, *, port: int | None = None, clock: int = 0) -> Server:
        words = () if self.installation.store.kind == "sqlite" else ("--no-worker",)
        env = {"PORCHLIGHT_LADDER": LADDER, "PORCHLIGHT_LOG_LEVEL": "WARNING"}
        crash_orders = self.installation.crash_orders(place, clock) if release is None else None
        return self.installation.start(*words, port=port, env=env, crash_orders=crash_orders, release=release)

    def _work(self, place: str, release: Path | None = None, *, clock: int = 0) -> Process:
        env = {"PORCHLIGHT_LADDER": LADDER, "PORCHLIGHT_LOG_LEVEL": "INFO"}
        crash_orders = self.installation.crash_orders(place, clock) if release is None else None
        return self.installation.run("work", env=env, crash_orders=crash_orders, release=release)
