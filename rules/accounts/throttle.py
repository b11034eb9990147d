"""Rate limits in the database: shared by all processes and kept across restarts. A press is never limited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Float, LargeBinary, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from core.shifted_time import shifted_time
from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
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


_PRESENT = bindparam("present", type_=UtcDateTime)
_SHIFTED: ColumnElement[datetime] = shifted_time(
    case((Throttle.free_at > _PRESENT, Throttle.free_at), else_=_PRESENT), bindparam("seconds", type_=Float)
)
_FREE_AT = select(Throttle.free_at).where(Throttle.key_hash == bindparam("key_hash", type_=LargeBinary))
_CONSUME = {
    # Without a row to return, too many were counted already.
    kind: insert(Throttle)
    .on_conflict_do_update(
        index_elements=[Throttle.key_hash],
        set_={"free_at": _SHIFTED},
        where=Throttle.free_at <= bindparam("latest", type_=UtcDateTime),
    )
    .returning(Throttle.key_hash)
    for kind, insert in (("postgresql", PostgresqlInsert), ("sqlite", SqliteInsert))
}
_REFUND = update(Throttle).where(Throttle.key_hash == bindparam("key", type_=LargeBinary)).values(free_at=_SHIFTED)


async def check(operation: Operation, limit: RateLimit, who: str) -> None:
    """Raise TooMany where `consume` would, without a write: many refused requests must not queue for SQLite's writer."""
    rows = await operation.fetch(_FREE_AT, {"key_hash": _throttle_key(operation, limit, who)})
    if rows:
        _ensure_allowed(rows[0].free_at, limit, operation.now)


async def consume(unit: UnitOfWork, limit: RateLimit, who: str) -> None:
    """Check the limit and count one try, in one statement: concurrent tries are counted one after the other.

    The caller commits. Raises TooMany (with `retry_after` in whole seconds); then nothing is counted.
    """
    connection = await unit.session.connection()
    longest_wait = timedelta(seconds=(limit.burst - 1) * limit.every + MAX_WAIT_SECONDS)
    key_hash = _throttle_key(unit, limit, who)
    values = {
        "key_hash": key_hash,
        "present": unit.now,
        "seconds": limit.every,
        "free_at": unit.now + timedelta(seconds=limit.every),
        "latest": unit.now + longest_wait,
    }
    counted = (await connection.execute(_CONSUME[connection.dialect.name], values)).first()
    if counted is None:
        await check(unit, limit, who)
        # It has become free since, and somebody else was faster.
        raise TooMany(extra={"retry_after": 1})


async def refund(unit: UnitOfWork, *tries: tuple[RateLimit, str]) -> None:
    """Refund one try of each, which should not have been counted. In the order in which they were counted, or two may deadlock.

    Until the caller commits, others wait who are counted by the same limits.
    """
    connection = await unit.session.connection()
    for limit, who in tries:
        values = {"key": _throttle_key(unit, limit, who), "present": unit.now, "seconds": -limit.every}
        await connection.execute(_REFUND, values)


def _ensure_allowed(free_at: datetime | None, limit: RateLimit, now: datetime) -> None:
    wait = wait_for(free_at, limit, now)
    if wait > MAX_WAIT_SECONDS:
        raise TooMany(extra={"retry_after": int(wait) + 1})


def _throttle_key(operation: Operation, limit: RateLimit, who: str) -> bytes:
    return operation.keyring.best_effort_digest("throttle", f"{limit.name}\0{who}".encode())
