"""Dead phones, push-service outages, processes that crash half-way: the reach-out is still delivered."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from models import Delivery, Notice
from notifications.transports.protocol import DeadAddress, Rejected, RetryAt, Sent
from rules.outbox.wanted import MAX_ATTEMPTS_BEFORE_PARKED
from tests.world.faults import no_claim_goes_through
from tests.world.person import Person
from tests.world.world import World

LEASE = 10.1


def address(person: Person, number: int = 0) -> str:
    return list(person.devices.values())[number]


async def test_a_dead_phone_does_not_stop_the_other_one(world: World) -> None:
    """With one of two phones dead the other still rings; with both dead, everybody can see it."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.device("webpush")
    world.transport.answer(address(sponsor), DeadAddress("unregistered"))
    await maya.press()
    assert [push.where for push in await sponsor.pushes() if push.result == Sent()] == [address(sponsor, 1)]
    assert await maya.sees_state(sponsor) == "handed"
    reasons = {row["id"]: row["disabled_reason"] for row in (await sponsor.get("/v1/devices"))["items"]}
    assert list(reasons.values()).count("dead") == 1

    world.transport.answer(address(sponsor, 1), DeadAddress("gone"))
    await world.forward(31)
    await maya.does("nudge")
    await world.settle()
    assert await maya.sees_state(sponsor) == "unreachable"
    assert {member["person"]["id"]: member["reachable"] for member in await maya.circle()} == {
        sponsor.id: False,
        friend.id: True,
    }
    # A dead address is never tried again; the person's other devices are.
    tried = len(await sponsor.pushes())
    await world.forward(3600)
    await world.work()
    assert len(await sponsor.pushes()) == tried
    assert len(await sponsor.inbox("reach_out")) == 1
    await sponsor.device("fcm")
    assert await maya.sees_state(sponsor) == "handed"


async def test_a_new_address_survives_the_death_of_the_old_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [(device, old)] = sponsor.devices.items()
    world.transport.answer(old, DeadAddress("unregistered"))
    world.transport.flowing.clear()
    await maya.press()
    await world.transport.begun.wait()
    await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "fresh"})
    world.transport.flowing.set()
    await world.settle()
    await world.work()
    assert [row["disabled_at"] for row in (await sponsor.get("/v1/devices"))["items"]] == [None]
    sponsor.devices[device] = "fresh"
    await maya.close()
    assert await sponsor.pushed() == ["reach_out", "all_clear"]


async def test_a_phone_whose_subscription_was_refused_gives_a_new_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [(device, old)] = sponsor.devices.items()
    world.transport.answer(old, Rejected("forbidden"))
    await maya.press()
    await world.settle()
    assert await maya.sees_state(sponsor) == "unreachable"
    await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "fresh"})
    sponsor.devices[device] = "fresh"
    assert await sponsor.pushed() == ["reach_out"]
    assert await maya.sees_state(sponsor) == "handed"


