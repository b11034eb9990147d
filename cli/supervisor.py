"""`porchlight serve --processes N`: starts N processes on one port, replaces one that ends, restarts all on SIGHUP."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from socket import socket, socketpair
from typing import Final

import structlog
import uvloop
from prometheus_client.multiprocess import mark_process_dead

from cli.metrics_folder import MetricsFolder, open_metrics_folder
from cli.operator_errors import OperatorError
from cli.serve import listen
from cli.supervised import READY
from core.settings import Settings
from core.telemetry import METRICS_FOLDER

WORKERS: Final = 2
"""Processes that also work: one goes on while the other is replaced, and more gain nothing (docs/performance.md)."""
READY_SECONDS: Final = 60.0
"""Seconds within which a successor has to be ready; else its predecessor stays."""
STOP_SECONDS: Final = 45.0
"""Seconds to finish requests and pushes; after them a process is killed. Both have shorter limits of their own."""
STEADY_SECONDS: Final = 10.0
"""A process that lived less long is replaced after a pause."""
MAX_PAUSE_SECONDS: Final = 30.0
SHARED_PORT: Final = {"UV_TCP_SINGLE_ACCEPT": "1"}
"""libuv then accepts one connection at a time; else the process that wakes first takes all that wait (57 of 60, measured)."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Child:
    """A process in one of the places.

    `early`: it accepts connections before it is ready. `settled` is set when it is ready, or has ended before. `replaced`:
    nobody has to fill its place when it ends.
    """

    place: int
    process: asyncio.subprocess.Process
    line: socket
    early: bool
    started_at: float
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    ready: bool = False
    replaced: bool = False

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()


