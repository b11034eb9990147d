"""The current time: the machine's monotonic clock, anchored to the database's time so that machines agree."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from core.isolation import isolated

ANCHOR_SECONDS = 10.0
"""Seconds between two readings of the database's time."""

MAX_CLOCK_STEP = timedelta(seconds=2)
"""A larger step backwards means that the database's clock was wrong and has been set right."""

_CLOCK_WITH_SUSPEND = getattr(time, "CLOCK_BOOTTIME", None)


def elapsed() -> float:
    """Return seconds on a monotonic clock that, unlike `time.monotonic`, includes the time the machine was suspended."""
    return time.monotonic() if _CLOCK_WITH_SUSPEND is None else time.clock_gettime(_CLOCK_WITH_SUSPEND)


class Clock(Protocol):
    """Returns the current time as an aware UTC datetime. Rules take the value, never the clock."""

    def now(self) -> datetime: ...


class DatabaseClock:
    """The clock of a running process. Small corrections of its anchor never move it backwards.

    Large ones do: when the database's clock was wrong and has been set right, standing still until the time catches up
    would delay every timer.
    """

    def __init__(self, read: Callable[[], Awaitable[datetime]]) -> None:
        self._read = read
        self._anchor = datetime.now(UTC)
        self._at = time.monotonic()
        self._last = self._anchor
        self._anchored = False

    def now(self) -> datetime:
        present = self._anchor + timedelta(seconds=time.monotonic() - self._at)
        if present < self._last and self._last - present <= MAX_CLOCK_STEP:
            return self._last
        self._last = present
        return present

    async def anchor(self) -> None:
        """Read the database's time once and correct for half the round trip. Raises what the database raises."""
        sent_at = time.monotonic()
        database_time = await self._read()
        received_at = time.monotonic()
        self._anchor, self._at = database_time, (sent_at + received_at) / 2
        if not self._anchored:
            # Until the first reading the machine's own clock was used, which may be ahead by any amount.
            self._anchored = True
            self._last = database_time

    async def keep(self) -> None:
        """Anchor periodically until cancelled; while the database is unreachable, the last anchor applies."""
        while True:
            await asyncio.sleep(ANCHOR_SECONDS)
            with isolated("clock_not_anchored"):
                await self.anchor()
