"""What was erased stays for a while in SQLite's write-ahead log, key and all: emptying it belongs to the erasure."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from core.database import Database
from core.unit_of_work import UnitOfWork
from models import Installation

IN_LOG = "erased_in_log"
"""The mark that the log holds something erased, written with the erasure: a crash in between forgets nothing."""


async def mark_erased(unit: UnitOfWork) -> None:
    """Say that the unit takes away what somebody wrote: whoever commits it lets `settle` follow."""
    if (await unit.session.connection()).dialect.name != "sqlite":
        return
    unit.erases = True
    value = secrets.token_hex(16)
    await unit.session.execute(
        insert(Installation)
        .values(name=IN_LOG, value=value)
        .on_conflict_do_update(index_elements=[Installation.name], set_={"value": value})
    )


async def truncate_if_marked(database: Database) -> bool:
    """Empty the log if it is marked; gives whether no mark is left. Readers may be in the way: then ask again later."""
    if not database.sqlite:
        return True
    async with database.read() as session:
        marked = (await session.execute(select(Installation.value).where(Installation.name == IN_LOG))).scalar()
    if marked is None:
        return True
    if not await database.empty_log():
        return False
    async with database.write() as session:
        # An erasure since then has made a mark of its own, which stays.
        await session.execute(delete(Installation).where(Installation.name == IN_LOG, Installation.value == marked))
        await session.commit()
    return True