class Supervisor:
    """Keeps a process in each place until a signal asks it to stop.

    Each process is a new interpreter, so a restart takes a new release or a changed .env file into use.
    """

    def __init__(
        self, words: Sequence[str], listener: socket, count: int, *, work: bool, metrics_folder: MetricsFolder
    ) -> None:
        self._words = words
        self._listener = listener
        self._workers = WORKERS if work else 0
        self._metrics_folder = metrics_folder.name
        self._metrics_lock = metrics_folder.lock
        self._places: list[Child | None] = [None] * count
        self._locks = [asyncio.Lock() for _ in range(count)]
        self._pauses = [0.0] * count
        self._living: dict[Child, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._restart = asyncio.Event()
        self._ever_ready = False
        self._status = 0

    async def run(self) -> int:
        """Run until a signal, and return the exit status: that of the first process, when none can start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._restart.set)
        log.info("supervising", processes=len(self._places))
        for place in range(len(self._places)):
            if not await self._fill(place):
                self._status = 1
                self._stopping.set()
                break
        restarting = asyncio.create_task(self._restart_when_asked())
        await self._stopping.wait()
        restarting.cancel()
        await asyncio.gather(restarting, return_exceptions=True)
        await self._stop_all()
        return self._status

    async def _restart_when_asked(self) -> None:
        while True:
            await self._restart.wait()
            self._restart.clear()
            log.info("restarting")
            for place in range(len(self._places)):
                if not await self._relieve(place):
                    break
            else:
                log.info("restarted")

    async def _relieve(self, place: int) -> bool:
        """Start a successor, and stop the process in this place once the successor serves; return whether it does."""
        async with self._locks[place]:
            predecessor = self._places[place]
            successor = await self._start(place)
            if successor is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(successor.settled.wait(), READY_SECONDS)
            if successor is None or not successor.ready:
                log.error("restart_abandoned", place=place, hint="the processes before go on serving")
                if successor is not None:
                    successor.replaced = True
                    successor.kill()
                return False
            self._places[place] = successor
            if predecessor is not None:
                predecessor.replaced = True
                predecessor.stop()
                await self._await_end([predecessor])
        return True

    async def _fill(self, place: int) -> bool:
        """Start a process in this place; return whether there is one."""
        child = await self._start(place)
        if child is not None:
            self._places[place] = child
        return child is not None

    async def _start(self, place: int) -> Child | None:
        """Start a process; None where the system starts none: no memory, or an interpreter that is being replaced."""
        ours, theirs = socketpair()
        ours.setblocking(False)  # noqa: FBT003 (as socket's own)
        early = not any(child.early or child.ready for child in self._living)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                # Modules come from where this release is installed, never from the current folder.
                *("-P", "-m", "cli.main", "serve", *self._words),
                *(() if place < self._workers else ("--no-worker",)),
                # The next release's processes are started by this one's supervisor: these options stay as they are.
                *("--listener", str(self._listener.fileno()), "--line", str(theirs.fileno())),
                *(("--early",) if early else ()),
                stdin=asyncio.subprocess.DEVNULL,
                # The folder stays locked until the last process that uses it has ended.
                pass_fds=(self._listener.fileno(), theirs.fileno(), self._metrics_lock),
                env={**os.environ, **SHARED_PORT, METRICS_FOLDER: self._metrics_folder},
            )
        except OSError as error:
            ours.close()
            log.error("process_not_started", place=place, error=type(error).__name__, errno=error.errno)  # noqa: TRY400 (expected)
            return None
        finally:
            theirs.close()
        child = Child(place, process, ours, early, asyncio.get_running_loop().time())
        self._living[child] = asyncio.create_task(self._accompany(child))
        log.info("process_started", place=place, pid=process.pid)
        return child

    async def _accompany(self, child: Child) -> None:
        """Wait until this process is ready, then until it has ended, and fill its place again."""
        listening = asyncio.create_task(self._hear(child))
        status = await child.process.wait()
        listening.cancel()
        await asyncio.wait({listening})
        child.line.close()
        child.settled.set()
        mark_process_dead(child.process.pid, self._metrics_folder)  # type: ignore[no-untyped-call]  # as in core.telemetry
        del self._living[child]
        log.info("process_ended", place=child.place, pid=child.process.pid, status=status)
        if child.replaced or self._stopping.is_set():
            return
        if status > 0 and not self._ever_ready:
            # It has said why, and the next one would say the same.
            self._status = status
            self._stopping.set()
            return
        async with self._locks[child.place]:
            await self._replace(child)

    async def _replace(self, ended: Child) -> None:
        place = ended.place
        lived = asyncio.get_running_loop().time() - ended.started_at
        pause = self._pauses[place] if lived < STEADY_SECONDS else 0.0
        while True:
            self._pauses[place] = min(MAX_PAUSE_SECONDS, max(1.0, 2 * pause))
            if pause:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set() or self._places[place] is not ended or await self._fill(place):
                return
            pause = self._pauses[place]

    async def _hear(self, child: Child) -> None:
        with suppress(OSError):
            if await asyncio.get_running_loop().sock_recv(child.line, len(READY)) == READY:
                child.ready = self._ever_ready = True
                child.settled.set()
                log.info("process_ready", place=child.place, pid=child.process.pid)

    async def _stop_all(self) -> None:
        for child in list(self._living):
            child.stop()
        await self._await_end(list(self._living))

    async def _await_end(self, children: Sequence[Child]) -> None:
        """Wait until these have ended; kill those that take too long."""
        ends = {child: self._living[child] for child in children if child in self._living}
        if not ends:
            return
        _, late = await asyncio.wait(ends.values(), timeout=STOP_SECONDS)
        for child in [child for child, end in ends.items() if end in late]:
            log.error("process_killed", place=child.place, pid=child.process.pid)
            child.kill()
        await asyncio.gather(*ends.values())


def supervise(settings: Settings, host: str, port: int, count: int, *, work: bool) -> int:
    """Serve with `count` processes, and return the exit status. Raises OperatorError on SQLite."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        raise OperatorError(
            "--processes needs PostgreSQL: an SQLite database has one writer, and its events reach one process only."
            " See `porchlight move`."
        )
    words = ("--host", host, "--port", str(port))
    with listen(host, port) as listener, open_metrics_folder() as folder:
        supervisor = Supervisor(words, listener, count, work=work, metrics_folder=folder)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(supervisor.run())
