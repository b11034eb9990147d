"""How many reach-ins somebody may send: three in a row to one person without a sign from them, sixty an hour in all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, union_all

from core.unit_of_work import UnitOfWork
from models import CheckIn, CheckInShare, Membership, ReachIn, Talk
from rules import access
from rules.access import Caller
from rules.errors import ReachInsUnanswered, TooMany

MAX_IN_A_ROW: Final = 3
ROW_OPENS_AFTER: Final = timedelta(hours=24)
MAX_AN_HOUR: Final = 60
HOUR: Final = timedelta(hours=1)


def next_allowed_at(sent: Sequence[datetime], limit: int, window: timedelta, now: datetime) -> datetime | None:
    """Return when one more may be sent so that no `window` holds more than `limit`; None for at once. `sent`: newest first."""
    recent = [moment for moment in sent if moment > now - window]
    return None if len(recent) < limit else recent[limit - 1] + window


async def require_reach_in_allowed(unit: UnitOfWork, who: Caller, to: UUID) -> None:
    """Raise TooMany or ReachInsUnanswered while the caller has to wait. The caller's row is locked: these counts must hold."""
    await require_words_left_this_hour(unit, who)
    in_a_row = await _load_in_a_row(unit, who, to)
    opens_at = next_allowed_at(in_a_row, MAX_IN_A_ROW, ROW_OPENS_AFTER, unit.now)
    if opens_at is not None:
        raise ReachInsUnanswered(extra=_wait(opens_at, unit.now))


async def require_words_left_this_hour(unit: UnitOfWork, who: Caller) -> None:
    """Raise TooMany while the caller has sent as many words as an hour has room for. Their row is locked."""
    hourly = next_allowed_at(await _load_sent(unit, who, MAX_AN_HOUR), MAX_AN_HOUR, HOUR, unit.now)
    if hourly is not None:
        raise TooMany(extra=_wait(hourly, unit.now))


def _wait(until: datetime, now: datetime) -> dict[str, int]:
    return {"retry_after": int((until - now).total_seconds()) + 1}


async def _load_sent(unit: UnitOfWork, who: Caller, limit: int) -> Sequence[datetime]:
    rows = await unit.session.execute(
        select(ReachIn.created_at).where(access.mine(ReachIn, who)).order_by(ReachIn.id.desc()).limit(limit)
    )
    return rows.scalars().all()


async def _load_in_a_row(unit: UnitOfWork, who: Caller, to: UUID) -> Sequence[datetime]:
    """Return when the caller has written to this person since their last sign, newest first, as many as count."""
    sign = await _load_last_sign(unit, who, to)
    in_a_row = select(ReachIn.created_at).where(access.reach_ins_from(who.person_id, to))
    if sign is not None:
        in_a_row = in_a_row.where(ReachIn.created_at > sign)
    rows = await unit.session.execute(in_a_row.order_by(ReachIn.id.desc()).limit(MAX_IN_A_ROW))
    return rows.scalars().all()


async def _load_last_sign(unit: UnitOfWork, who: Caller, of: UUID) -> datetime | None:
    """Return when this person last gave the caller a sign: a reach-in, a check-in, "I see you", "we talked"."""
    me = who.person_id
    shared_at = func.coalesce(CheckInShare.shared_at, CheckIn.created_at)
    signs = union_all(
        select(func.max(ReachIn.created_at).label("at")).where(access.reach_ins_from(of, me)),
        select(func.max(Talk.created_at)).where(access.talks_from(of, me)),
        *(
            select(func.max(moment))
            .select_from(CheckInShare)
            .join(CheckIn, CheckIn.id == CheckInShare.check_in_id)
            .join(Membership, Membership.id == CheckInShare.membership_id)
            .where(shared)
            for moment, shared in (
                (CheckInShare.seen_at, access.check_ins_from(me, of)),
                (shared_at, access.check_ins_from(of, me)),
            )
        ),
    ).subquery()
    last: datetime | None = (await unit.session.execute(select(func.max(signs.c.at)))).scalar_one()
    return last
