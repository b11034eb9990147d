"""Threads: one per pair, with all that passed quietly between them, and how far each has read it."""

import asyncio

import pytest

from tests.world.race import race
from tests.world.threads import ALL_KINDS, ITEM_FIELDS, fill_thread, item_kinds, load_thread, load_threads, send_words
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def test_all_that_passed_between_two_people_and_both_see_the_same(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await fill_thread(world, maya, sponsor)
    hers, theirs = await load_thread(maya, sponsor), await load_thread(sponsor, maya)
    assert [item["kind"] for item in reversed(hers)] == ALL_KINDS
    assert [item | {"mine": not item["mine"]} for item in hers] == theirs
    assert all(set(item) == ITEM_FIELDS for item in hers)
    words, commitment, talked, check_in, thanks, reach_out = hers
    assert (words["text"], words["mine"], words["from"]["id"]) == ("I see you.", False, sponsor.id)
    assert (thanks["text"], thanks["mine"]) == ("Thank you.", True)
    assert check_in["check_in"] == {"feeling": 1, "note": "A long day."}, "what was not given is left out"
    assert (commitment["commitment"]["text"], commitment["done"], commitment["text"]) == (
        "Call Ana",
        True,
        "It was good.",
    )
    assert (talked["text"], reach_out["text"], reach_out["done"]) == (None, None, None), "only that it was"
    assert await item_kinds(maya, friend) == ["reach_out"], "who was told of it"
    assert await item_kinds(friend, maya) == ["reach_out"]


async def test_the_list_has_the_latest_first(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await friend.welcomes(maya, "fellow")
    await send_words(maya, sponsor, "To you.")
    await send_words(friend, maya, "From me.")
    one, other = (await maya.get("/v1/threads"))["items"]
    assert one == {
        "person": {"id": friend.id, "display_name": friend.name},
        "they_are": "friend",
        "i_am": "fellow",
        "last": {"kind": "reach_in", "created_at": one["last"]["created_at"], "mine": False},
        "unread": True,
        "last_connected_at": one["last_connected_at"],
    }
    assert (other["they_are"], other["i_am"], other["unread"], other["last"]["mine"]) == ("sponsor", None, False, True)
    assert one["last_connected_at"] == one["last"]["created_at"]
    first = await maya.get("/v1/threads?limit=1")
    rest = await maya.get(f"/v1/threads?limit=1&cursor={first['next']}")
    assert (first["items"], rest["items"], rest["next"]) == ([one], [other], None)


async def test_nothing_has_passed_yet(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    assert {(one["last"], one["unread"], one["last_connected_at"]) for one in (await load_threads(maya)).values()} == {
        (None, False, None)
    }
    first = await maya.get("/v1/threads?limit=1")
    rest = await maya.get(f"/v1/threads?limit=1&cursor={first['next']}")
    assert {page["items"][0]["person"]["id"] for page in (first, rest)} == {sponsor.id, friend.id}
    assert await load_thread(maya, sponsor) == []


async def test_pages_over_mixed_kinds_lose_and_double_nothing(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for number in range(4):
        await send_words(maya, sponsor, str(number))
        await send_words(sponsor, maya, str(number))
        await maya.post("/v1/check-ins", {"feeling": number, "share_with": [sponsor.places[maya.id]]}, expect=201)
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    whole = [item["id"] for item in await load_thread(maya, sponsor, "?limit=100")]
    assert len(whole) == 13
    for limit in (1, 2, 3, 7):
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await maya.get(f"/v1/threads/{sponsor.id}?limit={limit}{cursor and '&cursor=' + cursor}")
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
            # Something new at the top moves nothing below.
            await sponsor.post("/v1/reach-ins", {"to": maya.id})
            await maya.post("/v1/check-ins", {"share_with": [sponsor.places[maya.id]]}, expect=201)
        assert found[-13:] == whole
        assert len(found) == len(set(found))
        await world.forward(24 * 3600)


@pytest.mark.parametrize("wrong", ["x", NOWHERE, "-1-" + "0" * 32, "9" * 18 + "-" + "0" * 32, "1-" + "g" * 32, ""])
async def test_a_cursor_that_no_page_gave(world: World, wrong: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    for path in ("/v1/threads", f"/v1/threads/{sponsor.id}"):
        assert (await maya.get(f"{path}?cursor={wrong}", expect=422))["type"] == "/problems/invalid"
        assert (await maya.get(f"{path}?cursor=0-{'0' * 32}"))["items"] == []


async def test_read_until_something_new_comes(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await send_words(sponsor, maya, "Coffee?")
    other_phone = await maya.again()
    assert (await load_threads(maya))[sponsor.id]["unread"]
    read = await other_phone.post(f"/v1/threads/{sponsor.id}/read", expect=200)
    assert set(read) == {"read_at"}
    assert not (await load_threads(maya))[sponsor.id]["unread"]
    assert await maya.inbox(unread=True) == [], "its notices are read with it"
    assert not (await load_threads(sponsor))[maya.id]["unread"], "and nobody is told"
    await send_words(maya, sponsor, "Yes.")
    assert not (await load_threads(maya))[sponsor.id]["unread"], "one's own words are not new"
    assert (await load_threads(sponsor))[maya.id]["unread"]
    await world.forward(1)
    await sponsor.post(f"/v1/threads/{maya.id}/talked", expect=201)
    assert (await load_threads(maya))[sponsor.id]["unread"]
    await asyncio.gather(
        *(phone.post(f"/v1/threads/{sponsor.id}/read", expect=200) for phone in (maya, other_phone) * 3)
    )
    assert not (await load_threads(maya))[sponsor.id]["unread"]


async def test_what_was_read_is_pushed_no_more(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await send_words(maya, sponsor, "One.")
    await world.work()
    await world.forward(2)
    await send_words(maya, sponsor, "Two.")
    await send_words(maya, sponsor, "Three.")
    await world.forward(2)
    await sponsor.post(f"/v1/threads/{maya.id}/read", expect=200)
    await world.passes(20)
    assert await sponsor.pushed() == ["reach_in"], "the two that waited for their time were read before it"
    await world.forward(20)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    for text in ("Four.", "Five."):
        await send_words(maya, sponsor, text)
        await world.work()
    await sponsor.post(f"/v1/threads/{maya.id}/read", expect=200)
    await send_words(maya, sponsor, "Six.")
    await world.passes(21)
    assert await sponsor.pushed() == ["reach_in"] * 3, "what was written after the reading is pushed at its time"


async def test_words_that_come_while_the_thread_is_read_keep_their_push(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await send_words(maya, sponsor, "One.")
    await send_words(maya, sponsor, "Two.")
    # The third relies on the push of the second, which the reader is about to call off.
    await race(
        world,
        "notices IN SHARE ROW EXCLUSIVE",
        maya.send("POST", "/v1/reach-ins", {"to": sponsor.id, "text": "Three."}),
        sponsor.send("POST", f"/v1/threads/{maya.id}/read"),
    )
    await world.passes(21)
    unread = await sponsor.inbox("reach_in", unread=True)
    assert len(await sponsor.pushed()) == 1 + len(unread)
    assert world.sqlite or len(unread) == 1


async def test_a_reach_out_that_ended_makes_nothing_new(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    assert await item_kinds(sponsor, maya) == [], "while it is open it has a page of its own"
    await maya.close()
    found = (await load_threads(sponsor))[maya.id]
    assert (found["last"]["kind"], found["unread"]) == ("reach_out", False)


async def test_both_sides_hear_of_it(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    phone = await maya.again()
    async with phone.listens() as hers, sponsor.listens() as theirs, friend.listens() as others:
        await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
        for stream, other in ((hers, sponsor), (theirs, maya)):
            event = await stream.next()
            assert event is not None
            assert (event.kind, event.data) == ("thread", f'{{"id":"{other.id}"}}')
        await send_words(sponsor, maya, "Secret words")
        seen = [event.kind for event in (await hers.next(), await hers.next()) if event is not None]
        assert sorted(seen) == ["notice", "thread"]
        assert "Secret" not in hers.raw
        assert await others.quiet()