async def test_a_push_service_outage_of_a_minute(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    world.transport.answer(address(sponsor), RetryAt("unavailable"))
    await maya.press()
    assert await friend.pushed() == ["reach_out"], "an outage of one service delays no other"
    waited: list[float] = []
    while len(waited) < 6:
        [due] = await world.rows(select(Delivery.due_at).where(Delivery.state == "pending"))
        await world.work()
        tried = len(world.transport.handed)
        wait = (due.due_at - world.now()).total_seconds()
        await world.forward(wait - 0.05)
        await world.work()
        assert len(world.transport.handed) == tried, "not a moment too early"
        await world.forward(0.1)
        await world.work()
        assert len(world.transport.handed) == tried + 1
        waited.append(round(wait))
    assert waited == [1, 2, 4, 8, 16, 32], "the back-off doubles"
    assert await maya.sees_state(sponsor) == "queued", "not shown as handed over before it was"
    world.transport.answer(address(sponsor), Sent())
    await world.forward(64)
    await world.work()
    assert await maya.sees_state(sponsor) == "handed"
    assert len(await sponsor.inbox("reach_out")) == 1


async def test_retry_after_is_respected(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.transport.answer(address(sponsor), RetryAt("quota", world.now() + timedelta(seconds=90)), Sent())
    await maya.press()
    await world.settle()
    await world.forward(80)
    await world.work()
    assert len(await sponsor.pushes()) == 1
    await world.forward(10)
    await world.work()
    assert [push.result for push in await sponsor.pushes()][-1] == Sent()


async def test_a_permanently_refused_push_is_parked_and_shown_as_unreachable(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    world.transport.answer(address(sponsor), Rejected("bad_payload"))
    await maya.press()
    await world.settle()
    assert [await maya.sees_state(member) for member in (sponsor, friend)] == ["unreachable", "handed"]
    assert [member["reachable"] for member in await maya.circle()] == [True, True], "the address may be good"
    await world.forward(89)
    await world.work()
    assert len(await sponsor.pushes()) == 1, "not before the ladder repeats"


async def test_a_delivery_that_cannot_be_sent_is_parked(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    async with world.database.write() as session:
        await session.execute(update(Delivery).values(attempt=MAX_ATTEMPTS_BEFORE_PARKED))
        await session.commit()
    await world.forward(LEASE)
    await world.work()
    assert await sponsor.pushed() == []
    [row] = await world.rows(
        select(Delivery.state, Delivery.last_error).where(Delivery.attempt == MAX_ATTEMPTS_BEFORE_PARKED)
    )
    assert tuple(row) == ("failed", "parked")
    assert await maya.sees_state(sponsor) == "unreachable", (
        "nothing is on its way to them, and they are not just asleep"
    )


async def test_deliveries_expire_after_a_day(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    world.transport.answer(address(sponsor), RetryAt("unavailable"))
    await maya.close()
    await world.settle()
    await world.forward(86_400)
    await world.work()
    [row] = await world.rows(select(Delivery.state).join(Notice).where(Notice.kind == "all_clear"))
    assert row.state == "failed"


async def test_a_crash_between_the_commit_and_the_push(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    world.here.forget_pushes()
    await maya.press()
    await sponsor.answer("calling")
    other = await world.another_process()
    await world.forward(LEASE)
    await other.work()
    assert await friend.pushed() == ["reach_out", "answered"]
    assert await sponsor.pushed() == ["reach_out"]
    assert [await maya.sees_state(member) for member in (sponsor, friend)] == ["answered", "handed"]


async def test_a_crash_in_the_middle_of_a_send(world: World) -> None:
    """A process hangs with the push half sent: another sends it again, and the first one's late result is ignored."""
    maya, sponsor = await world.circle("sponsor")
    world.transport.flowing.clear()
    await maya.press()
    await world.transport.begun.wait()
    other = await world.another_process()
    await world.forward(LEASE)
    world.transport.answer(address(sponsor), Rejected("what the late one says"), Sent())
    assert await other.worker.tick()
    assert not await other.worker.tick(), "under a lease again"
    world.transport.flowing.set()
    await world.settle()
    assert len(await sponsor.pushes()) == 2, "a double push is possible, a lost one is not"
    assert len({push.push.tag for push in await sponsor.pushes()}) == 1
    assert len(await sponsor.inbox("reach_out")) == 1
    [row] = await world.rows(select(Delivery.state, Delivery.fence).join(Notice).where(Notice.kind == "reach_out"))
    assert tuple(row) == ("sent", 2), "the result of the last lease holder counts"


async def test_a_process_suspended_past_its_lease_has_lost_its_rows(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    kept = [row.id for row in await world.rows(select(Delivery.id).join(Notice).where(Notice.kind == "reach_out"))]
    await world.forward(LEASE)
    other = await world.another_process()
    world.transport.flowing.clear()
    assert await other.worker.tick()
    world.here.dispatcher.dispatch_now(kept)
    assert world.here.dispatcher._sending_committed is not None
    await world.here.dispatcher._sending_committed
    world.transport.flowing.set()
    assert await sponsor.pushed() == ["reach_out"]


async def test_a_clean_stop_releases_unstarted_deliveries(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    leaving = await world.another_process()
    maya.process = leaving
    leaving.dispatcher._closing = True
    await maya.press()
    leaving.dispatcher._closing = False
    leaving.dispatcher._committed = [
        row.id for row in await world.rows(select(Delivery.id).where(Delivery.attempt == 0))
    ]
    await leaving.dispatcher.close()
    await world.work()
    assert await sponsor.pushed() == ["reach_out"], "without waiting for the lease to run out"


async def test_failed_claims_free_their_send_slots(world: World) -> None:
    """The database fails during claims for a while: once it is back, the pushes go out."""
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(LEASE)
    async with no_claim_goes_through(world):
        for _ in range(world.transport.max_concurrent):
            with pytest.raises(DBAPIError):
                await world.here.worker.tick()
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]


async def test_a_phone_registered_during_a_reach_out_is_pushed(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    await maya.press()
    assert await maya.sees_state(sponsor) == "unreachable"
    phone = await sponsor.device()
    assert [push.where for push in await sponsor.pushes()] == [sponsor.devices[phone["id"]]]
    assert await maya.sees_state(sponsor) == "handed"
    await sponsor.device("webpush")
    assert len(await sponsor.pushes("reach_out")) == 2
    # Registering the same phone again pushes nothing, and a member who declined is left alone.
    await sponsor.device(address=sponsor.devices[phone["id"]])
    await friend.answer("cannot")
    await friend.device()
    assert len(await sponsor.pushes()) == 2
    assert await friend.pushes() == []


async def test_a_phone_signed_out_and_in_again_during_a_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    phone = address(sponsor)
    world.transport.answer(phone, RetryAt("unavailable"))
    await maya.press()
    await world.settle()
    await sponsor.delete("/v1/sessions/current")
    assert await maya.sees_state(sponsor) == "unreachable"
    back = await sponsor.again()
    world.transport.answer(phone, Sent())
    await back.device(address=phone)
    await world.settle()
    assert (await back.pushes())[-1].result == Sent()
    assert await maya.sees_state(sponsor) == "handed"


@pytest.mark.parametrize("processes", [2])
async def test_concurrent_presses_and_removals_leave_no_partial_state(world: World, processes: int) -> None:
    """Presses and removals in every order: removed members have nothing pending, remaining ones were told."""
    others = [await world.another_process() for _ in range(0 if world.sqlite else processes - 1)]
    for _ in range(4):
        maya, *members = await world.circle("friend", "friend", "friend")
        members[0].process = (others or [world.here])[0]
        await asyncio.gather(
            maya.press(), members[0].delete(f"/v1/supporting/{members[0].places[maya.id]}"), world.here.work()
        )
        await world.settle()
        assert await members[0].inbox() == []
        assert [await member.kinds() for member in members[1:]] == [["reach_out"]] * 2
        pending = await world.rows(select(Delivery.id).where(Delivery.state == "pending"))
        assert pending == []
