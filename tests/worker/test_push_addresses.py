"""Device addresses are sealed under the push key: those from before it, and those that an older release writes."""

from uuid import UUID

from sqlalchemy import select, update

from core.push_keys import PushKeys
from models import Channel, Device
from tests.world.world import World, without_the_master_key
from worker.push_address_sealing import PushAddressSealer


def sealing(world: World) -> PushAddressSealer:
    return PushAddressSealer(world.database, world.clock, world.keyring)


async def older_release(world: World) -> None:
    """Undo the sealing, as a release without the push key would have written every address."""
    async with world.database.write() as session:
        for table in (Device, Channel):
            await session.execute(update(table).values(push_address=None))
        await session.commit()


async def test_addresses_of_an_older_release_are_sealed_and_open_without_the_master_key(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.device("webpush")
    number = await world.gives_channel(friend)
    await older_release(world)
    blind = await world.another_process(without_the_master_key(world.keyring))
    assert await sealing(world).run() == 4
    assert await sealing(world).run() == 0, "nothing is rewritten"
    maya.process = blind
    await maya.press()
    await blind.settle()
    assert await sponsor.pushed() == ["reach_out", "reach_out"]
    assert await friend.pushed() == ["reach_out"]
    await world.forward(200)
    await blind.work()
    assert world.gateway.handed == [number]


async def test_an_address_changed_by_an_older_release_replaces_the_sealed_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [(device, _)] = sponsor.devices.items()
    stale = (await world.rows(select(Device.push_address)))[0].push_address
    await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "fresh"})
    sponsor.devices[device] = "fresh"
    async with world.database.write() as session:
        await session.execute(update(Device).values(push_address=stale))
        await session.commit()
    await maya.press()
    assert [push.where for push in await sponsor.pushes()] == ["fresh"]
    assert await sealing(world).run() == 1
    # An address that it has retired goes here as well.
    async with world.database.write() as session:
        await session.execute(update(Device).values(address=None))
        await session.commit()
    await sealing(world).run()
    assert [row.push_address for row in await world.rows(select(Device.push_address))] == [None]


async def test_addresses_that_the_remaining_key_cannot_open_are_unreachable(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    async with world.database.write() as session:
        await session.execute(update(Device).where(Device.person_id == UUID(sponsor.id)).values(push_address=None))
        await session.commit()
    blind = await world.another_process(without_the_master_key(world.keyring))
    maya.process = blind
    await maya.press()
    for _ in range(3):
        await blind.settle()
        await world.forward(5)
        await blind.work()
    assert [await maya.sees_state(member) for member in (sponsor, friend)] == ["unreachable", "handed"]
    assert [row["reachable"] for row in await maya.circle()] == [False, True]
    # A process that has the master key sends it, and it is reachable again.
    await world.forward(300)
    await world.work()
    assert await maya.sees_state(sponsor) == "handed"
    assert [row["reachable"] for row in await maya.circle()] == [True, True]


async def test_a_foreign_push_key_does_no_harm_beside_the_master_key(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.keyring.push = PushKeys(b"1" * 32, {"first": b"2" * 32})
    world.keyring.push.trusted = False
    assert await sealing(world).run() == 0
    await maya.press()
    assert await sponsor.pushed() == ["reach_out"]
    assert [row["reachable"] for row in await maya.circle()] == [True]
