"""How many messages somebody may send: thirty a minute in all. What stands beside an answer or a press is never refused."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Message
from rules import access
from rules.access import Caller
from rules.daily.thread.reach_in_limits import next_allowed_at
from rules.errors import TooMany

MAX_MESSAGES_A_MINUTE: Final = 30
MINUTE: Final = timedelta(minutes=1)


async def require_message_allowed(unit: UnitOfWork, who: Caller) -> None:
    """Raise TooMany while the caller has sent as many messages as a minute has room for, whatever they were sent with.

    Counted in the database, so that the limit is one for all processes. Locks the caller, before any reach-out is locked.
    """
    await access.lock_person(unit, who)
    rows = await unit.session.execute(
        select(Message.created_at)
        .where(access.mine(Message, who), Message.created_at > unit.now - MINUTE)
        .order_by(Message.created_at.desc())
        .limit(MAX_MESSAGES_A_MINUTE)
    )
    allowed_at = next_allowed_at(rows.scalars().all(), MAX_MESSAGES_A_MINUTE, MINUTE, unit.now)
    if allowed_at is not None:
        raise TooMany(extra={"retry_after": int((allowed_at - unit.now).total_seconds()) + 1})
