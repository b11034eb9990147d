"""The purge: expired rows go, others stay, and no request waits for it."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, update

from core.ids import first_id, new_id
from core.telemetry import PURGED
from models import (
    Channel,
    Delivery,
    Device,
    IdempotencyKey,
    Invitation,
    Message,
    Notice,
    ReachOut,
    Recipient,
    Session,
    Throttle,
)
from tests.world.commitments import at_moment
from tests.world.patience import patient
from tests.world.rhythm import DAILY_AT_NINE, chooses
from tests.world.world import World

DAY = 24 * 3600


async def count(world: World, column: object) -> int:
    total: int = (await world.rows(select(func.count(column))))[0][0]  # type: ignore[arg-type]  # any column
    return total


async def age(world: World, days: float) -> None:
    """Let days pass with enough requests to keep people signed in."""
    await world.forward(days * DAY)
    async with world.database.write() as session:
        await session.execute(update(Session).values(expires_at=world.now() + timedelta(days=180), used_at=world.now()))
        await session.commit()


async def test_recent_rows_stay(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.invites()
    await maya.press(note="Rough evening.", key="one")
    await sponsor.says("I am here.")
    await maya.close()
    await world.settle()
    cleared = await world.purge().run()
    # A throttle row goes as soon as its limit is free again.
    assert {table for table, count in cleared.items() if count} <= {"throttles"}


async def test_notes_and_messages_go_90_days_after_the_reach_out_was_closed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Rough evening.")
    await sponsor.says("I am here.")
    await sponsor.answer("here")
    await maya.close()
    await age(world, 89.9)
    assert (await world.purge().run())["reach_outs"] == 0
    assert (await maya.reach_out())["note"] == "Rough evening."
    await age(world, 0.2)
    cleared = await world.purge().run()
    assert (cleared["reach_outs"], cleared["messages"]) == (1, 1)
    assert await count(world, ReachOut.note) == await count(world, Message.text) == 0
    seen = await maya.reach_out()
    assert (seen["note"], seen["outcome"]) == (None, "connected")
    assert await maya.messages() == [None], "that a message was sent stays, its text does not"
    assert len(seen["recipients"]) == 1


async def test_the_operator_sets_the_retention(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.press(note="Rough evening.")
    await maya.close()
    await age(world, 8)
    weekly = await world.another_process(settings=world.settings.model_copy(update={"retention_days": 7}))
    assert (await weekly.services.purge.run())["reach_outs"] == 1


async def test_notes_and_messages_of_an_open_reach_out_stay(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.press(note="Rough evening.")
    await age(world, 400)
    assert (await world.purge().run())["reach_outs"] == 0


async def test_finished_deliveries_go_after_30_days_and_their_outcome_stays(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.pushed()
    await maya.close()
    await world.settle()
    before = await world.count("deliveries")
    await age(world, 29.9)
    assert (await world.purge().run())["deliveries"] == 0
    await age(world, 0.2)
    # A delivery still pending after so long is a fault for the auditor, not for the purge.
    left = (await world.rows(select(Delivery.id)))[0].id
    async with world.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.id == left).values(state="pending"))
        await session.commit()
    assert (await world.purge().run())["deliveries"] == before - 1
    assert [row.id for row in await world.rows(select(Delivery.id))] == [left]
    assert await maya.sees_state(sponsor) == "handed"
    assert await world.count("notices") > 0
    assert await count(world, Recipient.handed_at) == 1


async def test_notices_that_have_left_their_inbox_go_after_30_days(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    await chooses(maya, check_in=DAILY_AT_NINE)
    for moment in ("10T21:00", "11T00:00", "11T21:00"):
        await at_moment(world, f"2026-03-{moment}")
    await sponsor.post("/v1/reach-ins", {"to": maya.id}, expect=201)
    await world.settle()
    standing = await maya.kinds()
    assert standing == ["invitation_accepted", "moment", "reach_in"]
    await age(world, 28.9)
    assert (await world.purge().run())["notices"] == 0
    await age(world, 0.2)
    assert (await world.purge().run())["notices"] == 1, "the moment of the 10th went with its day"
    assert await maya.kinds() == standing, "whatever stands in an inbox stays"


async def test_marks_of_a_talk_go_with_the_membership_two_days_later(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for other in (sponsor, friend):
        await maya.post(f"/v1/threads/{other.id}/talked", expect=201)
    await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    assert (await world.purge().run())["talks"] == 0, "on its day it can be set again"
    await world.forward(2.1 * DAY)
    assert (await world.purge().run())["talks"] == 1
    assert await world.count("talks") == 1


async def test_idempotency_keys_throttles_invitations_channels_and_retired_devices(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(key="one")
    await maya.invites()
    await maya.delete(f"/v1/devices/{(await maya.device())['id']}")
    await sponsor.device()
    await world.gives_channel(sponsor)
    await world.settle()
    now = world.now()
    async with world.database.write() as session:
        await session.execute(insert(Throttle).values(key_hash=secrets.token_bytes(32), free_at=now))
        for code_expires_at in (None, now + timedelta(days=3)):
            await session.execute(
                insert(Channel).values(
                    id=new_id(world.now()),
                    person_id=UUID(maya.id),
                    kind="sms",
                    address_hash=secrets.token_bytes(32),
                    guesses=0,
                    created_at=now,
                    code_expires_at=code_expires_at,
                )
            )
        await session.commit()
    await age(world, 0.99)
    first = await world.purge().run()
    assert {table for table, cleared in first.items() if cleared} <= {"throttles", "invitations"}
    await age(world, 0.1)
    second = await world.purge().run()
    assert (second["idempotency_keys"], second["channels"]) == (1, 1)
    await age(world, 29)
    third = await world.purge().run()
    assert (third["devices"], third["channels"]) == (1, 1)
    assert await count(world, IdempotencyKey.key_hash) == await count(world, Throttle.key_hash) == 0
    assert await count(world, Invitation.id) == 0
    assert await count(world, Channel.id) == 1, "a confirmed one stays"
    assert await count(world, Device.id) == 2


async def test_an_expired_session_removes_its_devices_and_advances_the_ladder(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    assert len(await sponsor.pushes()) == 1
    async with world.database.write() as session:
        mine = Session.person_id == UUID(sponsor.id)
        await session.execute(update(Session).where(mine).values(expires_at=world.now()))
        await session.commit()
    assert (await world.purge().run())["sessions"] == 1
    assert await world.rows(select(Device.disabled_reason).where(Device.person_id == UUID(sponsor.id))) == [
        ("signed_out",)
    ]
    await world.settle()
    assert [push.kind for push in await friend.pushes()] == ["reach_out"], (
        "the ladder does not wait for a removed phone"
    )
    assert (await world.purge().run())["sessions"] == 0


async def test_large_purges_run_in_batches_that_let_a_press_through(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await maya.close()
    await world.settle()
    notice = (await world.rows(select(Notice.id)))[0].id
    device = UUID(next(iter(sponsor.devices)))
    old = world.now() - timedelta(days=40)
    rows = [
        {
            "id": new_id(old),
            "notice_id": notice,
            "device_id": device,
            "round": 2 + number,
            "state": "sent",
            "attempt": 1,
            "created_at": old,
            "due_at": old,
            "fence": 1,
        }
        for number in range(1300)
    ]
    async with world.database.write() as session:
        await session.execute(insert(Delivery), rows)
        await session.commit()
    pauses = 0

    async def press(_: float) -> None:
        nonlocal pauses
        pauses += 1
        async with asyncio.timeout(patient(5)):
            await maya.press(expect=201 if pauses == 1 else 200)

    purge = world.purge()
    purge._pause = press
    before = PURGED.labels("deliveries")._value.get()
    assert (await purge.run())["deliveries"] == 1300
    assert pauses >= 3
    assert PURGED.labels("deliveries")._value.get() - before == 1300


def test_the_first_id_of_a_moment_sorts_between_earlier_and_later_ids() -> None:
    moment = datetime(2026, 3, 10, 20, 0, 0, 5000, tzinfo=UTC)
    assert new_id(moment - timedelta(milliseconds=1)) < first_id(moment) <= new_id(moment)
