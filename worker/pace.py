"""How much of its time a worker gives to what can wait, so that a full hour does not slow down presses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from core.clock import elapsed

REST_FACTOR: Final = 3
"""After each transaction, rest this many times as long: what can wait takes a quarter of the worker's time."""
LONGEST_REST_SECONDS: Final = 0.1
LOOK_SECONDS: Final = 0.5
"""Seconds until the next look when nothing was due."""
HURRIED_LOOK_SECONDS: Final = 0.05
"""The same while it is late: what is due may have waited for the pushes of what came before it."""
END_SECONDS: Final = 5.0
"""After so long without a transaction the work has come to an end."""
HURRY_AFTER_SECONDS: Final = 40.0
"""After so long without an end there are no more rests: a minute is promised for ten thousand reminders."""


class Pace:
    """Rests after each transaction of what can wait, while it is not late. One for each worker."""

    def __init__(
        self, clock: Callable[[], float] = elapsed, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._busy_since: float | None = None
        """When the work began that has not come to an end since."""
        self._worked_at = 0.0

    @property
    def hurries(self) -> bool:
        return self._busy_since is not None and self._clock() - self._busy_since >= HURRY_AFTER_SECONDS

    async def rest(self, seconds: float) -> None:
        """Rest after a transaction that took so long."""
        if self._busy_since is None:
            self._busy_since = self._clock() - seconds
        if not self.hurries:
            await self._sleep(min(LONGEST_REST_SECONDS, REST_FACTOR * seconds))
        self._worked_at = self._clock()

    def next_look(self) -> float:
        """Return the seconds until the next look, after one that found nothing."""
        if self._clock() - self._worked_at >= END_SECONDS:
            self._busy_since = None
        return HURRIED_LOOK_SECONDS if self.hurries else LOOK_SECONDS
