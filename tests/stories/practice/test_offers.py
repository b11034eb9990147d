"""A practice is offered once when somebody was untried for long: by day, and only to whoever switched it on."""

import asyncio

import pytest
from sqlalchemy import select

from models import Rhythm
from tests.world.commitments import at_moment
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.practices import practises, sees_light
from tests.world.rhythm import chooses
from tests.world.world import World

# Everybody joined on 10 March; 35 days later is 14 April, 20:00.
BEFORE, FIRST = "2026-04-14T10:00", "2026-04-15T10:00"


async def offers(person: Person) -> list[dict[str, object]]:
    return await person.inbox("practice_offer")


async def test_offered_once_in_the_morning(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await chooses(maya, practice_offers=True)
    await at_moment(world, BEFORE)
    assert await offers(maya) == []
    await at_moment(world, "2026-04-15T09:59")
    assert await offers(maya) == []
    await at_moment(world, FIRST)
    [notice] = await offers(maya)
    assert notice["from"] is None
    [push] = await maya.pushes("practice_offer")
    assert (push.push.urgent, push.push.data["url"]) == (False, "/#/practices/new")
    for _ in range(80):
        await world.passes(24 * 3600)
    assert len(await offers(maya)) == 1, "whoever leaves it alone is not asked again"
    for person in (ana, ben):
        assert await offers(person) == []


async def test_it_comes_by_day_also_after_a_journey(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, practice_offers=True)
    await at_moment(world, BEFORE)
    await maya.patch("/v1/me", {"time_zone": "America/New_York"})
    await at_moment(world, "2026-04-14T14:00")
    await at_moment(world, "2026-04-15T13:59")
    assert await offers(maya) == []
    await at_moment(world, "2026-04-15T14:00")
    assert len(await offers(maya)) == len(await maya.pushes("practice_offer")) == 1


async def test_off_until_it_is_chosen(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await at_moment(world, FIRST)
    assert await offers(maya) == []
    await chooses(maya, practice_offers=True)
    await at_moment(world, "2026-04-16T10:00")
    assert len(await offers(maya)) == 1
    await chooses(maya)
    assert [row.offer_at for row in await world.rows(select(Rhythm.offer_at))] == [None]


async def test_not_while_everybody_shows_that_it_reaches_them(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await chooses(maya, practice_offers=True)
    await at_moment(world, "2026-04-10T12:00")
    await maya.press()
    for person in (ana, ben):
        await person.answer("here")
    await maya.close()
    await at_moment(world, FIRST)
    assert await offers(maya) == []
    await at_moment(world, "2026-05-16T10:00")
    assert len(await offers(maya)) == 1


async def test_a_practice_takes_the_offer_away_and_begins_the_time_anew(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await chooses(maya, practice_offers=True)
    await at_moment(world, FIRST)
    begun = await practises(maya)
    assert await offers(maya) == []
    for person in (ana, ben):
        await sees_light(person, begun)
    await at_moment(world, "2026-05-19T10:00")
    assert await offers(maya) == []
    await at_moment(world, "2026-05-21T10:00")
    assert len(await offers(maya)) == 1


@pytest.mark.parametrize("how", ["paused", "practised this week", "nobody has a phone"])
async def test_not_offered(world: World, people: list[Person], how: str) -> None:
    maya, ana, ben = people
    paused_until = "2026-06-01T00:00:00Z" if how == "paused" else None
    await chooses(maya, practice_offers=True, paused_until=paused_until)
    if how == "nobody has a phone":
        for person in (ana, ben):
            await person.delete(f"/v1/devices/{next(iter(person.devices))}")
    if how == "practised this week":
        await at_moment(world, "2026-04-14T12:00")
        await practises(maya)
    await at_moment(world, FIRST)
    assert await offers(maya) == []


async def test_two_workers_offer_once_also_after_a_crash(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, practice_offers=True)
    await at_moment(world, BEFORE)
    await world.forward(24 * 3600)
    async with no_commit_goes_through(world, "notices"):
        await world.here.worker.move("practice_offers")
    assert await offers(maya) == []
    other = await world.another_process()
    await asyncio.gather(other.work(), world.work())
    assert len(await maya.pushes("practice_offer")) == 1
