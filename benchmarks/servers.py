"""Starts servers and workers as separate processes, waits for them, measures and stops them."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_SECONDS = 120.0
"""Seconds to wait for a server: a busy machine starts it slowly."""
ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(sys.executable)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that is ready. `took`: seconds from its start to its first 200."""

    port: int
    process: Process
    took: float

    async def resident(self) -> float:
        """Return its resident memory in megabytes (10**6 bytes)."""
        ps = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(self.process.pid), stdout=PIPE)
        out, _ = await ps.communicate()
        return int(out) * 1024 / 1e6

    def cpu(self) -> float:
        """Return the CPU seconds it has used so far (Linux)."""
        return process_cpu(self.process.pid)


@asynccontextmanager
async def start_server(
    module: str,
    arguments: Sequence[str],
    env: Mapping[str, str],
    path: str = "/readyz",
    *,
    errors: int = DEVNULL,
    python: Path = PYTHON,
) -> AsyncIterator[RunningServer]:
    """Run `python -m module arguments… --port P` while the block runs, as the leader of a process group.

    Raises RuntimeError when it does not start.
    """
    port = free_port()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        module,
        *arguments,
        "--port",
        str(port),
        env=dict(env),
        cwd=ROOT,
        stdout=DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    try:
        while not await _is_ready(port, path):
            if process.returncode is not None or time.perf_counter() - began > START_TIMEOUT_SECONDS:
                raise RuntimeError(f"{module} {' '.join(arguments)} did not start")
            await asyncio.sleep(0.005)
        yield RunningServer(port, process, time.perf_counter() - began)
    finally:
        await stop(process)


@asynccontextmanager
async def start_worker(
    env: Mapping[str, str], module: str = "cli.main", arguments: Sequence[str] = ("work",), *, python: Path = PYTHON
) -> AsyncIterator[Process]:
    """Run `porchlight work`, or another module, while the block runs. It may not be ready when the block starts."""
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        module,
        *arguments,
        env=dict(env),
        cwd=ROOT,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await stop(process)


def process_cpu(process_id: int) -> float:
    """Return the CPU seconds that a process has used so far (Linux); 0 if it has ended."""
    fields = _stat_fields(Path(f"/proc/{process_id}/stat"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def group_cpu(leader: int) -> float:
    """Return the CPU seconds that the living processes of this group have used so far (Linux)."""
    stats = [_stat_fields(path) for path in Path("/proc").glob("[0-9]*/stat")]
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in stats if fields and int(fields[2]) == leader)
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat_fields(path: Path) -> list[str]:
    """Return what follows the name in this /proc/…/stat; nothing if the process has ended."""
    try:
        return path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


async def stop(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()
    with suppress(ProcessLookupError):
        # What the leader of the group has left behind.
        os.killpg(process.pid, signal.SIGKILL)


def start_porchlight(
    env: Mapping[str, str], *, worker: bool = False, errors: int = DEVNULL
) -> AbstractAsyncContextManager[RunningServer]:
    """Run `porchlight serve`, a single process, while the block runs."""
    return start_server("cli.main", ["serve", *([] if worker else ["--no-worker"])], env, errors=errors)


async def _is_ready(port: int, path: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in (await reader.readline())
    except OSError:
        return False
    finally:
        writer.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
