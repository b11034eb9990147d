"""Carries events from a commit to the open event streams, within a process and, on PostgreSQL, between processes."""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.engine import URL

from core.database_address import asyncpg_dsn
from core.engines import open_asyncpg
from core.frozen import quick_dataclass
from core.isolation import isolated

NOTIFY_CHANNEL = "porchlight_news"
COALESCE_SECONDS = 0.02
"""Seconds for which the events of one process are gathered into one NOTIFY."""
MAX_UNREAD_EVENTS = 100
"""Events that a slow stream may leave unread; beyond that they are replaced by a resync."""
LISTEN_SILENCE_SECONDS = 10
"""Seconds without events after which the bridge checks its connection."""
MAX_PAYLOAD_BYTES = 7000
"""Bytes in one NOTIFY; PostgreSQL refuses 8000."""
RESYNC_PAYLOAD = "*"
"""Sent in place of events: some events of this process were lost, so every stream has to resync."""

log = structlog.get_logger(__name__)


@quick_dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event for one person's streams: `kind` is notice, reach_out, bookend, thread or signed_out; `id` identifies the subject."""

    person_id: UUID
    kind: str
    id: UUID


RESYNC = None
"""Stands in a stream for "events may have been lost: fetch everything again"."""
MAX_STREAMS_PER_PERSON = 20
"""Streams that one person may have open in one process, far more than windows; a further one ends the oldest."""


@dataclass(slots=True, eq=False)
class Listener:
    """The unread events of an open stream; `superseded` when it has to end in favour of a newer stream."""

    events: asyncio.Queue[StreamEvent | None]
    superseded: bool = False


class Bus:
    """Delivers events to the streams that are open in this process. `outbox` feeds a bridge to other processes."""

    def __init__(self) -> None:
        self._streams: dict[UUID, dict[Listener, None]] = defaultdict(dict)
        self.outbox: asyncio.Queue[tuple[StreamEvent, ...]] | None = None

    def publish(self, events: Iterable[StreamEvent]) -> None:
        """Deliver to the streams of this process and, through the bridge if there is one, of other processes."""
        different = tuple(dict.fromkeys(events))
        for event in different if self._streams else ():
            self.deliver(event)
        if self.outbox is not None:
            with contextlib.suppress(asyncio.QueueFull):
                self.outbox.put_nowait(different)

    def deliver(self, event: StreamEvent) -> None:
        for listener in self._streams.get(event.person_id, ()):
            unread = listener.events
            if unread.qsize() >= MAX_UNREAD_EVENTS:
                while not unread.empty():
                    unread.get_nowait()
                unread.put_nowait(RESYNC)
            unread.put_nowait(event)

    def resync(self) -> None:
        """Tell every stream that events may have been lost."""
        for listeners in self._streams.values():
            for listener in listeners:
                listener.events.put_nowait(RESYNC)

    @asynccontextmanager
    async def listen(self, person_id: UUID) -> AsyncIterator[Listener]:
        """Yield a listener to this person's events while the block runs; None in its queue means: fetch again.

        When the person has too many listeners, the oldest is superseded.
        """
        listener = Listener(asyncio.Queue())
        listeners_of_person = self._streams[person_id]
        listeners_of_person[listener] = None
        current = [other for other in listeners_of_person if not other.superseded]
        for surplus in current[:-MAX_STREAMS_PER_PERSON]:
            surplus.superseded = True
            surplus.events.put_nowait(RESYNC)
        try:
            yield listener
        finally:
            del listeners_of_person[listener]
            if not listeners_of_person:
                del self._streams[person_id]


class PostgresBridge:
    """Carries events between processes with LISTEN and NOTIFY, on a dedicated connection.

    A NOTIFY within a press's transaction would halve the throughput, so events are sent after the commit, many in one
    NOTIFY. They are hints, not records: a resync makes up for events lost while the connection is down.
    """

    def __init__(self, bus: Bus, url: URL) -> None:
        self._bus = bus
        self._dsn = asyncpg_dsn(url)
        self._origin = secrets.token_hex(8)
        self._outbox: asyncio.Queue[tuple[StreamEvent, ...]] = asyncio.Queue(10_000)
        bus.outbox = self._outbox
        self.connected = asyncio.Event()
        self._resync_needed = False

    async def run(self) -> None:
        """Forward events until cancelled; reconnects by itself."""
        while True:
            # A driver raises many kinds of errors when its connection is cut.
            with isolated("bridge_lost"):
                await self._forward()
            self.connected.clear()
            self._resync_needed = True
            await asyncio.sleep(1)

    async def _forward(self) -> None:
        connection = await open_asyncpg(self._dsn, {"application_name": "porchlight-bus"})
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(NOTIFY_CHANNEL, self._on_notification)
            self.connected.set()
            if self._resync_needed:
                # Only now: events sent before the listener is registered would be lost as well. Other processes
                # may have missed events that this process could not send.
                self._bus.resync()
                await connection.execute("SELECT pg_notify($1, $2)", NOTIFY_CHANNEL, f"{self._origin} {RESYNC_PAYLOAD}")
                self._resync_needed = False
            while True:
                gathered = await self._next_events(lost)
                if not gathered:
                    # Without traffic, the listener would not notice that its connection died.
                    await connection.execute("SELECT 1", timeout=5)
                    continue
                await asyncio.sleep(COALESCE_SECONDS)
                while not self._outbox.empty():
                    gathered += self._outbox.get_nowait()
                for payload in _payloads(self._origin, dict.fromkeys(gathered)):
                    await connection.execute("SELECT pg_notify($1, $2)", NOTIFY_CHANNEL, payload)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)

    async def _next_events(self, lost: asyncio.Event) -> list[StreamEvent]:
        """Return the next events to forward; none when there were none for a while or the connection was lost."""
        waiting = {asyncio.ensure_future(self._outbox.get()), asyncio.ensure_future(lost.wait())}
        try:
            done, _ = await asyncio.wait(waiting, timeout=LISTEN_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return [event for task in done if isinstance(events := task.result(), tuple) for event in events]
        finally:
            for task in waiting:
                task.cancel()

    def _on_notification(self, _connection: object, _pid: object, _channel: object, payload: object) -> None:
        parts = str(payload).split(" ")
        if parts[0] == self._origin:
            return
        if parts[1:] == [RESYNC_PAYLOAD]:
            self._bus.resync()
            return
        for word in parts[1:]:
            kind, person, subject_id = word.split(":")
            self._bus.deliver(StreamEvent(UUID(person), kind, UUID(subject_id)))


def _payloads(origin: str, events: Iterable[StreamEvent]) -> list[str]:
    """Return payloads `origin kind:person:id kind:person:id …`, split so that each fits into one NOTIFY."""
    payloads: list[str] = []
    line = origin
    for event in events:
        word = f" {event.kind}:{event.person_id.hex}:{event.id.hex}"
        if len(line) + len(word) > MAX_PAYLOAD_BYTES:
            payloads.append(line)
            line = origin
        line += word
    return [*payloads, line]
