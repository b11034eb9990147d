"""Who sees what of a thread: the two people between whom a membership stands, and nobody else."""

import asyncio

import pytest
from sqlalchemy import select

from models import CheckInShare, Membership
from tests.world.person import Person
from tests.world.threads import ALL_KINDS, fill_thread, item_kinds, keep_a_day, load_thread, load_threads, send_words
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def outsiders(world: World, maya: Person) -> list[Person]:
    stranger, unconfirmed = await world.person(), await world.person()
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    return [stranger, unconfirmed]


async def test_a_strangers_thread_is_not_there(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await fill_thread(world, maya, sponsor)
    pairs = [(friend, sponsor), (sponsor, friend), (maya, maya)]
    pairs += [pair for one in await outsiders(world, maya) for pair in ((one, maya), (maya, one), (one, sponsor))]
    asks = [("GET", ""), ("POST", "/read"), ("POST", "/talked"), ("DELETE", "/talked")]
    for asking, about in pairs:
        for method, what in asks:
            here = await asking.send(method, f"/v1/threads/{about.id}{what}")
            nowhere = await asking.send(method, f"/v1/threads/{NOWHERE}{what}")
            assert here.status_code == nowhere.status_code == 404
            assert here.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
        assert about.id not in await load_threads(asking)
    assert await world.count("thread_reads") == 0
    assert await item_kinds(maya, sponsor) == ALL_KINDS


async def test_members_of_one_circle_see_nothing_of_one_anothers_threads(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press(to=[sponsor.places[maya.id]])
    await maya.close()
    await send_words(maya, sponsor, "Thank you.")
    await maya.post("/v1/check-ins", {"feeling": 1, "share_with": [sponsor.places[maya.id]]}, expect=201)
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    await keep_a_day(world, maya, sponsor)
    assert await item_kinds(friend, maya) == await item_kinds(maya, friend) == []
    assert (await load_threads(friend))[maya.id]["last"] is None


async def test_a_witness_sees_days_from_their_yes_on(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await keep_a_day(world, maya, sponsor, accepted=False)
    assert await item_kinds(sponsor, maya) == await item_kinds(maya, sponsor) == []


async def test_only_the_parts_that_were_shared(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    body = {"feeling": 0, "halt": ["tired"], "note": "Mine alone.", "share_with": [sponsor.places[maya.id]]}
    await maya.post("/v1/check-ins", body, expect=201)
    shares = {
        None: {"feeling": 0, "halt": ["tired"], "note": "Mine alone."},
        ("halt",): {"halt": ["tired"]},
        ("feeling", "week.people"): {"feeling": 0},
        (): {},
    }
    for parts, shown in shares.items():
        await set_parts(world, parts)
        for person, other in ((maya, sponsor), (sponsor, maya)):
            [item] = await load_thread(person, other)
            assert item["check_in"] == shown


async def set_parts(world: World, parts: tuple[str, ...] | None) -> None:
    async with world.database.write() as session:
        [share] = (await session.execute(select(CheckInShare))).scalars()
        share.parts = None if parts is None else list(parts)
        await session.commit()


@pytest.mark.parametrize("way", ["removed", "left", "blocked"])
async def test_it_ends_with_the_membership_for_both(world: World, way: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await fill_thread(world, maya, sponsor)
    await maya.post(f"/v1/threads/{sponsor.id}/read", expect=200)
    match way:
        case "removed":
            await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
        case "left":
            await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        case _:
            await sponsor.post("/v1/blocks", {"person_id": maya.id})
    await load_thread(maya, sponsor, expect=404)
    await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Still there?"}, expect=404)
    assert await load_threads(maya) == {}
    await load_thread(sponsor, maya, expect=404)
    await sponsor.post("/v1/reach-ins", {"to": maya.id, "text": "Still there?"}, expect=404)
    assert await load_threads(sponsor) == {}
    assert await world.count("thread_reads") == 0
    if way != "blocked":
        await maya.welcomes(sponsor)
        assert await item_kinds(sponsor, maya) == await item_kinds(maya, sponsor) == [], "a new membership begins anew"


async def test_it_ends_with_an_erased_account(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await fill_thread(world, maya, sponsor)
    await maya.post(f"/v1/threads/{sponsor.id}/read", expect=200)
    await sponsor.delete("/v1/me")
    await load_thread(maya, sponsor, expect=404)
    assert await load_threads(maya) == {}
    assert [await world.count(table) for table in ("reach_ins", "talks", "thread_reads")] == [0, 0, 0]


async def test_with_two_memberships_the_thread_is_there_until_the_last_ends(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    await send_words(maya, sponsor, "Hello.")
    await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    found = (await load_threads(maya))[sponsor.id]
    assert (found["they_are"], found["i_am"]) == (None, "friend")
    await send_words(sponsor, maya, "Hello.")
    assert len(await load_thread(maya, sponsor)) == 1


async def test_removed_in_the_same_moment_nothing_is_half_written(world: World) -> None:
    """Words, marks and the removal at once: each is either before it, and gone with it, or after it, and refused."""
    for _ in range(4):
        maya, sponsor = await world.circle("sponsor")
        removal = maya.send("DELETE", f"/v1/circle/{sponsor.places[maya.id]}")
        words = [sponsor.send("POST", "/v1/reach-ins", {"to": maya.id, "text": "Hi"}) for _ in range(2)]
        marks = [maya.send("POST", f"/v1/threads/{sponsor.id}/{what}") for what in ("talked", "read")]
        removed, *rest = await asyncio.gather(removal, *words, *marks)
        assert removed.status_code == 204
        assert {reply.status_code for reply in rest} <= {200, 201, 404}
        assert await maya.inbox() == await sponsor.inbox() == []
        assert len(await world.rows(select(Membership.id))) == 0
