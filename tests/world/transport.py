"""In-memory transports that record what they take; the push service answers as scripted by the test."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime

from core.clock import Clock
from notifications.transports.protocol import ChannelAddress, FcmAddress, Push, Result, Sent, TransportAddress


@dataclass(frozen=True, slots=True)
class Handed:
    """One push with its result and the moment it was handed over."""

    push: Push
    result: Result
    at: datetime

    @property
    def where(self) -> str:
        return where(self.push.address)

    @property
    def kind(self) -> str:
        return self.push.data["kind"]


def where(address: TransportAddress) -> str:
    """Return the string that identifies an address."""
    match address:
        case FcmAddress():
            return address.token
        case ChannelAddress():
            return address.address
        case _:
            return address.endpoint


class ScriptedTransport:
    """Takes pushes for any kind of address, and answers as scripted with `answer`."""

    name = "scripted"
    max_concurrent = 64

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[str, deque[Result]] = defaultdict(deque)
        self.handed: list[Handed] = []
        self.opened = self.closed = 0
        self.begun = asyncio.Event()
        """Set as soon as a first push has come in."""
        self.flowing = asyncio.Event()
        """Cleared by a test that wants sends to hang."""
        self.flowing.set()

    def answer(self, address: str, *results: Result) -> None:
        """Answer pushes for `address` with these results in order; the last one repeats."""
        self._answers[address] = deque(results)

    async def open(self) -> None:
        self.opened += 1

    async def send(self, push: Push) -> Result:
        self.begun.set()
        await self.flowing.wait()
        # Yield to other tasks, as a real send does.
        await asyncio.sleep(0)
        line = self._answers[where(push.address)]
        result: Result = Sent() if not line else line.popleft() if len(line) > 1 else line[0]
        self.handed.append(Handed(push, result, self._clock.now()))
        return result

    async def close(self) -> None:
        self.closed += 1


class Gateway:
    """Takes and records the messages to channels of every kind."""

    name = "gateway"
    max_concurrent = 16

    def __init__(self) -> None:
        self.handed: list[str] = []
        """Addresses, in the order of their messages."""

    async def open(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        await asyncio.sleep(0)
        assert isinstance(push.address, ChannelAddress)
        self.handed.append(push.address.address)
        return Sent()

    async def close(self) -> None:
        pass
