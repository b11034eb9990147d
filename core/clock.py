"""What time it is: the machine's monotonic clock, anchored to the database's time, so that machines agree."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from core.isolation import isolated

ANCHOR_SECONDS = 10.0
"""Seconds between two readings of the database's time."""

MAX_CLOCK_STEP = timedelta(seconds=2)
"""A correction backwards that is larger than this is no correction but a clock that was wrong."""

_COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", None)


def elapsed() -> float:
    """Seconds since some moment, those included in which the machine was suspended; `time.monotonic` leaves them out."""
    return time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)


class Clock(Protocol):
    """Gives the present as an aware UTC datetime. Rules take the value, never the clock."""

    def now(self) -> datetime: ...


class DatabaseClock:
    """The clock of a running process. It does not go back by the small corrections of its anchor.

    A database whose clock was wrong and has been put right is followed: to stand still until time catches up would
    leave every due time waiting.
    """

    def __init__(self, read: Callable[[], Awaitable[datetime]]) -> None:
        self._read = read
        self._anchor = datetime.now(UTC)
        self._at = time.monotonic()
        self._last = self._anchor

    def now(self) -> datetime:
        present = self._anchor + timedelta(seconds=time.monotonic() - self._at)
        if present < self._last and self._last - present <= MAX_CLOCK_STEP:
            return self._last
        self._last = present
        return present

    async def anchor(self) -> None:
        """Read the database's time once; half the round trip is taken off. Raises what the database raises."""
        sent_at = time.monotonic()
        theirs = await self._read()
        answered = time.monotonic()
        first = self._at_start
        self._anchor, self._at = theirs, (sent_at + answered) / 2
        if first:
            # Before the first reading the machine's own clock stood in; it may have been ahead by any amount.
            self._at_start = False
            self._last = theirs

    _at_start = True

    async def keep(self) -> None:
        """Anchor again and again until cancelled; a database that is away leaves the last anchor in force."""
        while True:
            await asyncio.sleep(ANCHOR_SECONDS)
            with isolated("clock_not_anchored"):
                await self.anchor()
