"""News between the moment of a commit and the open event streams: within a process, and across them on PostgreSQL."""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.engine import URL

from core.isolation import isolated

NOTIFY_CHANNEL = "porchlight_news"
COALESCE_SECONDS = 0.02
"""Seconds in which news of one process is gathered into one NOTIFY."""
MAX_BACKLOG = 100
"""News a slow stream may leave unread; past that it is told to fetch everything again."""
LISTEN_SILENCE_SECONDS = 10
"""Seconds without news after which the bridge asks whether its connection still stands."""
MAX_PAYLOAD_BYTES = 7000
"""Bytes in one NOTIFY; PostgreSQL refuses 8000."""
EVERYTHING = "*"
"""In place of news: some of this process's did not get through, so fetch everything again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """Something for one person's streams: `kind` is notice, reach_out, bookend or signed_out; `id` is what it is about."""

    person_id: UUID
    kind: str
    id: UUID


RESYNC = None
"""Stands in a stream for "you may have missed something"."""
STREAMS_A_PERSON = 20
"""Open at once in one process. Many more than somebody has windows; one more ends the oldest."""


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream's news, not yet read; `over` when it has to make room for a newer stream."""

    news: asyncio.Queue[StreamEvent | None]
    over: bool = False


class Bus:
    """Hands news to the streams that are open in this process. `outbox` is for a bridge to other processes."""

    def __init__(self) -> None:
        self._streams: dict[UUID, dict[Listener, None]] = defaultdict(dict)
        self.outbox: asyncio.Queue[StreamEvent] | None = None

    def publish(self, news: Iterable[StreamEvent]) -> None:
        """To the streams here, and through the bridge (if there is one) to those of other processes."""
        for item in dict.fromkeys(news):
            self.deliver(item)
            if self.outbox is not None:
                with contextlib.suppress(asyncio.QueueFull):
                    self.outbox.put_nowait(item)

    def deliver(self, item: StreamEvent) -> None:
        for listener in self._streams.get(item.person_id, ()):
            unread = listener.news
            if unread.qsize() >= MAX_BACKLOG:
                while not unread.empty():
                    unread.get_nowait()
                unread.put_nowait(RESYNC)
            unread.put_nowait(item)

    def resync(self) -> None:
        """Tell every stream that news may have been lost."""
        for listeners in self._streams.values():
            for listener in listeners:
                listener.news.put_nowait(RESYNC)

    @asynccontextmanager
    async def listen(self, person_id: UUID) -> AsyncIterator[Listener]:
        """Yield a queue of this person's news for as long as the block runs; None in it means: fetch again.

        The person's oldest listener is over when there is one too many.
        """
        listener = Listener(asyncio.Queue())
        theirs = self._streams[person_id]
        theirs[listener] = None
        standing = [other for other in theirs if not other.over]
        for surplus in standing[:-STREAMS_A_PERSON]:
            surplus.over = True
            surplus.news.put_nowait(RESYNC)
        try:
            yield listener
        finally:
            del theirs[listener]
            if not theirs:
                del self._streams[person_id]


class PostgresBridge:
    """Carries news between processes by LISTEN and NOTIFY, on one connection of its own.

    A NOTIFY inside the press's transaction would cost half the throughput, so it goes out after the commit, many
    events in one. It is a hint, not a record: what is lost while the connection is away is made good by a resync.
    """

    def __init__(self, bus: Bus, url: URL) -> None:
        self._bus = bus
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._here = secrets.token_hex(8)
        self._outbox: asyncio.Queue[StreamEvent] = asyncio.Queue(10_000)
        bus.outbox = self._outbox
        self.connected = asyncio.Event()
        self._missed = False

    async def run(self) -> None:
        """Carry until cancelled; reconnects by itself."""
        while True:
            # A driver whose connection is cut raises errors of many kinds.
            with isolated("bridge_lost"):
                await self._carry()
            self.connected.clear()
            self._missed = True
            await asyncio.sleep(1)

    async def _carry(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5, server_settings={"application_name": "porchlight-bus"})
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(NOTIFY_CHANNEL, self._arrived)
            self.connected.set()
            if self._missed:
                # Only now: what is said before the listener stands would be missed as well. The others may have
                # missed what this process could not tell them.
                self._bus.resync()
                await connection.execute("SELECT pg_notify($1, $2)", NOTIFY_CHANNEL, f"{self._here} {EVERYTHING}")
                self._missed = False
            while True:
                first = await self._next(lost)
                if first is None:
                    # A listener that never speaks would not learn that its connection died.
                    await connection.execute("SELECT 1", timeout=5)
                    continue
                await asyncio.sleep(COALESCE_SECONDS)
                gathered = [first]
                while not self._outbox.empty():
                    gathered.append(self._outbox.get_nowait())
                for payload in _payloads(self._here, dict.fromkeys(gathered)):
                    await connection.execute("SELECT pg_notify($1, $2)", NOTIFY_CHANNEL, payload)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)

    async def _next(self, lost: asyncio.Event) -> StreamEvent | None:
        """Return the next news to be carried; None when there was none for a while, or the connection is lost."""
        waiting = {asyncio.ensure_future(self._outbox.get()), asyncio.ensure_future(lost.wait())}
        try:
            done, _ = await asyncio.wait(waiting, timeout=LISTEN_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            events = [result for task in done if isinstance(result := task.result(), StreamEvent)]
            return events[0] if events else None
        finally:
            for task in waiting:
                task.cancel()

    def _arrived(self, _connection: object, _pid: object, _channel: object, payload: object) -> None:
        words = str(payload).split(" ")
        if words[0] == self._here:
            return
        if words[1:] == [EVERYTHING]:
            self._bus.resync()
            return
        for word in words[1:]:
            kind, person, about = word.split(":")
            self._bus.deliver(StreamEvent(UUID(person), kind, UUID(about)))


def _payloads(here: str, news: Iterable[StreamEvent]) -> list[str]:
    """`origin kind:person:id kind:person:id …`, split so that each fits in one NOTIFY."""
    payloads: list[str] = []
    line = here
    for item in news:
        word = f" {item.kind}:{item.person_id.hex}:{item.id.hex}"
        if len(line) + len(word) > MAX_PAYLOAD_BYTES:
            payloads.append(line)
            line = here
        line += word
    return [*payloads, line]
