"""Bookends when companions leave or sleep, processes die, accounts are erased, and requests race."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from core.ids import new_id
from models import Delivery, Notice
from notifications.transports.protocol import RetryAt
from tests.stories.circle.test_reachability import has_a_channel
from tests.world.bookends import MINUTE, about, heard, passes, plans, sees
from tests.world.person import Person
from tests.world.world import World


@pytest.mark.parametrize("how", ["removed", "left", "blocked", "blocks"])
async def test_a_companion_who_left_is_not_told_and_the_person_knows_it(
    world: World, people: list[Person], how: str
) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    membership = sponsor.places[maya.id]
    match how:
        case "removed":
            await maya.delete(f"/v1/circle/{membership}")
        case "left":
            await sponsor.delete(f"/v1/supporting/{membership}")
        case "blocked":
            await maya.post("/v1/blocks", {"person_id": sponsor.id})
        case _:
            await sponsor.post("/v1/blocks", {"person_id": maya.id})
    assert (await sees(maya, bookend))["companion"] is None
    await passes(world, 60)
    await passes(world, 20)
    assert await heard(sponsor) == []
    assert await sponsor.inbox() == []
    assert await about(maya, bookend) == ["bookend_due", "unanswered"]
    assert await maya.pushed() == ["bookend_due", "unanswered"]
    seen = await sees(maya, bookend)
    assert seen["state"] == "missed"
    assert seen["companion_told_at"] is None
    back = await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert back["state"] == "checked_in"


async def test_a_companion_removed_after_being_told_sees_nothing_any_more(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await passes(world, 80)
    await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    await sees(sponsor, bookend, 404)
    assert await sponsor.inbox() == []
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert await heard(sponsor) == ["bookend_missed"]
    assert await sponsor.inbox() == []


async def test_outside_hours_the_companion_gets_an_inbox_notice_and_the_person_knows_it(
    world: World, people: list[Person]
) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await sponsor.patch("/v1/me", {"time_zone": "UTC", "hours": [{"day": 1, "from": "08:00", "to": "20:30"}]})
    await passes(world, 60)
    await passes(world, 20)
    assert await heard(sponsor) == []
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed"]
    assert await about(maya, bookend) == ["bookend_due", "unanswered"]
    # Somebody who was not woken for the alarm is not woken for the all-clear either.
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    assert await heard(sponsor) == []
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed", "all_clear"]


async def test_a_companion_without_a_phone_is_not_counted_on(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    bookend = await plans(maya, sponsor)
    await passes(world, 60)
    await passes(world, 20)
    assert await about(sponsor, bookend) == ["standing_by", "bookend_missed"]
    assert await about(maya, bookend) == ["bookend_due", "unanswered"]


async def test_a_companion_with_only_a_channel_gets_alarm_and_all_clear_there(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await has_a_channel(world, sponsor)
    bookend = await plans(maya, sponsor)
    await passes(world, 60)
    await passes(world, 20)
    assert await about(maya, bookend) == ["bookend_due"]
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    sent = (
        select(Notice.kind, Delivery.state)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Delivery.channel_id.is_not(None), Notice.bookend_id == UUID(bookend["id"]))
        .order_by(Notice.id)
    )
    assert [tuple(row) for row in await world.rows(sent)] == [("bookend_missed", "cancelled"), ("all_clear", "pending")]


async def test_a_failing_bookend_does_not_block_the_others(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    poison = await plans(maya, sponsor)
    await plans(maya, friend)
    async with world.database.write() as session:
        session.add(
            Notice(
                id=new_id(world.now()),
                recipient_id=UUID(sponsor.id),
                kind="bookend_missed",
                event_id=UUID(poison["id"]),
                created_at=world.now(),
            )
        )
        await session.commit()
    await passes(world, 80)
    assert await heard(friend) == ["bookend_missed"]
    assert (await sees(maya, poison))["state"] == "due"


async def test_another_worker_carries_on(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    await plans(maya, sponsor)
    await passes(world, 60)
    other = await world.another_process()
    await world.forward(10 * MINUTE)
    await other.work()
    await world.work()
    assert len(await maya.pushes("bookend_due")) == 2
    await world.forward(10 * MINUTE)
    await other.work()
    await world.work()
    assert await heard(sponsor) == ["bookend_missed"]


async def test_bookends_catch_up_after_an_outage(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    await plans(maya, sponsor)
    await passes(world, 5 * 60)
    assert await maya.pushed() == ["bookend_due"]
    assert await heard(sponsor) == ["bookend_missed"]
    await passes(world, 60)
    assert await maya.pushed() == ["bookend_due"]


async def test_a_process_that_dies_after_the_commit_loses_no_push(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    await plans(maya, sponsor)
    await world.forward(80 * MINUTE)
    world.here.dispatcher._closing = True  # it commits, and dies before it can send
    await world.here.worker.move("bookends")
    other = await world.another_process()
    await world.forward(11)
    await other.work()
    assert await heard(sponsor) == ["bookend_missed"]
    assert len(await sponsor.inbox("bookend_missed")) == 1


async def test_no_push_after_a_check_in_a_removal_or_a_cancellation(world: World, people: list[Person]) -> None:
    """Recheck on every claim: a pending push that is no longer wanted is not sent."""
    maya, sponsor, friend = people
    checked = await plans(maya, sponsor)
    cancelled = await plans(maya, sponsor)
    await plans(maya, friend)
    for person in (maya, sponsor, friend):
        for address in person.devices.values():
            world.transport.answer(address, RetryAt("trouble", world.now() + timedelta(hours=2)))
    await passes(world, 80)
    tried = len(world.transport.handed)
    for person in (maya, sponsor, friend):
        for address in person.devices.values():
            world.transport.answer(address)
    await maya.post(f"/v1/bookends/{checked['id']}/check-in", expect=200)
    await maya.delete(f"/v1/bookends/{cancelled['id']}")
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    await passes(world, 3 * 60)
    after = world.transport.handed[tried:]
    # The alarm is no longer sent; its outcome is, as the companion may have seen the alarm in the inbox.
    assert sorted(push.kind for push in after if push.where in sponsor.devices.values()) == ["all_clear", "ended"]
    assert [push.kind for push in after if push.where in friend.devices.values()] == []
    assert {push.kind for push in after if push.where in maya.devices.values()} <= {"bookend_due"}


async def test_the_all_clear_follows_the_alarm(world: World, people: list[Person]) -> None:
    """The alarm never got through, but it was on its way: the companion's inbox holds both."""
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    [address] = sponsor.devices.values()
    world.transport.answer(address, RetryAt("trouble", world.now() + timedelta(hours=2)))
    await passes(world, 80)
    world.transport.answer(address)
    taken = len(await sponsor.pushes())
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    await passes(world, 60)
    assert [push.kind for push in (await sponsor.pushes())[taken:]] == ["all_clear"]


