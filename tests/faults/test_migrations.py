"""The tables are brought up to date while people press; and whatever stops that in the middle, the next call goes on."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from core.database_address import sqlalchemy_url
from migrations.run import head_revision, upgrade
from tests.faults.stores import Store, embedded
from tests.world.patience import patient

BEFORE = "0020"
"""A revision whose successor changes three tables."""


class StoppedError(Exception):
    """Stands for a kill or a full disk: what was not committed is gone."""


@pytest.mark.parametrize("changes", [1, 2, 3, 4, 6])
async def test_a_start_that_was_stopped_in_the_middle_is_made_good_by_the_next(tmp_path: Path, changes: int) -> None:
    store = embedded(tmp_path)
    url = sqlalchemy_url(store.url)
    await upgrade(url, BEFORE)
    left = changes

    def stop(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        nonlocal left
        left -= statement.lstrip().startswith(("ALTER", "CREATE", "UPDATE"))
        if left < 0:
            raise StoppedError

    event.listen(Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(StoppedError):
            await upgrade(url)
    finally:
        event.remove(Engine, "before_cursor_execute", stop)
    assert await store.rows("SELECT version_num FROM alembic_version") == [(BEFORE,)]
    await upgrade(url)
    assert await store.rows("SELECT version_num FROM alembic_version") == [(head_revision(),)]


async def test_a_migration_that_gets_into_the_way_of_a_request_is_begun_again(empty_postgres: Store) -> None:
    """A request that reads deliveries and then reach-outs, while a revision changes them in the other order: a deadlock."""
    url = sqlalchemy_url(empty_postgres.url)
    await upgrade(url, BEFORE)
    request = await asyncpg.connect(empty_postgres.url)
    try:
        await request.execute("BEGIN")
        await request.fetch("SELECT 1 FROM deliveries")
        migration = asyncio.create_task(upgrade(url))
        await _until_it_waits(empty_postgres, "deliveries")
        # PostgreSQL ends whoever has waited for a second: the migration, which began to wait first.
        await request.fetch("SELECT 1 FROM reach_outs")
        await request.execute("COMMIT")
        await migration
    finally:
        await request.close()
    assert await empty_postgres.rows("SELECT version_num FROM alembic_version") == [(head_revision(),)]


async def test_a_migration_waits_until_a_table_is_free(empty_postgres: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrations.run.LOCK_TIMEOUT", "200ms")
    monkeypatch.setattr("migrations.run.REST_SECONDS", 0.1)
    url = sqlalchemy_url(empty_postgres.url)
    await upgrade(url, BEFORE)
    holder = await asyncpg.connect(empty_postgres.url)
    try:
        await holder.execute("BEGIN")
        await holder.fetch("SELECT 1 FROM people")
        migration = asyncio.create_task(upgrade(url))
        await _until_it_waits(empty_postgres, "people")
        await asyncio.sleep(0.5)  # longer than one attempt
        await holder.execute("COMMIT")
        await migration
    finally:
        await holder.close()
    assert await empty_postgres.rows("SELECT version_num FROM alembic_version") == [(head_revision(),)]


async def _until_it_waits(store: Store, table: str) -> None:
    """Wait until somebody waits for this table."""
    async with asyncio.timeout(patient(10)):
        while True:
            if await store.rows(f"SELECT 1 FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted"):
                return
            await asyncio.sleep(0.02)
