"""Whose phones stay silent when one person presses again and again: each push is sent, only its sound is spared. Pure.

From the third press within five minutes, a device rings for one person's re-push at most once in 30 seconds. A re-push is a
press again, or the first push of a reach-out that follows a closed one within 30 seconds. Rungs, a raise and the first push
of any other reach-out always ring, and so does the alarm of anybody else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

LOUD_PRESSES: Final = 2
"""Presses within `PRESSES_WITHIN` that always ring."""
PRESSES_WITHIN: Final = timedelta(minutes=5)
RINGS_AT_MOST_EVERY: Final = timedelta(seconds=30)


def spared_until(presses: Iterable[datetime], closed_at: datetime) -> datetime | None:
    """Return until when the next press is a re-push that spares phones; None when it rings whenever it comes.

    `presses`: the person's latest ones, in any order; `closed_at`: when they closed their reach-out.
    """
    latest = _latest(presses)
    if len(latest) < LOUD_PRESSES:
        return None
    until = min(closed_at + RINGS_AT_MOST_EVERY, latest[0] + PRESSES_WITHIN)
    return until if until > closed_at else None


def spares_again(presses: Iterable[datetime], now: datetime) -> bool:
    """Return whether a press now is the third or later one within five minutes. `presses`: the person's latest before it."""
    latest = _latest(presses)
    return len(latest) >= LOUD_PRESSES and now - latest[0] < PRESSES_WITHIN


def _latest(presses: Iterable[datetime]) -> list[datetime]:
    return sorted(presses)[-LOUD_PRESSES:]
