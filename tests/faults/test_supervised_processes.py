"""`serve --processes N`: several processes on one port, restarted one after the other, replaced when one is killed."""

import asyncio
import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from cli.metrics_folder import ABANDONED_SECONDS, METRICS_FOLDER_PREFIX
from tests.faults.installation import Installation
from tests.faults.night.checker import check
from tests.faults.night.cluster import LADDER
from tests.faults.night.run import quiet
from tests.faults.night.workload import Workload
from tests.faults.processes import Server, client, eventually

# A handful of interpreters start in each, from nothing.
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

PRESSES = r'porchlight_request_seconds_count\{method="POST",route="/v1/reach-outs",status="2xx"\}'


async def two_processes(installation: Installation) -> Server:
    server = await installation.serve("--processes", "2", env={"PORCHLIGHT_LADDER": LADDER})
    await eventually(lambda: len(pids(server, "process_ready")) == 2, 60, lambda: server.tail)
    return server


def pids(server: Server, event: str) -> list[int]:
    """Return the processes that this event was logged of, in order."""
    lines = (json.loads(line) for line in server.logged.splitlines() if f'"event": "{event}"' in line)
    return [line["pid"] for line in lines]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def metrics_folders(temporary: Path) -> list[Path]:
    return list(temporary.glob(f"{METRICS_FOLDER_PREFIX}*"))


def open_files(pid: int) -> set[Path]:
    return {path.resolve() for path in Path(f"/proc/{pid}/fd").iterdir()}


@pytest.mark.promise(9)
async def test_every_request_is_answered_while_processes_make_way_one_by_one(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    server = await two_processes(installation)
    circle = await installation.circle(server, owners=3, members=4, browsers=1)
    workload = Workload(circle, [server.url], seed=21, reply_seconds=60)
    living = asyncio.create_task(workload.go_on())
    async with circle.members[0].listens() as stream:
        await stream.hears("notice", within=20)
        os.kill(server.pid, signal.SIGHUP)
        await server.logs("restarted", within=120)
        await eventually(lambda: stream.ended_at is not None, 5)
    # Whoever was cut off from a stream opens one again, at whichever process has taken its place.
    async with circle.members[0].listens() as stream:
        await stream.hears("notice", within=20)
        workload.stop()
        await living
    await quiet(installation)
    findings = await check(installation, workload.history, noted=False)
    assert findings.wrong == []
    assert findings.pressed > 3
    assert set(workload.history.statuses) <= {200, 201, 204, 404, 409}, (
        "a connection was lost, or a process was not ready"
    )
    assert len(set(pids(server, "process_started"))) == 4
    assert pids(server, "process_ended") == pids(server, "process_started")[:2]

    server.ask_to_stop()
    assert await server.end(within=60) == 0, server.tail
    assert [
        line["status"] for line in map(json.loads, server.logged.splitlines()) if line["event"] == "process_ended"
    ] == [0] * 4


@pytest.mark.promise(2)
async def test_a_killed_process_loses_nothing_and_is_replaced(postgres_installation: Installation) -> None:
    installation = postgres_installation
    server = await two_processes(installation)
    circle = await installation.circle(server, owners=2, members=3)
    workload = Workload(circle, [server.url], seed=22)
    living = asyncio.create_task(workload.go_on())
    await eventually(lambda: len(workload.history.of("pressed")) > 2, 30)
    killed = pids(server, "process_ready")[0]
    os.kill(killed, signal.SIGKILL)
    assert await server.readiness() == 200  # by the other one
    await eventually(lambda: len(pids(server, "process_ready")) == 3, 60, lambda: server.tail)
    assert pids(server, "process_ended") == [killed]
    before = len(workload.history.of("pressed"))
    await eventually(lambda: len(workload.history.of("pressed")) > before + 1, 30)
    workload.stop()
    await living
    await quiet(installation)
    findings = await check(installation, workload.history, noted=False)
    assert findings.wrong == []
    assert {status for status in workload.history.statuses if status >= 500} == set()

    # Whichever process is asked reports the presses of all, also of the one that is gone.
    metrics = [await _metrics(server) for _ in range(4)]
    assert {_sample(text, "porchlight_can_push") for text in metrics} == {1.0}
    counted = {_sample(text, PRESSES) for text in metrics}
    assert len(counted) == 1
    assert counted.pop() >= findings.pressed

    # Without their supervisor nobody would stop or replace them: they leave, and the port is free.
    server.kill()
    await eventually(lambda: not any(map(alive, pids(server, "process_ready"))), 60)


async def test_what_a_killed_supervisor_leaves_is_removed_by_the_next_start(
    postgres_installation: Installation, tmp_path: Path
) -> None:
    installation = postgres_installation
    env = {"PORCHLIGHT_LADDER": LADDER, "TMPDIR": str(tmp_path)}
    server = await installation.serve("--processes", "2", env=env)
    await eventually(lambda: len(pids(server, "process_ready")) == 2, 60, lambda: server.tail)
    (left,) = metrics_folders(tmp_path)
    for pid in pids(server, "process_ready"):
        assert left in open_files(pid), "it keeps the lock"
    server.kill()
    await eventually(lambda: not any(map(alive, pids(server, "process_ready"))), 60)
    long_ago = time.time() - 2 * ABANDONED_SECONDS
    os.utime(left, (long_ago, long_ago))
    again = await installation.serve("--processes", "2", env=env)
    await again.logs("metrics_folder_removed", within=30)
    (used,) = metrics_folders(tmp_path)
    assert used != left


async def test_processes_that_cannot_start_end_the_command(postgres_installation: Installation) -> None:
    installation = postgres_installation
    server = installation.start("--processes", "2", env={"FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9"})
    assert await server.end(within=60) == 1
    assert "Unset it." in server.logged


async def test_processes_need_postgresql(sqlite_installation: Installation) -> None:
    server = sqlite_installation.start("--processes", "2")
    assert await server.end(within=60) == 1
    assert "--processes needs PostgreSQL" in server.logged


async def _metrics(server: Server) -> str:
    async with client() as http:
        return (await http.get(f"{server.url}/metrics")).text


def _sample(text: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found, f"no {name} in\n{text}"
    return float(found[1])
