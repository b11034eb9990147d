"""The life of a bookend: planned, due, nudged twice, missed; checked in, extended, cancelled."""

import json
from datetime import datetime, timedelta
from typing import Any

from notifications.transports.protocol import RetryAt
from tests.world.bookends import MINUTE, about, heard, passes, plans, sees
from tests.world.person import Person
from tests.world.stream import Stream
from tests.world.world import World


async def test_a_missed_bookend_nudges_twice_and_tells_only_the_companion(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    bookend = await plans(maya, sponsor, what="The reception at Jo's.")
    assert bookend["state"] == "planned"
    assert bookend["mine"] is True
    assert bookend["from"] == {"id": maya.id, "display_name": "Maya"}
    assert bookend["companion"]["person"]["id"] == sponsor.id
    assert bookend["checked_in_at"] is bookend["companion_told_at"] is None
    await sees(friend, bookend, 404)

    await passes(world, 59)
    assert await maya.pushes() == []

    await passes(world, 1)
    assert (await sees(maya, bookend))["state"] == "due"
    assert [push.push.data["round"] for push in await maya.pushes("bookend_due")] == ["1"]
    [nudge] = await maya.inbox("bookend_due")
    assert nudge["bookend_id"] == bookend["id"]
    assert nudge["from"] is nudge["reach_out_id"] is None

    await passes(world, 9)
    assert len(await maya.pushes("bookend_due")) == 1
    await passes(world, 1)
    first, second = await maya.pushes("bookend_due")
    assert second.push.data["round"] == "2"
    assert first.push.tag == second.push.tag == bookend["id"]
    assert [notice["id"] for notice in await maya.inbox("bookend_due")] == [nudge["id"]]
    assert await heard(sponsor) == []

    await passes(world, 10)
    [push] = [push for push in await sponsor.pushes() if push.kind != "standing_by"]
    assert push.kind == "bookend_missed"
    assert push.push.urgent
    assert push.push.tag == bookend["id"]
    assert push.push.data["url"] == f"/#/bookends/{bookend['id']}"
    assert push.push.data["reach_out_id"] == ""
    [notice] = await sponsor.inbox("bookend_missed")
    assert notice["from"]["id"] == maya.id
    seen = await sees(sponsor, bookend)
    assert (seen["state"], seen["mine"], seen["what"]) == ("missed", False, "The reception at Jo's.")
    assert await heard(friend) == []
    assert await friend.inbox() == []
    assert (await friend.get("/v1/bookends"))["items"] == []
    await sees(friend, bookend, 404)

    for _ in range(30):
        await passes(world, 10)
    assert len(await maya.pushes()) == 2
    assert await about(maya, bookend) == ["bookend_due"]
    # Sent again after two minutes without a receipt, like every urgent push; the phone merges the two by tag.
    assert len({push.push.data["notice_id"] for push in await sponsor.pushes("bookend_missed")}) == 1
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed"]


async def test_an_early_check_in_is_silent(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 30)
    back = await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert back["state"] == "checked_in"
    again = await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert again["checked_in_at"] == back["checked_in_at"]
    await passes(world, 120)
    assert await maya.pushed() == await heard(sponsor) == []
    assert (await sees(sponsor, bookend))["state"] == "checked_in"
    assert await sponsor.inbox(unread=True) == []


async def test_a_check_in_between_the_nudges_is_silent_too(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 65)
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    await passes(world, 120)
    assert await maya.pushed() == ["bookend_due"]
    assert await maya.inbox(unread=True) == []
    assert await heard(sponsor) == []
    assert await about(sponsor, bookend) == ["standing_by"]


async def test_a_late_check_in_brings_the_companion_an_all_clear(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    bookend = await plans(maya, sponsor)
    await passes(world, 80)
    back = await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert back["state"] == "checked_in"
    assert await heard(sponsor) == ["bookend_missed", "all_clear"]
    assert {push.push.tag for push in await sponsor.pushes()} == {bookend["id"]}
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed", "all_clear"]
    assert (await sees(sponsor, bookend))["state"] == "checked_in"
    assert await friend.inbox() == []
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    await passes(world, 10)
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed", "all_clear"]


async def test_an_extension_starts_again_from_the_new_moment(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 72)
    later = world.now() + timedelta(hours=1)
    moved = await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": later.isoformat()}, expect=200)
    assert moved["state"] == "planned"
    assert datetime.fromisoformat(moved["due_at"]) == later
    assert await maya.inbox("bookend_due") == []
    await passes(world, 30)
    assert await heard(sponsor) == []
    await passes(world, 30)
    assert [push.push.data["round"] for push in await maya.pushes("bookend_due")] == ["1", "1"]
    assert len(await maya.inbox("bookend_due")) == 1
    # The same extension retried, because its reply was lost: nothing restarts.
    repeated = await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": later.isoformat()}, expect=200)
    assert repeated["state"] == "due"
    await passes(world, 10)
    await passes(world, 10)
    assert await heard(sponsor) == ["bookend_missed"]
    even_later = (world.now() + timedelta(hours=1)).isoformat()
    problem = await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": even_later}, expect=409)
    assert problem["type"] == "/problems/bookend-over"


async def test_moved_away_and_back_to_the_same_due_time(world: World, people: list[Person]) -> None:
    """Move the due time away and back: its nudges are still sent."""
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor, 30 * MINUTE)
    await passes(world, 31)
    await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": (world.now() + timedelta(hours=2)).isoformat()})
    sooner = (world.now() + timedelta(minutes=5)).isoformat()
    await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": sooner}, expect=200)
    await passes(world, 6)
    assert len(await maya.pushes("bookend_due")) == 2
    assert len(await maya.inbox("bookend_due")) == 1


async def test_cancelling_before_anybody_is_told_leaves_no_trace(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 61)
    await maya.delete(f"/v1/bookends/{bookend['id']}")
    await passes(world, 60)
    assert await heard(sponsor) == []
    assert await about(sponsor, bookend) == []
    assert await about(maya, bookend) == []
    await sees(maya, bookend, 404)
    await maya.delete(f"/v1/bookends/{bookend['id']}", expect=404)


async def test_cancelling_after_the_companion_is_told_sends_no_all_clear(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 80)
    await maya.delete(f"/v1/bookends/{bookend['id']}")
    assert await heard(sponsor) == ["bookend_missed", "ended"]
    assert await about(sponsor, bookend) == ["bookend_missed", "ended"]
    await sees(sponsor, bookend, 404)


async def test_the_companion_gets_a_quiet_standing_by_push_at_once(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    await maya.patch("/v1/me", {"contact": "+1 415 555 0100"})
    bookend = await plans(maya, sponsor, what="The reception at Jo's.")
    [push] = await sponsor.pushes()
    assert (push.kind, push.push.urgent) == ("standing_by", False)
    assert push.push.data["url"] == f"/#/bookends/{bookend['id']}"
    assert "Maya" not in push.push.body
    [notice] = await sponsor.inbox("standing_by")
    assert (notice["from"]["id"], notice["bookend_id"], notice["read_at"]) == (maya.id, bookend["id"], None)
    seen = await sees(sponsor, bookend)
    assert (seen["state"], seen["mine"], seen["due_at"]) == ("planned", False, bookend["due_at"])
    assert seen["what"] is seen["contact"] is None, "the plan and the number stay hidden until they are needed"
    assert await friend.pushes() == []
    assert (await friend.get("/v1/bookends"))["items"] == []
    # Neither a retry of the same request nor a new due time asks the companion twice.
    await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": (world.now() + timedelta(hours=2)).isoformat()})
    await passes(world, 60)
    assert await sponsor.pushed() == ["standing_by"]
    await passes(world, 80)
    assert await sponsor.pushed() == ["standing_by", "bookend_missed"]
    assert [entry["kind"] for entry in await sponsor.inbox(unread=True)] == ["bookend_missed"]
    seen = await sees(sponsor, bookend)
    assert (seen["what"], seen["contact"]) == ("The reception at Jo's.", "+14155550100")


async def test_standing_by_wakes_nobody(world: World, people: list[Person]) -> None:
    """A sleeping or muting companion gets an inbox notice only, and a push that is late is dropped once the bookend ends."""
    maya, sponsor, friend = people
    await sponsor.patch("/v1/me", {"time_zone": "UTC", "hours": [{"day": 1, "from": "08:00", "to": "08:30"}]})
    until = (world.now() + timedelta(hours=9)).isoformat()
    await friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": until})
    asleep, muted = await plans(maya, sponsor), await plans(maya, friend)
    assert await sponsor.pushes() == await friend.pushes() == []
    assert await about(sponsor, asleep) == await about(friend, muted) == ["standing_by"]
    await friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": None})
    [address] = friend.devices.values()
    world.transport.answer(address, RetryAt("trouble", world.now() + timedelta(minutes=30)))
    late = await plans(maya, friend)
    await world.settle()
    await maya.post(f"/v1/bookends/{late['id']}/check-in", expect=200)
    world.transport.answer(address)
    tried = len(await friend.pushes())
    await passes(world, 40)
    assert len(await friend.pushes()) == tried


async def test_event_streams_follow_the_other_side(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people

    async def hear(bookend: dict[str, Any], *streams: Stream) -> None:
        for stream in streams:
            heard_of = None
            while heard_of != ("bookend", bookend["id"]):
                event = await stream.next()
                assert event is not None
                heard_of = (event.kind, json.loads(event.data).get("id"))

    async with maya.listens() as hers, sponsor.listens() as theirs, friend.listens() as nobodys:
        bookend = await plans(maya, sponsor)
        await hear(bookend, hers, theirs)
        path, later = f"/v1/bookends/{bookend['id']}", (world.now() + timedelta(minutes=30)).isoformat()
        await maya.post(f"{path}/extend", {"due_at": later}, expect=200)
        await hear(bookend, hers, theirs)
        await passes(world, 50)
        await hear(bookend, hers, theirs)
        await maya.post(f"{path}/check-in", expect=200)
        await hear(bookend, hers, theirs)
        await maya.delete(path)
        await hear(bookend, hers, theirs)
        given_up = await plans(maya, sponsor)
        await hear(given_up, hers, theirs)
        await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        await hear(given_up, hers)
        assert await nobodys.quiet()
