""" "We talked": a mark a day and side, and a connection for both."""

import asyncio

from tests.world.threads import ITEM_FIELDS, item_kinds, load_thread, load_threads
from tests.world.world import World


async def test_we_talked_once_a_day_and_side(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    where = f"/v1/threads/{sponsor.id}/talked"
    replies = await asyncio.gather(*(maya.send("POST", where) for _ in range(5)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert set(replies[0].json()) == ITEM_FIELDS
    await sponsor.post(f"/v1/threads/{maya.id}/talked", expect=201)
    assert await item_kinds(maya, sponsor) == ["talked", "talked"]
    assert [
        (await load_threads(one))[other.id]["last_connected_at"] is None
        for one, other in ((maya, sponsor), (sponsor, maya))
    ] == [
        False,
        False,
    ]
    await maya.delete(where)
    await maya.delete(where)
    assert [item["mine"] for item in await load_thread(maya, sponsor)] == [False]
    await world.forward(24 * 3600)
    await maya.post(where, expect=201)
    assert len(await load_thread(maya, sponsor)) == 2


async def test_a_day_is_one_of_ones_own_time_zone(world: World) -> None:
    """The world begins at 20:00 UTC: five hours later it is another day in UTC, and the same one in Los Angeles."""
    maya, sponsor = await world.circle("sponsor")
    await maya.patch("/v1/me", {"time_zone": "America/Los_Angeles"})
    for person, other in ((maya, sponsor), (sponsor, maya)):
        await person.post(f"/v1/threads/{other.id}/talked", expect=201)
    await world.forward(5 * 3600)
    for person, other in ((maya, sponsor), (sponsor, maya)):
        await person.post(f"/v1/threads/{other.id}/talked", expect=201)
    assert [item["mine"] for item in await load_thread(maya, sponsor)] == [False, False, True]


async def test_a_mark_comes_back_with_a_new_membership(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    await maya.welcomes(sponsor)
    assert await item_kinds(maya, sponsor) == []
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    assert await item_kinds(sponsor, maya) == ["talked"]


async def test_a_talk_is_a_connection_in_the_weeks_of_both(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    for person in (maya, sponsor):
        [week] = (await person.get("/v1/connections?weeks=1"))["weeks"]
        assert week["people"] == 1
        assert (await person.get("/v1/connections?weeks=1"))["not_in_touch"] == []
