"""Unreachable members are detected before somebody needs them: both sides are told once, and the notice goes when it is over."""

from datetime import timedelta
from uuid import UUID

from core.ids import new_id
from models import Channel
from tests.world.person import Person
from tests.world.world import World

MINUTE = 60
DAY = 24 * 3600


async def passes(world: World, seconds: float) -> None:
    await world.settle()
    await world.forward(seconds)
    await world.work()


async def has_a_channel(world: World, person: Person) -> None:
    async with world.database.write() as session:
        session.add(
            Channel(
                id=new_id(world.now()),
                person_id=UUID(person.id),
                kind="sms",
                address_hash=bytes(32),
                guesses=0,
                created_at=world.now(),
                confirmed_at=world.now(),
            )
        )
        await session.commit()


async def reachable(owner: Person, member: Person) -> bool:
    return next(bool(row["reachable"]) for row in await owner.circle() if row["person"]["id"] == member.id)


async def arrives(person: Person, number: int = -1) -> None:
    """Send the receipt of a push, as the phone does."""
    push = (await person.pushes())[number]
    await person.post("/v1/receipts", {"delivery_id": push.push.data["delivery_id"], "event": "delivered"}, expect=201)


async def test_without_a_device_both_sides_are_told_once(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await maya.device()
    assert await reachable(maya, sponsor) is False
    # A new member gets time to set up their phone.
    await passes(world, 9 * MINUTE)
    assert await sponsor.inbox("unreachable") == await maya.inbox("unreachable") == []

    await passes(world, 2 * MINUTE)
    [theirs] = await sponsor.inbox("unreachable")
    [owners] = await maya.inbox("unreachable")
    assert theirs["from"] is None
    assert owners["from"] == {"id": sponsor.id, "display_name": sponsor.name}
    assert await maya.pushed() == ["unreachable"]
    for _ in range(5):
        await passes(world, DAY)
    assert len(await sponsor.inbox("unreachable")) == len(await maya.inbox("unreachable")) == 1

    await sponsor.device()
    assert await reachable(maya, sponsor) is True
    # An outdated notice leaves the inbox.
    assert await sponsor.inbox("unreachable") == await maya.inbox("unreachable") == []
    await passes(world, DAY)
    assert await sponsor.inbox("unreachable") == []


async def test_nobody_is_told_of_a_phone_that_was_set_up_in_time(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await passes(world, 5 * MINUTE)
    await sponsor.device()
    await passes(world, 3600)
    assert await maya.inbox("unreachable") == await sponsor.inbox("unreachable") == []


async def test_a_last_device_that_goes_begins_a_new_episode(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await passes(world, DAY)
    for _ in range(2):
        await sponsor.delete(f"/v1/devices/{list(sponsor.devices)[-1]}")
        assert await reachable(maya, sponsor) is False
        # Signing out and in again on another phone notifies nobody.
        await passes(world, 5 * MINUTE)
        assert await maya.inbox("unreachable") == []
        await passes(world, 6 * MINUTE)
        assert len(await maya.inbox("unreachable")) == 1
        await sponsor.device()
        assert await maya.inbox("unreachable") == []


async def test_only_confirmed_circle_members_are_told(world: World) -> None:
    """Tell neither owners who have not confirmed, nor former ones; skip people in no circle."""
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    stranger = await world.person("Stranger")
    invited = await stranger.invites()
    await sponsor.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await friend.delete(f"/v1/supporting/{friend.places[maya.id]}")
    await passes(world, 11 * MINUTE)
    assert await stranger.inbox("unreachable") == []
    assert await friend.inbox("unreachable") == []
    [notice] = await maya.inbox("unreachable")
    assert notice["from"]["id"] == sponsor.id
    # The notice goes when the member leaves.
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    assert await maya.inbox("unreachable") == []


async def test_seven_days_without_a_receipt_of_somebody_untried(world: World) -> None:
    """35 days without a proof, and 7 without a receipt; either alone accuses nobody."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await passes(world, 28 * DAY)
    await maya.press()
    await arrives(friend)
    await maya.close()
    await arrives(friend)
    await passes(world, 7 * DAY - 3600)
    assert await reachable(maya, sponsor) is True

    await passes(world, 2 * 3600)
    assert await reachable(maya, sponsor) is False
    assert await reachable(maya, friend) is True
    [notice] = await maya.inbox("unreachable")
    assert notice["from"]["id"] == sponsor.id
    assert len(await sponsor.inbox("unreachable")) == 1
    assert await friend.inbox("unreachable") == []

    # Registering the same address again, as an app does at every start, says nothing about pushes.
    [address] = sponsor.devices.values()
    await sponsor.device(address=address)
    await passes(world, DAY)
    assert len(await maya.inbox("unreachable")) == len(await sponsor.inbox("unreachable")) == 1
    assert await reachable(maya, sponsor) is False

    await arrives(sponsor)
    assert await reachable(maya, sponsor) is True
    assert await maya.inbox("unreachable") == []
    await passes(world, 30 * DAY)
    assert await maya.inbox("unreachable") == []


async def test_a_missing_receipt_alone_accuses_nobody(world: World) -> None:
    """Some phones show a push and never send a receipt: whoever answers now and then is there."""
    maya, sponsor = await world.circle("sponsor")
    for _ in range(4):
        await maya.press()
        await sponsor.answer("here")
        await maya.close()
        await passes(world, 20 * DAY)
        assert await reachable(maya, sponsor) is True
    await maya.press()
    await maya.close()
    await passes(world, 14 * DAY)
    assert await maya.inbox("unreachable") == []
    await passes(world, 2 * DAY)
    assert len(await maya.inbox("unreachable")) == len(await sponsor.inbox("unreachable")) == 1
    assert await reachable(maya, sponsor) is False


async def test_a_phone_that_was_sent_nothing_does_not_count_as_silent(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await passes(world, 60 * DAY)
    assert await reachable(maya, sponsor) is True
    await maya.press()
    await passes(world, 6 * DAY)
    assert await maya.inbox("unreachable") == []


async def test_one_phone_that_answers_is_enough(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    tablet = await sponsor.device()
    await maya.press()
    pushes = await sponsor.pushes("reach_out")
    at_the_tablet = next(n for n, push in enumerate(pushes) if push.where == sponsor.devices[tablet["id"]])
    await arrives(sponsor, at_the_tablet)
    await passes(world, 36 * DAY)
    assert await maya.inbox("unreachable") == []
    assert await reachable(maya, sponsor) is True
    await sponsor.delete(f"/v1/devices/{tablet['id']}")
    await passes(world, MINUTE)
    assert await reachable(maya, sponsor) is False


async def test_a_confirmed_channel_counts_as_reachable(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await has_a_channel(world, sponsor)
    await passes(world, DAY)
    assert await maya.inbox("unreachable") == []
    assert await reachable(maya, sponsor) is True


async def test_a_late_receipt_counts(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await passes(world, 6 * DAY)
    await arrives(sponsor, 0)
    await passes(world, 3 * DAY)
    assert await maya.inbox("unreachable") == []


async def test_signing_in_again_with_the_same_address_resets_the_count(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [address] = sponsor.devices.values()
    await maya.press()
    await passes(world, 36 * DAY)
    assert len(await maya.inbox("unreachable")) == 1
    await sponsor.delete("/v1/sessions/current")
    again = await sponsor.again()
    await again.device(address=address)
    assert await reachable(maya, sponsor) is True
    for _ in range(9):
        await passes(world, DAY)
    assert await maya.inbox("unreachable") == []


async def test_two_workers_notify_once(world: World) -> None:
    maya, _ = await world.circle("sponsor", devices=False)
    other = await world.another_process()
    await world.forward(11 * MINUTE)
    await other.work()
    await world.work()
    assert len(await maya.inbox("unreachable")) == 1


async def test_the_circle_shows_whether_anybody_is_reachable(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")

    async def anyone(query: str = "") -> bool:
        return bool((await maya.get(f"/v1/circle{query}"))["anyone_available"])

    lonely = await world.person("Lonely")
    assert (await lonely.get("/v1/circle"))["anyone_available"] is False
    assert await anyone() is True
    await friend.delete(f"/v1/devices/{next(iter(friend.devices))}")
    # Counted over the whole circle, not only this page.
    page = await maya.get("/v1/circle?limit=1")
    assert page["anyone_available"] is True
    assert await anyone(f"?limit=1&cursor={page['next']}") is True
    until = (world.now() + timedelta(hours=1)).isoformat()
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": until})
    assert await anyone() is await anyone("?limit=1") is False
