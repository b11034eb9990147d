"""The supervisor of several processes, where the system starts none for a while."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, MutableMapping
from pathlib import Path
from socket import socket
from typing import Any, TypeAlias

import pytest
from structlog.testing import capture_logs

from cli.metrics_folder import MetricsFolder
from cli.supervised import READY
from cli.supervisor import Supervisor
from tests.world.patience import patient

Log: TypeAlias = list[MutableMapping[str, Any]]

READY_AT_ONCE = "import os, sys, time; os.write(int(sys.argv[1]), {ready!r}); time.sleep(600)"


class System:
    """Starts processes that are ready at once, or none while `refuses`."""

    def __init__(self) -> None:
        self.refuses = False
        self.started: list[asyncio.subprocess.Process] = []
        self._start = asyncio.create_subprocess_exec

    async def __call__(self, *words: str, **options: Any) -> asyncio.subprocess.Process:
        if self.refuses:
            raise BlockingIOError(11, "no process can be started now")
        line = words[words.index("--line") + 1]
        process = await self._start(sys.executable, "-c", READY_AT_ONCE.format(ready=READY), line, **options)
        self.started.append(process)
        return process


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    here = System()
    monkeypatch.setattr(asyncio, "create_subprocess_exec", here)
    return here


@pytest.fixture
async def log(system: System, tmp_path: Path) -> AsyncIterator[Log]:
    """Run a supervisor of one process, and return what it logs."""
    with socket() as listener, capture_logs() as events:
        folder = MetricsFolder(str(tmp_path), listener.fileno())
        supervisor = Supervisor([], listener, 1, work=False, metrics_folder=folder)
        running = asyncio.create_task(supervisor.run())
        await until(lambda: said(events, "process_ready") == 1)
        yield events
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(running, patient(20)) == 0


def said(log: Log, event: str) -> int:
    return sum(line["event"] == event for line in log)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(patient(20)):
        while not holds():  # noqa: ASYNC110 (told by a log)
            await asyncio.sleep(0.02)


async def test_a_place_that_could_not_be_filled_is_filled_later(system: System, log: Log) -> None:
    system.refuses = True
    system.started[0].kill()
    await until(lambda: said(log, "process_not_started") == 2)
    system.refuses = False
    await until(lambda: said(log, "process_ready") == 2)


async def test_a_restart_that_found_no_process_can_be_asked_for_again(system: System, log: Log) -> None:
    system.refuses = True
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: said(log, "restart_abandoned") == 1)
    assert system.started[0].returncode is None, "the one before goes on serving"
    system.refuses = False
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: said(log, "restarted") == 1)
    assert len(system.started) == 2


async def test_without_any_process_it_ends(system: System, tmp_path: Path) -> None:
    system.refuses = True
    with socket() as listener:
        supervisor = Supervisor(
            [], listener, 2, work=False, metrics_folder=MetricsFolder(str(tmp_path), listener.fileno())
        )
        assert await asyncio.wait_for(supervisor.run(), patient(20)) == 1
