"""Erased data is in none of the database's files: neither the content nor the key that decrypts it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.settings import Settings
from models import CheckIn, Installation, Membership, Person, Plan
from rules.upkeep.wal_truncation import ERASED_IN_LOG
from tests.world import person as people
from tests.world.world import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Use SQLite only: it keeps its log beside its file. PostgreSQL's files are its operator's concern."""
    return sqlite_url


def files_with(world: World, needles: Sequence[bytes]) -> list[str]:
    """Return the suffixes of the database files that contain any of these."""
    path = Path(str(world.database.url.database))
    files = [file for file in path.parent.glob(f"{path.name}*") if any(value in file.read_bytes() for value in needles)]
    return sorted(file.name.removeprefix(path.name) for file in files)


async def stored_values(world: World, *columns: object) -> list[bytes]:
    """Return the values of these columns in the only row."""
    [row] = await world.rows(select(*columns))  # type: ignore[call-overload]  # any columns
    return [bytes(value) for value in row]


async def pending_truncations(world: World) -> int:
    return len(await world.rows(select(Installation.value).where(Installation.name == ERASED_IN_LOG)))


@pytest.mark.promise(8)
async def test_promise_8_an_erased_account_is_in_no_file_of_the_database(world: World) -> None:
    maya = await world.person("Maya")
    await maya.post("/v1/check-ins", {"note": "A heavy evening by the sea."}, expect=201)
    kept = await stored_values(
        world, Person.data_key, Person.display_name, Person.sign_in_name, Person.sign_in_name_hash
    )
    kept += await stored_values(world, CheckIn.note)
    assert files_with(world, kept)
    await maya.delete("/v1/me")
    assert files_with(world, kept) == []
    assert await pending_truncations(world) == 0


async def test_a_deleted_check_in_and_a_changed_number_are_in_no_file(world: World) -> None:
    maya = await world.person("Maya")
    check_in = await maya.post("/v1/check-ins", {"note": "A heavy evening by the sea."}, expect=201)
    note = await stored_values(world, CheckIn.note)
    await maya.delete(f"/v1/check-ins/{check_in['id']}")
    assert files_with(world, note) == []
    await maya.patch("/v1/me", {"contact": "+1 555 010 0199"})
    number = await stored_values(world, Person.contact)
    await maya.patch("/v1/me", {"contact": None})
    assert files_with(world, number) == []


async def test_a_replaced_plan_and_the_standing_words_of_a_former_member_are_in_no_file(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.put("/v1/me/plan", {"signs": ["The old place"], "help_me": "Stay on the line"}, expect=200)
    kept = await stored_values(world, Plan.content, Plan.help_me)
    await maya.put("/v1/me/plan", {}, expect=200)
    assert files_with(world, kept) == []
    place = sponsor.places[maya.id]
    await sponsor.patch(f"/v1/supporting/{place}", {"standing_words": "step outside and call."})
    words = await stored_values(world, Membership.standing_words)
    assert files_with(world, words)
    await maya.delete(f"/v1/circle/{place}")
    assert files_with(world, words) == []


async def erase(person: people.Person) -> None:
    """Erase the account without waiting for what follows: `person.delete` would wait for every attempt to truncate."""
    assert (await person.send("DELETE", "/v1/me")).status_code == 204


async def test_truncation_waits_for_readers_and_the_purge_catches_up(settings: Settings) -> None:
    async with World(settings) as world:
        maya = await world.person("Maya")
        kept = await stored_values(world, Person.data_key)
        async with world.database.read() as session:
            await session.execute(text("SELECT count(*) FROM people"))
            await erase(maya)
            assert files_with(world, kept)
            # The process ends here, before it can retry.
            for task in world.here.context.tasks:
                task.cancel()
            assert await pending_truncations(world) == 1
        await world.purge().run()
        assert files_with(world, kept) == []
        assert await pending_truncations(world) == 0


async def test_truncation_is_retried_when_the_reader_has_finished(world: World) -> None:
    maya = await world.person("Maya")
    kept = await stored_values(world, Person.data_key)
    async with world.database.read() as session:
        await session.execute(text("SELECT count(*) FROM people"))
        await erase(maya)
    await world.settle()
    assert files_with(world, kept) == []
