"""Servers as processes of their own: started, waited for, weighed, stopped."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0
"""Seconds: a benchmark is no test, and a busy machine starts slowly."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Running:
    """A server that has answered. `took`: seconds from its start to its first 200."""

    port: int
    process: Process
    took: float

    async def resident(self) -> float:
        """Its resident memory, in megabytes (10**6 bytes)."""
        ps = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(self.process.pid), stdout=PIPE)
        out, _ = await ps.communicate()
        return int(out) * 1024 / 1e6

    def cpu(self) -> float:
        """Seconds of a core that it has used so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def serving(
    module: str, words: Sequence[str], env: Mapping[str, str], path: str = "/readyz", *, errors: int = DEVNULL
) -> AsyncIterator[Running]:
    """`python -m module words… --port P` for as long as the block runs. Raises RuntimeError when it does not come up."""
    port = free_port()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *words,
        "--port",
        str(port),
        env=dict(env),
        cwd=ROOT,
        stdout=DEVNULL,
        stderr=errors,
    )
    try:
        while not await _answers(port, path):
            if process.returncode is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"{module} {' '.join(words)} did not come up")
            await asyncio.sleep(0.005)
        yield Running(port, process, time.perf_counter() - began)
    finally:
        await _stop(process)


@asynccontextmanager
async def working(env: Mapping[str, str]) -> AsyncIterator[Process]:
    """`porchlight work` for as long as the block runs. It may not have begun yet: who wants to know looks at its work."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "work", env=dict(env), cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()


def porchlight(
    env: Mapping[str, str], *, worker: bool = False, errors: int = DEVNULL
) -> AbstractAsyncContextManager[Running]:
    """Start the real server: one process, as `porchlight serve` starts it."""
    return serving("cli.main", ["serve", *([] if worker else ["--no-worker"])], env, errors=errors)


async def _answers(port: int, path: str) -> bool:
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
