"""People who are put back for a test are the ones that the API made for an earlier one, to the last row."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.settings import Settings
from models import Base, OperatorAction
from tests.world.beginnings import Beginnings
from tests.world.databases import Postgres, Sqlite
from tests.world.person import Person
from tests.world.world import World

Empty = Callable[[], None]


@pytest.fixture
def empty(settings: Settings, _sqlite: Sqlite, _postgres: Postgres | None) -> Empty:
    """Empty the database of these settings, as before each test."""
    database = _sqlite if settings.sqlalchemy_url.startswith("sqlite") else _postgres
    assert database is not None
    return database.empty


async def rows(world: World) -> dict[str, set[str]]:
    """Return every row of the database; the operator's actions are never deleted, so those of other tests are there too."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != OperatorAction.__tablename__]
    return {table.name: {repr(row) for row in await world.rows(select(table))} for table in tables}


async def replies(people: list[Person]) -> list[Any]:
    """Return what each of them reads of themselves, their circle, their phones and their inbox."""
    paths = ("/v1/me", "/v1/circle", "/v1/devices", "/v1/inbox", "/v1/supporting")
    return [(person.name, vars(person).keys(), [await person.get(path) for path in paths]) for person in people]


@pytest.mark.parametrize("steps", [None, [1, 2]])
async def test_a_circle_that_is_put_back_is_the_one_that_was_made(
    settings: Settings, empty: Empty, steps: list[int] | None
) -> None:
    known: Beginnings = {}
    seen = []
    for _ in range(2):
        await asyncio.to_thread(empty)
        async with World(settings, beginnings=known) as world:
            people = [await world.person("Kim"), *await world.circle("sponsor", "friend", steps=steps)]
            seen.append((await rows(world), world.now(), [person.devices for person in people], await replies(people)))
            assert len(known) == 2
            assert None not in known.values()
    made, put_back = seen
    assert made == put_back


async def test_nobody_is_put_back_once_something_has_happened(settings: Settings, empty: Empty) -> None:
    known: Beginnings = {}
    ids = []
    for _ in range(2):
        await asyncio.to_thread(empty)
        async with World(settings, beginnings=known) as world:
            maya = await world.person("Maya")
            await maya.get("/v1/circle")
            ids.append((maya.id, (await world.person("Ana")).id))
    (first_maya, first_ana), (second_maya, second_ana) = ids
    assert first_maya == second_maya
    assert first_ana != second_ana


async def test_other_settings_begin_another_story(settings: Settings, empty: Empty) -> None:
    known: Beginnings = {}
    ids = set()
    for sign_ups in (1000, 2000):
        await asyncio.to_thread(empty)
        async with World(settings.model_copy(update={"sign_ups": sign_ups}), beginnings=known) as world:
            ids.add((await world.person("Maya")).id)
    assert len(ids) == 2


async def test_a_test_that_changes_people_changes_them_for_no_other(settings: Settings, empty: Empty) -> None:
    known: Beginnings = {}
    for _ in range(3):
        await asyncio.to_thread(empty)
        async with World(settings, beginnings=known) as world:
            maya, sponsor = await world.circle("sponsor")
            assert len(sponsor.devices) == len(sponsor.places) == 1
            assert (await maya.circle())[0]["person"]["display_name"] == sponsor.name
            await sponsor.device()
            await sponsor.patch("/v1/me", {"display_name": "Somebody else"})
            maya.places["nowhere"] = "changed"
