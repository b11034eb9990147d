"""What was erased is in none of the database's files any more: neither what was written, nor the key that opens it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.settings import Settings
from models import CheckIn, Installation, Person
from rules.upkeep.wal_truncation import ERASED_IN_LOG
from tests.world.world import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone keeps its log beside its file; what PostgreSQL keeps is its operator's to say."""
    return sqlite_url


def held(world: World, values: Sequence[bytes]) -> list[str]:
    """Which of the files hold any of these."""
    path = Path(str(world.database.url.database))
    files = [file for file in path.parent.glob(f"{path.name}*") if any(value in file.read_bytes() for value in values)]
    return sorted(file.name.removeprefix(path.name) for file in files)


async def of(world: World, *columns: object) -> list[bytes]:
    """What stands in these columns of the only row."""
    [row] = await world.rows(select(*columns))  # type: ignore[call-overload]  # any columns
    return [bytes(value) for value in row]


async def marked(world: World) -> int:
    return len(await world.rows(select(Installation.value).where(Installation.name == ERASED_IN_LOG)))


@pytest.mark.promise(8)
async def test_promise_8_an_erased_account_is_in_no_file_of_the_database(world: World) -> None:
    maya = await world.person("Maya")
    await maya.post("/v1/check-ins", {"note": "A heavy evening by the sea."}, expect=201)
    kept = await of(world, Person.data_key, Person.display_name, Person.sign_in_name, Person.sign_in_name_hash)
    kept += await of(world, CheckIn.note)
    assert held(world, kept)
    await maya.delete("/v1/me")
    assert held(world, kept) == []
    assert await marked(world) == 0


async def test_a_check_in_that_was_taken_back_and_a_number_that_was_changed_are_gone_too(world: World) -> None:
    maya = await world.person("Maya")
    made = await maya.post("/v1/check-ins", {"note": "A heavy evening by the sea."}, expect=201)
    note = await of(world, CheckIn.note)
    await maya.delete(f"/v1/check-ins/{made['id']}")
    assert held(world, note) == []
    await maya.patch("/v1/me", {"contact": "+1 555 010 0199"})
    number = await of(world, Person.contact)
    await maya.patch("/v1/me", {"contact": None})
    assert held(world, number) == []


async def test_while_somebody_reads_it_waits_and_the_purge_does_it_at_latest(settings: Settings) -> None:
    async with World(settings) as world:
        maya = await world.person("Maya")
        kept = await of(world, Person.data_key)
        async with world.database.read() as session:
            await session.execute(text("SELECT count(*) FROM people"))
            await maya.delete("/v1/me")
            assert held(world, kept)
            # Here the process ends: it never comes to try again.
            for task in world.here.context.tasks:
                task.cancel()
            assert await marked(world) == 1
        await world.purge().run()
        assert held(world, kept) == []
        assert await marked(world) == 0


async def test_it_is_tried_again_when_the_reader_is_gone(world: World) -> None:
    maya = await world.person("Maya")
    kept = await of(world, Person.data_key)
    async with world.database.read() as session:
        await session.execute(text("SELECT count(*) FROM people"))
        await maya.delete("/v1/me")
    await world.settle()
    assert held(world, kept) == []
