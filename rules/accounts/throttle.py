"""Rate limits in the database: shared by all processes and kept across restarts. A press is never limited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from core.upsert import insert_statement
from models import Throttle
from rules.errors import TooMany

MAX_WAIT_SECONDS = 1.0
"""Waits this short are let through: concurrent requests may be counted in a different order than they arrived in."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`burst` tries at once, then one every `every` seconds (generic cell rate algorithm, ITU-T I.371)."""

    name: str
    burst: int
    every: float


def wait_for(free_at: datetime | None, limit: RateLimit, now: datetime) -> float:
    """Return the seconds until the next try is allowed; 0 when it is allowed now."""
    if free_at is None:
        return 0.0
    ahead = (free_at - now).total_seconds() - (limit.burst - 1) * limit.every
    return max(0.0, ahead)


async def check(unit: UnitOfWork, limit: RateLimit, who: str) -> None:
    """Raise TooMany where `consume` would, without a write: many refused requests must not queue for SQLite's writer."""
    rows = await unit.session.execute(
        select(Throttle.free_at).where(Throttle.key_hash == _throttle_key(unit, limit, who))
    )
    _ensure_allowed(rows.scalar_one_or_none(), limit, unit.now)


async def consume(unit: UnitOfWork, limit: RateLimit, who: str) -> None:
    """Check the limit and count one try, under its lock: concurrent tries are counted one after the other.

    The caller commits. Raises TooMany (with `retry_after` in whole seconds); then nothing is counted.
    """
    free_at = await _lock_free_at(unit, limit, who)
    _ensure_allowed(free_at, limit, unit.now)
    await _shift_free_at(unit, limit, who, free_at, timedelta(seconds=limit.every))


def _ensure_allowed(free_at: datetime | None, limit: RateLimit, now: datetime) -> None:
    wait = wait_for(free_at, limit, now)
    if wait > MAX_WAIT_SECONDS:
        raise TooMany(extra={"retry_after": int(wait) + 1})


async def refund(unit: UnitOfWork, limit: RateLimit, who: str) -> None:
    """Refund one try that should not have been counted. The caller commits."""
    free_at = await _lock_free_at(unit, limit, who)
    await _shift_free_at(unit, limit, who, free_at, -timedelta(seconds=limit.every))


async def _lock_free_at(unit: UnitOfWork, limit: RateLimit, who: str) -> datetime:
    """Lock and return the time from which the full burst is available again; insert the row if there is none."""
    insert = await insert_statement(unit.session, Throttle)
    statement = (
        insert.values(key_hash=_throttle_key(unit, limit, who), free_at=unit.now)
        .on_conflict_do_update(index_elements=[Throttle.key_hash], set_={"free_at": Throttle.free_at})
        .returning(Throttle.free_at)
    )
    return (await unit.session.execute(statement)).scalar_one()


async def _shift_free_at(unit: UnitOfWork, limit: RateLimit, who: str, free_at: datetime, step: timedelta) -> None:
    await unit.session.execute(
        update(Throttle)
        .where(Throttle.key_hash == _throttle_key(unit, limit, who))
        .values(free_at=max(free_at, unit.now) + step)
        .execution_options(synchronize_session=False)
    )


def _throttle_key(unit: UnitOfWork, limit: RateLimit, who: str) -> bytes:
    return unit.keyring.best_effort_digest("throttle", f"{limit.name}\0{who}".encode())
