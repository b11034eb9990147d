"""A newer release shares the database during its roll-out: rows of unknown kinds are left for it and break nothing."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.ids import new_id
from core.unit_of_work import UnitOfWork
from models import Delivery, Notice
from rules.upkeep import audit
from tests.world.faults import a_newer_release_beside_it
from tests.world.person import Person
from tests.world.world import World

LANTERN = "lantern"


async def newer_tells(world: World, person: Person) -> UUID:
    """Write a notice of an unknown kind and its push to this person's phone; return the notice's id."""
    notice_id, now = new_id(world.now()), world.now()
    async with world.database.write() as session:
        session.add(
            Notice(id=notice_id, recipient_id=UUID(person.id), kind=LANTERN, event_id=notice_id, created_at=now)
        )
        await session.flush()
        [device] = person.devices
        session.add(
            Delivery(
                id=new_id(now),
                notice_id=notice_id,
                device_id=UUID(device),
                round=1,
                state="pending",
                attempt=0,
                created_at=now,
                due_at=now,
                fence=1,
            )
        )
        await session.commit()
    return notice_id


@pytest.mark.promise(9)
async def test_a_push_of_an_unknown_kind_is_left_for_a_newer_worker(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    async with a_newer_release_beside_it(world):
        lantern = await newer_tells(world, sponsor)
        for _ in range(8):
            await world.forward(3600 * 4)
            await world.work()
        # A day and a half later it is untouched, and has delayed nobody.
        await maya.press()
        assert await sponsor.pushed() == ["reach_out"]
        [row] = await world.rows(select(Delivery.state, Delivery.attempt).where(Delivery.notice_id == lantern))
        assert (row.state, row.attempt) == ("pending", 0)
        async with world.database.read() as session:
            assert await audit.find_all(UnitOfWork(session, world.now(), world.keyring)) == []
        # To a newer worker it is a kind like any other.
        await becomes_known(world, lantern)
        await world.forward(11)
        await world.work()
        assert await sponsor.pushed() == ["reach_out", "message"]


@pytest.mark.promise(9)
async def test_an_inbox_with_an_unknown_kind_shows_all_others_and_loses_nothing(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    async with a_newer_release_beside_it(world):
        await maya.press()
        lantern = await newer_tells(world, sponsor)
        await maya.says("One more word")
        assert await sponsor.kinds() == ["reach_out", "message"]
        # The page is full, and the next one begins where it ends.
        first = await sponsor.get("/v1/inbox?limit=1")
        second = await sponsor.get(f"/v1/inbox?limit=1&cursor={first['next']}")
        assert [notice["kind"] for notice in first["items"] + second["items"]] == ["message", "reach_out"]
        assert second["next"] is None
        assert (await sponsor.get("/v1/inbox/unread-count"))["unread"] == 2
        await sponsor.post(f"/v1/inbox/{lantern}/read", expect=404)
        assert await sponsor.post("/v1/inbox/read-all", expect=200) == {"read": 2}
        # A notice that was not shown is not marked as read.
        await becomes_known(world, lantern)
        [unread] = await sponsor.inbox(unread=True)
        assert unread["id"] == str(lantern)


async def becomes_known(world: World, notice: UUID) -> None:
    """Turn the notice into a kind that this release knows."""
    async with world.database.write() as session:
        await session.execute(update(Notice).where(Notice.id == notice).values(kind="message"))
        await session.commit()
