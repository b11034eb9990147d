"""How often a changed answer is announced: six times within a minute, then once more when the minute is over. Pure.

The answer itself is never refused: it is kept, shown, and holds or moves the ladder as any other.
"""

from datetime import datetime, timedelta
from typing import Final

from rules.reach_out.state import Participant

MAX_CHANGES_A_MINUTE: Final = 6
"""Changes of one's own answer within a minute that are announced at once; the first answer is none."""
CHANGES_WINDOW: Final = timedelta(minutes=1)


def announced_from(of: Participant, now: datetime) -> datetime | None:
    """Return when a change made now may be announced; None for at once. `of`: their state before it.

    What is held already keeps its time: whoever goes on changing does not put it off.
    """
    if of.sixth_change_at is None or of.sixth_change_at + CHANGES_WINDOW <= now:
        return None
    return of.announce_at or of.sixth_change_at + CHANGES_WINDOW
