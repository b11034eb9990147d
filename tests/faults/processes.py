"""Real processes of Porchlight: started as by an operator, watched, frozen, killed."""

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import httpx

import cli
from tests.faults.fork_server import Copy, ForkServer
from tests.world.patience import patient

OURS = "PYTHONPATH"
"""The environment variable that selects the release of a process."""
ROOT = Path(cli.__file__).resolve().parents[1]
STARTS_WITHIN = 60.0
"""Seconds that a start may take on a busy machine; it takes about two."""


class Process:
    """A running `porchlight` command. Its log (JSON lines) goes into the file `log`.

    `module` is what Python runs: the command itself, or a wrapper of it.
    """

    def __init__(
        self, words: Sequence[str], env: Mapping[str, str], folder: Path, log: Path, module: str = "cli.main"
    ) -> None:
        self.log = log
        self.began = time.monotonic()
        log.touch()  # it may be read before the process has written anything
        self._process = _start_process(words, env, folder, log, module)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def freeze(self) -> None:
        """Send SIGSTOP: it stands still without noticing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Send SIGKILL and wait for its end. A process that has ended is left alone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(patient(10))

    def ask_to_stop(self) -> None:
        """Send SIGTERM, as `systemctl stop` and `docker stop` do."""
        self._process.send_signal(signal.SIGTERM)

    async def end(self, within: float = 20.0) -> int:
        """Wait until it has ended by itself; return its exit status."""
        await eventually(lambda: not self.running, within, lambda: f"still running:\n{self.tail}")
        return self._process.wait(1)

    async def logs(self, event: str, within: float = STARTS_WITHIN) -> None:
        """Wait until it has logged this event."""
        await eventually(
            lambda: f'"event": "{event}"' in self.logged or not self.running,
            within,
            lambda: f"no {event}:\n{self.tail}",
        )
        assert self.running, f"it ended by itself:\n{self.tail}"

    @property
    def tail(self) -> str:
        return self.logged[-3000:]


class Server(Process):
    """`porchlight serve` on a port of its own."""

    def __init__(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        log: Path,
        port: int,
        module: str = "cli.main",
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(["serve", "--port", str(port), *words], env, folder, log, module)

    async def readiness(self) -> int | None:
        """Return the status of /readyz; None without a reply."""
        async with client(timeout=patient(5)) as http:
            try:
                return (await http.get(f"{self.url}/readyz")).status_code
            except httpx.TransportError:
                return None

    async def answers(self, readiness: int = 200, within: float = STARTS_WITHIN) -> None:
        """Wait until /readyz answers this."""
        until = time.monotonic() + patient(within)
        while await self.readiness() != readiness:
            assert self.running, f"it ended by itself:\n{self.tail}"
            assert time.monotonic() < until, f"/readyz did not become {readiness}:\n{self.tail}"
            await asyncio.sleep(0.05)


def _start_process(
    words: Sequence[str], env: Mapping[str, str], folder: Path, log: Path, module: str
) -> "subprocess.Popen[bytes] | Copy":
    """Fork from the preloaded server, or start a new interpreter for another release."""
    if env[OURS] == environment(folder, None, {})[OURS]:
        return _fork_server(env[OURS], env.get("PYTHONPYCACHEPREFIX")).copy(module, words, env, folder, log)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


@cache
def _fork_server(path: str, compiled: str | None) -> ForkServer:
    """Return the fork server of this test process for this Python path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORCHLIGHT_", "FIREBASE_"))}
    server = ForkServer({**kept, OURS: path, **({"PYTHONPYCACHEPREFIX": compiled} if compiled else {})}, ROOT)
    atexit.register(server.close)
    return server


class Port:
    """A free port, reserved while this object lives; servers may come and go on it."""

    def __init__(self) -> None:
        self._held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Bound and never listening: the kernel gives the port to nobody else, and lets our servers bind it as well.
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.number: int = self._held.getsockname()[1]

    def close(self) -> None:
        self._held.close()


def environment(folder: Path, compiled: Path | None, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of our processes, without the machine's own settings for Porchlight."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORCHLIGHT_", "FIREBASE_"))}
    path = os.pathsep.join(part for part in (str(ROOT), kept.get(OURS)) if part)
    # All people sign up from one address, far more than the limit of ten minutes allows.
    env = {**kept, OURS: path, "PORCHLIGHT_DATA_DIR": str(folder), "PORCHLIGHT_SIGN_UPS": "100000", **more}
    if compiled is not None:
        # Without compiled files beside the sources, each start would compile them all again (5 s).
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env["PYTHONPYCACHEPREFIX"] = str(compiled)
    return env


def client(timeout: float | None = patient(30)) -> httpx.AsyncClient:
    """Return a client with a new connection for each request: killed ones must not live on in a pool. Plain HTTP, so no certificates."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(trust_env=False, verify=False, timeout=timeout, limits=limits)


async def eventually(true: Callable[[], bool], within: float, otherwise: Callable[[], str] = lambda: "") -> float:
    """Wait for an effect of another process; return the seconds it took. `within`: seconds on a fast machine."""
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patient(within)):
            while not true():  # noqa: ASYNC110 (it happens in another process, which knows no event of this loop)
                await asyncio.sleep(0.02)
            return time.monotonic() - began
    raise AssertionError(f"not within {within} s: {otherwise()}")
