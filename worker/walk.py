"""Where a worker stands in its walk past everybody, in search of people whom no push can reach."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

INTERVAL: Final = timedelta(seconds=60)
"""Least time from the beginning of one walk to that of the next."""
PEOPLE: Final = 500
"""People of one stretch; a turn takes one. A million people take a quarter of an hour."""


class Walk:
    """From the first person to the last, again and again. One for each worker: who finds somebody first tells them."""

    def __init__(self) -> None:
        self.after: UUID | None = None
        """The last person of the stretch before, None at the beginning."""
        self._began_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether to take a stretch now: always in the middle of a walk."""
        return self.after is not None or self._began_at is None or now - self._began_at >= INTERVAL

    def took(self, last: UUID | None, now: datetime) -> None:
        """Note that a stretch was taken, up to its `last` person; None: that was the end of the walk."""
        if self.after is None:
            self._began_at = now
        self.after = last
