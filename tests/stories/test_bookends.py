"""A bookend: planned, due, nudged twice, the companion alone told; checked in, extended, cancelled."""

from datetime import datetime, timedelta

from tests.world.bookends import MINUTE, about, passes, plans, sees
from tests.world.person import Person
from tests.world.world import World


async def test_due_nudged_again_and_the_companion_alone_is_told(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    made = await plans(maya, sponsor, what="The reception at Jo's.")
    assert made["state"] == "planned"
    assert made["mine"] is True
    assert made["from"] == {"id": maya.id, "display_name": "Maya"}
    assert made["companion"]["person"]["id"] == sponsor.id
    assert made["checked_in_at"] is made["companion_told_at"] is None
    await sees(sponsor, made, 404)

    await passes(world, 59)
    assert await maya.pushes() == []

    await passes(world, 1)
    assert (await sees(maya, made))["state"] == "due"
    assert [push.push.data["round"] for push in await maya.pushes("bookend_due")] == ["1"]
    [nudge] = await maya.inbox("bookend_due")
    assert nudge["bookend_id"] == made["id"]
    assert nudge["from"] is nudge["reach_out_id"] is None

    await passes(world, 9)
    assert len(await maya.pushes("bookend_due")) == 1
    await passes(world, 1)
    first, second = await maya.pushes("bookend_due")
    assert second.push.data["round"] == "2"
    assert first.push.tag == second.push.tag == made["id"]
    assert [one["id"] for one in await maya.inbox("bookend_due")] == [nudge["id"]]
    assert await sponsor.pushes() == []

    await passes(world, 10)
    [told] = await sponsor.pushes()
    assert told.kind == "bookend_missed"
    assert told.push.urgent
    assert told.push.tag == made["id"]
    assert told.push.data["url"] == f"/#/bookends/{made['id']}"
    assert told.push.data["reach_out_id"] == ""
    [notice] = await sponsor.inbox("bookend_missed")
    assert notice["from"]["id"] == maya.id
    seen = await sees(sponsor, made)
    assert (seen["state"], seen["mine"], seen["what"]) == ("missed", False, "The reception at Jo's.")
    assert await friend.pushes() == []
    assert await friend.inbox() == []
    assert (await friend.get("/v1/bookends"))["items"] == []
    await sees(friend, made, 404)

    for _ in range(30):
        await passes(world, 10)
    assert len(await maya.pushes()) == 2
    assert await about(maya, made) == ["bookend_due"]
    # Once more after two minutes without a receipt, as every urgent push; the phone merges the two by their tag.
    assert len({push.push.data["notice_id"] for push in await sponsor.pushes()}) == 1
    assert await about(sponsor, made) == ["bookend_missed"]


async def test_an_early_check_in_is_silent(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    made = await plans(maya, sponsor)
    await passes(world, 30)
    back = await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    assert back["state"] == "checked_in"
    again = await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    assert again["checked_in_at"] == back["checked_in_at"]
    await passes(world, 120)
    assert await maya.pushes() == await sponsor.pushes() == []
    await sees(sponsor, made, 404)


async def test_a_check_in_between_the_nudges_is_silent_too(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    made = await plans(maya, sponsor)
    await passes(world, 65)
    await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    await passes(world, 120)
    assert await maya.pushed() == ["bookend_due"]
    assert await maya.inbox(unread=True) == [one for one in await maya.inbox() if one["kind"] != "bookend_due"]
    assert await sponsor.pushes() == []
    assert await sponsor.inbox() == []


async def test_a_late_check_in_brings_the_companion_an_all_clear(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    made = await plans(maya, sponsor)
    await passes(world, 80)
    back = await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    assert back["state"] == "checked_in"
    assert await sponsor.pushed() == ["bookend_missed", "all_clear"]
    assert {push.push.tag for push in await sponsor.pushes()} == {made["id"]}
    assert await about(sponsor, made) == ["bookend_missed", "all_clear"]
    assert (await sees(sponsor, made))["state"] == "checked_in"
    assert await friend.inbox() == []
    await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    await passes(world, 10)
    assert await about(sponsor, made) == ["bookend_missed", "all_clear"]


async def test_an_extension_starts_again_from_the_new_moment(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    made = await plans(maya, sponsor)
    await passes(world, 72)
    later = world.now() + timedelta(hours=1)
    moved = await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": later.isoformat()}, expect=200)
    assert moved["state"] == "planned"
    assert datetime.fromisoformat(moved["due_at"]) == later
    assert await maya.inbox("bookend_due") == []
    await passes(world, 30)
    assert await sponsor.pushes() == []
    await passes(world, 30)
    assert [push.push.data["round"] for push in await maya.pushes("bookend_due")] == ["1", "1"]
    assert len(await maya.inbox("bookend_due")) == 1
    # The same extension once more, because its reply was lost: nothing starts again.
    repeated = await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": later.isoformat()}, expect=200)
    assert repeated["state"] == "due"
    await passes(world, 10)
    await passes(world, 10)
    assert await sponsor.pushed() == ["bookend_missed"]
    even_later = (world.now() + timedelta(hours=1)).isoformat()
    problem = await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": even_later}, expect=409)
    assert problem["type"] == "/problems/bookend-over"


async def test_there_and_back_again(world: World, people: list[Person]) -> None:
    """Moved away from a moment and back to it: the nudges of that moment come all the same."""
    maya, sponsor, _ = people
    made = await plans(maya, sponsor, 30 * MINUTE)
    await passes(world, 31)
    await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": (world.now() + timedelta(hours=2)).isoformat()})
    sooner = (world.now() + timedelta(minutes=5)).isoformat()
    await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": sooner}, expect=200)
    await passes(world, 6)
    assert len(await maya.pushes("bookend_due")) == 2
    assert len(await maya.inbox("bookend_due")) == 1


async def test_cancelled_before_anybody_was_told_leaves_no_trace(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    made = await plans(maya, sponsor)
    await passes(world, 61)
    await maya.delete(f"/v1/bookends/{made['id']}")
    await passes(world, 60)
    assert await sponsor.pushes() == []
    assert await about(maya, made) == []
    await sees(maya, made, 404)
    await maya.delete(f"/v1/bookends/{made['id']}", expect=404)


async def test_cancelled_after_the_companion_was_told_ends_without_an_all_clear(
    world: World, people: list[Person]
) -> None:
    maya, sponsor, _ = people
    made = await plans(maya, sponsor)
    await passes(world, 80)
    await maya.delete(f"/v1/bookends/{made['id']}")
    assert await sponsor.pushed() == ["bookend_missed", "ended"]
    assert await about(sponsor, made) == ["bookend_missed", "ended"]
    await sees(sponsor, made, 404)
