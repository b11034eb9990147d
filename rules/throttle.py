"""Limits that live in the database, shared by every process and proof against a restart. They slow, never refuse help."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.errors import TooMany
from core.unit import Unit
from models import Throttle


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` tries at once, then one every `every` seconds (generic cell rate algorithm, ITU-T I.371)."""

    name: str
    burst: int
    every: float


def wait_for(free_at: datetime | None, limit: Limit, now: datetime) -> float:
    """Seconds until the next try is allowed; 0 when it is allowed now."""
    if free_at is None:
        return 0.0
    ahead = (free_at - now).total_seconds() - (limit.burst - 1) * limit.every
    return max(0.0, ahead)


async def check(unit: Unit, limit: Limit, who: str) -> None:
    """Raises TooMany (with `retry_after` in whole seconds) when `who` must wait."""
    key = _key(unit, limit, who)
    free_at = (await unit.session.execute(select(Throttle.free_at).where(Throttle.key_hash == key))).scalar()
    wait = wait_for(free_at, limit, unit.now)
    if wait > 0:
        raise TooMany(extra={"retry_after": int(wait) + 1})


async def take(unit: Unit, limit: Limit, who: str) -> None:
    """Check and count in one: many at once wait in line. Raises TooMany; then whatever was written is not committed."""
    key = _key(unit, limit, who)
    insert = await _insert(unit)
    there = insert(Throttle).values(key_hash=key, free_at=unit.now)
    await unit.session.execute(there.on_conflict_do_nothing(index_elements=[Throttle.key_hash]))
    await unit.session.execute(select(Throttle.free_at).where(Throttle.key_hash == key).with_for_update())
    await check(unit, limit, who)
    await count(unit, limit, who)


async def count(unit: Unit, limit: Limit, who: str) -> None:
    """Write one try down. The caller commits it."""
    await _move(unit, limit, who, timedelta(seconds=limit.every))


async def give_back(unit: Unit, limit: Limit, who: str) -> None:
    """Take one try back that turned out to be none. The caller commits it."""
    await _move(unit, limit, who, -timedelta(seconds=limit.every))


async def _move(unit: Unit, limit: Limit, who: str, step: timedelta) -> None:
    key = _key(unit, limit, who)
    kept = select(Throttle.free_at).where(Throttle.key_hash == key).with_for_update()
    free_at = (await unit.session.execute(kept)).scalar()
    later = max(free_at or unit.now, unit.now) + step
    insert = await _insert(unit)
    await unit.session.execute(
        insert(Throttle)
        .values(key_hash=key, free_at=later)
        .on_conflict_do_update(index_elements=[Throttle.key_hash], set_={"free_at": later})
    )


async def _insert(unit: Unit) -> Callable[[type[Throttle]], SqliteInsert | PostgresqlInsert]:
    sqlite = (await unit.session.connection()).dialect.name == "sqlite"
    return sqlite_insert if sqlite else postgresql_insert


def _key(unit: Unit, limit: Limit, who: str) -> bytes:
    return unit.keyring.passing_digest("throttle", f"{limit.name}\0{who}".encode())
