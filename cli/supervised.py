"""The side of a process that `cli.supervisor` started: what it inherits, and what it tells."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import socket

READY = b"ready"
"""What a process sends once it can serve."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """What a process inherits from its supervisor.

    `listener`: the port, which all processes accept from. `line`: says that this process is ready, and ends when the
    supervisor does. `early`: accept before that, because no other process does and /readyz has to say why.
    """

    listener: socket
    line: socket
    early: bool

    @classmethod
    def inherit(cls, listener: int, line: int, *, early: bool) -> "Supervised":
        """Take over these file descriptors."""
        return cls(socket(fileno=listener), socket(fileno=line), early)

    def report_ready(self) -> None:
        """Tell the supervisor that this process can serve."""
        # A supervisor that is gone is noticed by `leave_when_asked`.
        with suppress(OSError):
            self.line.send(READY)

    def leave_when_asked(self, leave: Callable[[], None]) -> None:
        """Call `leave` on a signal, and when the supervisor is gone: nobody would ever stop or replace this process."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, leave)
        # For the supervisor alone: it replaces the processes one after the other.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

        def gone() -> None:
            loop.remove_reader(self.line)
            leave()

        # The supervisor sends nothing, so there is something to read only at its end.
        loop.add_reader(self.line, gone)