async def test_erasing_the_account_ends_the_bookend_without_an_all_clear(world: World, people: list[Person]) -> None:
    maya, sponsor, friend = people
    announced = await plans(maya, sponsor)
    await passes(world, 80)
    unannounced = await plans(maya, friend)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    await passes(world, 120)
    assert await world.count("bookends") == 0
    assert await heard(sponsor) == ["bookend_missed", "ended"]
    [notice] = [entry for entry in await sponsor.inbox() if entry["bookend_id"]]
    assert (notice["kind"], notice["from"], notice["bookend_id"]) == ("ended", None, announced["id"])
    assert [entry for entry in await friend.inbox() if entry["bookend_id"] == unannounced["id"]] == []


async def test_an_erased_companion_stands_by_no_longer(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookend = await plans(maya, sponsor)
    await sponsor.post("/v1/sessions/current/proof", {"passphrase": sponsor.passphrase})
    await sponsor.delete("/v1/me")
    await passes(world, 60)
    await passes(world, 20)
    assert await about(maya, bookend) == ["bookend_due", "unanswered"]


async def test_a_check_in_that_races_the_companions_minute(world: World, people: list[Person]) -> None:
    """In either order the companion gets nothing at all, or both the alarm and the all-clear."""
    maya, sponsor, _ = people
    other = await world.another_process()
    bookends = [await plans(maya, sponsor) for _ in range(6)]
    await world.forward(80 * MINUTE)
    await asyncio.gather(
        world.here.worker.move("bookends"),
        *(maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200) for bookend in bookends),
        other.worker.move("bookends"),
    )
    for bookend in bookends:
        assert sorted(await about(sponsor, bookend)) in (
            ["standing_by"],
            ["all_clear", "bookend_missed", "standing_by"],
        )
        assert (await sees(maya, bookend))["state"] == "checked_in"
    assert await world.here.worker.move("bookends") == 0


async def test_a_removal_that_races_the_companions_minute(world: World, people: list[Person]) -> None:
    maya, sponsor, _ = people
    bookends = [await plans(maya, sponsor) for _ in range(4)]
    other = await world.another_process()
    await world.forward(80 * MINUTE)
    await asyncio.gather(
        world.here.worker.move("bookends"),
        maya.delete(f"/v1/circle/{sponsor.places[maya.id]}"),
        other.worker.move("bookends"),
    )
    await world.here.worker.move("bookends")
    assert await sponsor.inbox() == []
    for bookend in bookends:
        seen = await sees(maya, bookend)
        assert (seen["state"], seen["companion"]) == ("missed", None)
        # The companion was told before the removal, or the person is told that nobody was; one of the two, always.
        assert ("unanswered" in await about(maya, bookend)) == (seen["companion_told_at"] is None)
