"""A process that has loaded Porchlight and forks a copy of itself for every command to run.

What a start costs is loading libraries, some 1.5 s of a core each time; the suite starts hundreds of processes. A copy is a process
like any other: it has its own number, environment, folder and log, runs the command from its beginning, and can be
frozen and killed. `python -m tests.faults.fork_server FD` speaks over the socket that it was given: a packet orders a command;
reports come back with the number of its process, and later with how it ended. The fork server ends when the other side closes the socket.
"""

import contextlib
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

LOADED = (
    "alembic.command",
    "cli.audit",
    "cli.backup",
    "cli.demo",
    "cli.helplines",
    "cli.keys",
    "cli.operator_errors",
    "cli.serve",
    "firebase_admin.messaging",
    "uvicorn.protocols.http.httptools_impl",
)
"""Modules to preload; the module that is run is loaded by each copy."""
PACKET = 1 << 17
LOAD_TIMEOUT_SECONDS = 60.0
"""Seconds that preloading may take on a busy machine."""


class ForkServer:
    """The client side of the socket: orders copies, and tracks which of them have ended."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.fork_server", str(theirs.fileno())],
                env=env,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        self._line = ours
        self._ended: dict[int, int] = {}

    def copy(self, module: str, words: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> "Copy":
        """Split off a copy that runs `module` with these words. Raises TimeoutError when the fork server does not answer."""
        order = {"module": module, "words": list(words), "env": dict(env), "folder": str(folder), "log": str(log)}
        self._line.settimeout(LOAD_TIMEOUT_SECONDS)
        self._line.send(json.dumps(order).encode())
        while "born" not in (report := self._read()):
            pass
        # Process ids are reused in a long night: forget how an earlier holder ended.
        self._ended.pop(report["born"], None)
        return Copy(self, report["born"])

    def ended(self, pid: int) -> int | None:
        """Return its exit status, minus the signal's number when it was killed; None while it runs."""
        self._line.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while pid not in self._ended:
                self._read()
        return self._ended.get(pid)

    def close(self) -> None:
        self._line.close()
        self._process.wait(10)

    def _read(self) -> dict[str, int]:
        packet = self._line.recv(PACKET)
        if not packet:
            raise ConnectionResetError("the fork server is gone")
        report: dict[str, int] = json.loads(packet)
        if "died" in report:
            self._ended[report["died"]] = report["status"]
        return report


class Copy:
    """The part of `subprocess.Popen` that the tests need."""

    def __init__(self, fork_server: ForkServer, pid: int) -> None:
        self._fork_server = fork_server
        self.pid = pid

    def poll(self) -> int | None:
        return self._fork_server.ended(self.pid)

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        # Its process id stays reserved until the fork server has reported its end: nobody else waits for it.
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _serve(line: socket.socket) -> None:
    """Fork a copy for every order until the other side closes the socket; in a copy, never return."""
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    chosen = selectors.DefaultSelector()
    chosen.register(line, selectors.EVENT_READ)
    chosen.register(woken, selectors.EVENT_READ)
    while True:
        ready = [key.fileobj for key, _ in chosen.select()]
        if woken in ready:
            woken.recv(4096)
            _report_ends(line)
        if line not in ready:
            continue
        packet = line.recv(PACKET)
        if not packet:
            return
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            chosen.close()
            for end in (woken, wake, line):
                end.close()
            _run(**json.loads(packet))
        line.send(json.dumps({"born": pid}).encode())


def _report_ends(line: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            status = os.waitstatus_to_exitcode(ended[1])
            line.send(json.dumps({"died": ended[0], "status": status}).encode())


def _run(module: str, words: list[str], env: dict[str, str], folder: str, log: str) -> NoReturn:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.close(output)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    _serve(socket.socket(fileno=int(sys.argv[1])))
