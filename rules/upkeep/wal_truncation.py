"""SQLite's write-ahead log keeps erased rows, and the data key, for a while: an erasure truncates it."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from core.database import Database
from core.unit_of_work import UnitOfWork
from models import Installation

ERASED_IN_LOG = "erased_in_log"
"""The row that marks the log as holding erased data, written with the erasure, so that it survives a crash."""


async def mark_erased(unit: UnitOfWork) -> None:
    """Mark the log: this unit erases what somebody wrote, and `truncate_if_marked` follows its commit."""
    if (await unit.session.connection()).dialect.name != "sqlite":
        return
    unit.erases = True
    value = secrets.token_hex(16)
    await unit.session.execute(
        insert(Installation)
        .values(name=ERASED_IN_LOG, value=value)
        .on_conflict_do_update(index_elements=[Installation.name], set_={"value": value})
    )


async def truncate_if_marked(database: Database) -> bool:
    """Truncate the log if it is marked; return whether no mark is left. Open readers prevent it: try again later."""
    if not database.sqlite:
        return True
    async with database.read() as session:
        marked = (await session.execute(select(Installation.value).where(Installation.name == ERASED_IN_LOG))).scalar()
    if marked is None:
        return True
    if not await database.truncate_wal():
        return False
    async with database.write() as session:
        # A later erasure has written a mark of its own, which stays.
        await session.execute(
            delete(Installation).where(Installation.name == ERASED_IN_LOG, Installation.value == marked)
        )
        await session.commit()
    return True
