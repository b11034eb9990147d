"""After an erasure no file holds the person: neither their id nor anything that was sealed or hashed for them.

SQLite: its file, its log and its index, as they are when the reply comes. PostgreSQL: every table, TOAST table, index and
catalog of the database as files, read by the server for a superuser (`pg_read_binary_file`), after `VACUUM (FULL, ANALYZE)`
and a checkpoint. A plain VACUUM only frees the space, which later rows overwrite.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from models import Base
from tests.http.accounts.test_export_and_erasure import person_with_all_kinds_of_data
from tests.world.days import BIRD, live_some_days
from tests.world.patience import patient
from tests.world.world import World

TELLING_BYTES = 12
"""From this length on a value belongs to one person: a nonce, a hash, a wrapped key, a ciphertext."""
RELATIONS = """
    SELECT oid::regclass::text AS name, pg_read_binary_file(pg_relation_filepath(oid)) AS content FROM pg_class
    WHERE relkind IN ('r', 'i', 't', 'm') AND NOT relisshared AND pg_relation_filepath(oid) IS NOT NULL
"""


async def secrets_stored(world: World) -> set[bytes]:
    """Return every value in the database that is long enough to belong to one person."""
    found: set[bytes] = set()
    async with world.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(text(f"SELECT * FROM {table.name}"))).all():
                found |= {bytes(value) for value in row if isinstance(value, bytes) and len(value) >= TELLING_BYTES}
    return found


async def raw_files(world: World) -> Mapping[str, bytes]:
    """Return the files of the database by what they are."""
    if world.sqlite:
        path = Path(str(world.database.url.database))
        return {file.name: file.read_bytes() for file in path.parent.glob(f"{path.name}*")}
    connection = await _superuser(world)
    try:
        await connection.execute("CHECKPOINT")
        return {row["name"]: row["content"] for row in await connection.fetch(RELATIONS)}
    finally:
        await connection.close()


async def rewrite(world: World) -> None:
    """Do what an operator of PostgreSQL does who wants no trace at once: statistics hold values of rows, too."""
    if world.sqlite:
        return
    connection = await _superuser(world)
    try:
        await connection.execute("VACUUM (FULL, ANALYZE)")
        # ANALYZE leaves the statistics of a table as they are once it is empty, until there are rows again. In this small
        # world whole tables become empty by one person's leaving.
        await connection.execute("SET allow_system_table_mods = on")
        for table in Base.metadata.sorted_tables:
            if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table.name})"):
                await connection.execute(f"DELETE FROM pg_statistic WHERE starelid = '{table.name}'::regclass")
        await connection.execute("VACUUM FULL pg_statistic")
    finally:
        await connection.close()


async def _superuser(world: World) -> Any:
    url = world.database.url
    connection = await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), command_timeout=60
    )
    if await connection.fetchval("SHOW is_superuser") != "on":
        await connection.close()
        pytest.skip("reading PostgreSQL's files needs a superuser")
    return connection


async def rewritten_files(world: World, needles: set[bytes]) -> Mapping[str, bytes]:
    """Return the files once they were rewritten: a transaction of autovacuum keeps dead rows of catalogs for as long as it runs."""
    until = time.monotonic() + patient(20)
    while True:
        await rewrite(world)
        files = await raw_files(world)
        if world.sqlite or not holding(files, needles) or time.monotonic() > until:
            return files
        await asyncio.sleep(0.5)


def holding(files: Mapping[str, bytes], needles: set[bytes]) -> list[str]:
    return sorted(name for name, content in files.items() if any(needle in content for needle in needles))


@pytest.mark.promise(8)
async def test_promise_8_no_file_of_the_database_holds_an_erased_person(world: World) -> None:
    maya, sponsor, friend = await person_with_all_kinds_of_data(world)
    await maya.close()
    await live_some_days(world, maya, sponsor, friend)
    if not world.sqlite:
        # As autovacuum does some time: the statistics hold ids now.
        await rewrite(world)
    before = await secrets_stored(world)
    hers = {UUID(maya.id).bytes, UUID(maya.id).hex.encode(), maya.id.encode()}
    places = await raw_files(world)
    assert len(holding(places, hers)) >= (1 if world.sqlite else 20), "the search works"
    await maya.proves()
    await maya.delete("/v1/me")
    await world.settle()
    left = await rewritten_files(world, hers)
    assert holding(left, hers) == []
    gone = before - await secrets_stored(world)
    assert len(gone) > 40, "keys, hashes, words"
    assert holding(places, gone)
    assert holding(left, gone) == []
    assert holding(left, {b"Maya's", BIRD.encode(), maya.sign_in_name.encode()}) == []
