"""A clock that only tests move."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
"""A Tuesday evening."""
TICK = timedelta(milliseconds=1)


class MovingClock:
    """A clock that moves on by one millisecond a reading, so that later rows sort later."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += TICK
        return self._now

    @property
    def latest(self) -> datetime:
        """The time of the latest reading; looking at it is none."""
        return self._now

    def forward(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment
