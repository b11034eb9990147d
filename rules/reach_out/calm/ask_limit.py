"""How often somebody may ask calmly: each question is a push to everybody who is free. A press has no limit."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Uuid, bindparam, select

from core.types import UtcDateTime
from core.unit_of_work import Operation
from models import ReachOut
from rules import access
from rules.access import Caller

MAX_ASKS: Final = 6
ASK_SPAN: Final = timedelta(hours=1)
_RECENT = (
    select(ReachOut.created_at)
    .where(
        access.owned_by(ReachOut, bindparam("person_id", type_=Uuid)),
        ReachOut.created_at > bindparam("since", type_=UtcDateTime),
        # One that became a press is none.
        ReachOut.calm.is_(True),
    )
    .order_by(ReachOut.created_at.desc())
    .limit(MAX_ASKS)
)


async def seconds_to_wait(operation: Operation, who: Caller) -> int:
    """Return after how many seconds the caller may ask calmly again; 0 for now."""
    rows = await operation.fetch(_RECENT, {"person_id": who.person_id, "since": operation.now - ASK_SPAN})
    if len(rows) < MAX_ASKS:
        return 0
    return int((rows[-1].created_at + ASK_SPAN - operation.now).total_seconds()) + 1
