"""A commitment: asked, due, said or not said, ended and renewed; in two zones whose clocks change, and in trouble."""

from datetime import timedelta
from uuid import UUID

import pytest

from models import Rhythm
from notifications.transports.protocol import RetryAt
from tests.world.commitments import about, asked_and_accepted, at_moment, heard, looks_at, means_to, says_of
from tests.world.person import Person
from tests.world.world import World


async def test_asked_first_and_then_due_at_its_time(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    made = await means_to(maya, ana, days=[1, 4])
    [asked] = await ana.pushes()
    assert (asked.kind, asked.push.urgent) == ("commitment_asked", False)
    assert asked.push.data["url"] == f"/#/commitments/{made['id']}"
    assert "Maya" not in asked.push.body
    assert "Call" not in str(asked.push)
    [notice] = await ana.inbox("commitment_asked")
    assert (notice["from"]["id"], notice["commitment_id"]) == (maya.id, made["id"])
    accepted = await ana.post(f"/v1/commitments/{made['id']}/accept", expect=200)
    assert accepted["witness"]["accepted_at"] is not None
    assert await about(ana, unread=True) == []
    await at_moment(world, "2026-03-10T20:59")
    assert await maya.pushes() == []
    await at_moment(world, "2026-03-10T21:00")
    [due] = await maya.pushes()
    assert (due.kind, due.push.urgent, due.push.body) == ("commitment_due", False, "Something you meant to do.")
    assert due.push.data["url"] == f"/#/commitments/{made['id']}"
    [notice] = await about(maya)
    assert (notice["kind"], notice["from"], notice["commitment_id"]) == ("commitment_due", None, made["id"])
    assert (await looks_at(maya, made))["next_at"] == "2026-03-13T21:00:00Z"
    for _ in range(5):
        await world.passes(20 * 60)
    assert len(await maya.pushes()) == 1
    await at_moment(world, "2026-03-11T00:00")
    assert await about(maya) == [], "it goes with the day"
    await at_moment(world, "2026-03-13T21:00")
    assert await maya.pushed() == ["commitment_due"] * 2
    assert await ana.pushed() == ["commitment_asked"], "nothing of all this is for the witness's phone"
    assert await ben.pushed() == []
    assert await about(ben) == []


async def test_a_day_that_was_spoken_of_is_not_due(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya)
    await says_of(maya, made, "2026-03-10")
    await at_moment(world, "2026-03-10T21:00")
    assert await maya.pushes() == []
    await at_moment(world, "2026-03-11T21:00")
    assert len(await about(maya, unread=True)) == 1
    await says_of(maya, made, "2026-03-11", done=False)
    assert await about(maya, unread=True) == []


@pytest.mark.parametrize(
    ("zone", "moments"),
    [
        # Summer time begins on 29 March: 02:30 does not exist, and comes at 03:00.
        ("Europe/Berlin", ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]),
        # Summer time ends on 5 April: 02:30 is shown twice, and counts once.
        ("Australia/Sydney", ["2026-04-03T15:30", "2026-04-04T15:30", "2026-04-05T16:30"]),
    ],
)
async def test_over_a_clock_change(world: World, people: list[Person], zone: str, moments: list[str]) -> None:
    maya, *_ = people
    await maya.patch("/v1/me", {"time_zone": zone})
    made = await means_to(maya, at="02:30", ends_on="2026-05-01")
    await at_moment(world, moments[0].replace(":30", ":29"))
    known = len(await maya.pushes())
    for count, moment in enumerate(moments, 1):
        await at_moment(world, moment)
        assert len(await maya.pushes()) == known + count, moment
        for _ in range(5):
            await world.passes(15 * 60)
        assert len(await maya.pushes()) == known + count, "once, also where the clocks show it twice"
    assert (await looks_at(maya, made))["ended_at"] is None


async def test_another_zone_and_another_time_move_it(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya)
    await maya.patch("/v1/me", {"time_zone": "Asia/Kathmandu"})
    assert (await looks_at(maya, made))["next_at"] == "2026-03-11T15:15:00Z"
    await at_moment(world, "2026-03-10T21:00")
    assert await maya.pushes() == []
    await at_moment(world, "2026-03-11T15:15")
    assert len(await maya.pushes()) == 1
    # Flown westwards, the same day's time comes once more; the day has had its notice.
    await maya.patch("/v1/me", {"time_zone": "America/Lima"})
    await at_moment(world, "2026-03-12T02:00")
    assert len(await maya.pushes()) == 1
    await maya.patch(f"/v1/commitments/{made['id']}", {"at": "22:00"})
    await at_moment(world, "2026-03-12T03:00")
    assert len(await maya.pushes()) == 2, "to another time moved by hand it is due again"
    assert len(await about(maya)) == 1


async def test_late_workers_never_send_yesterdays(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await means_to(maya)
    await means_to(maya, at="09:00")
    world.clock.set(
        world.now() + timedelta(days=2, hours=13, minutes=30)
    )  # nobody worked; it is Friday at half past nine
    await world.work()
    [notice] = await about(maya)
    assert [push.push.data["notice_id"] for push in await maya.pushes()] == [notice["id"]]
    await at_moment(world, "2026-03-14T11:00")
    assert len(await maya.pushes()) == 1, "two hours late: the inbox has it"
    assert len(await about(maya)) == 1


async def test_a_push_that_could_not_be_sent_for_an_hour_is_not_sent(world: World, people: list[Person]) -> None:
    maya, *_ = people
    [address] = maya.devices.values()
    world.transport.answer(address, RetryAt("trouble", world.now() + timedelta(hours=3)))
    await means_to(maya)
    await at_moment(world, "2026-03-10T21:00")
    world.transport.answer(address)
    tried = len(await maya.pushes())
    await at_moment(world, "2026-03-10T23:10")
    assert len(await maya.pushes()) == tried
    assert len(await about(maya)) == 1


async def write_rhythm(world: World, person: Person, **values: object) -> None:
    async with world.database.write() as session:
        row = {"commitments": True, "follow_ups": True, "practice_offers": False, **values}
        session.add(Rhythm(person_id=UUID(person.id), **row))
        await session.commit()


@pytest.mark.parametrize("how", ["off", "paused"])
async def test_switched_off_or_paused(world: World, people: list[Person], how: str) -> None:
    maya, *_ = people
    await means_to(maya)
    until = world.now() + timedelta(hours=5)
    await write_rhythm(world, maya, **({"commitments": False} if how == "off" else {"paused_until": until}))
    await at_moment(world, "2026-03-10T21:00")
    assert await maya.pushes() == []
    assert await about(maya) == []
    await at_moment(world, "2026-03-11T21:00")
    assert await maya.pushed() == ([] if how == "off" else ["commitment_due"])


async def test_it_ends_quietly_and_is_renewed_with_one_tap(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    made = await asked_and_accepted(maya, ana, days=[1])
    await at_moment(world, "2026-04-07T21:00")
    before = len(await heard(maya))
    await at_moment(world, "2026-04-08T00:00")
    [notice] = await about(maya)
    assert (notice["kind"], notice["commitment_id"]) == ("commitment_ended", made["id"])
    assert len(await heard(maya)) == before, "the night is not disturbed"
    await at_moment(world, "2026-04-08T09:00")
    assert await heard(maya) == ["commitment_due"] * before + ["commitment_ended"]
    ended = await looks_at(maya, made)
    assert ended["ended_at"] is not None
    assert ended["next_at"] is None
    said = await says_of(maya, made, "2026-04-07")
    assert said["recent"] == [{"date": "2026-04-07", "done": True, "text": None}]
    assert "commitment_ended" not in await ana.kinds()
    renewed = await maya.post(f"/v1/commitments/{made['id']}/renew", expect=200)
    assert (renewed["ends_on"], renewed["ended_at"], renewed["next_at"]) == ("2026-05-06", None, "2026-04-14T21:00:00Z")
    assert renewed["witness"]["accepted_at"] is not None
    again = await maya.post(f"/v1/commitments/{made['id']}/renew", expect=200)
    assert again["ends_on"] == "2026-05-06", "a second tap gives nothing more"
    assert await about(maya) == []
    await at_moment(world, "2026-04-14T21:00")
    assert await heard(maya) == ["commitment_due"] * before + ["commitment_ended", "commitment_due"]


async def test_renewed_before_the_morning_it_is_pushed_no_end(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya, days=[1], ends_on="2026-03-10")
    await at_moment(world, "2026-03-10T21:00")
    await at_moment(world, "2026-03-11T00:10")
    await maya.post(f"/v1/commitments/{made['id']}/renew", expect=200)
    await at_moment(world, "2026-03-11T09:10")
    assert await maya.pushed() == ["commitment_due"]


async def test_one_not_for_now_for_all(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    other = await world.person("Other")
    await other.welcomes(ana)
    made = [await means_to(maya, ana), await asked_and_accepted(maya, ana), await means_to(other, ana)]
    kept = await means_to(maya, ben)
    await ana.post(f"/v1/commitments/{made[0]['id']}/decline", {"all": True}, expect=204)
    assert (await ana.get("/v1/commitments"))["items"] == []
    assert await about(ana) == []
    assert (await looks_at(maya, kept))["witness"] is not None
    assert (await looks_at(other, made[2]))["witness"] is None
    assert await about(maya) == []


async def test_asked_while_asleep_or_muted(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await ana.patch("/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "08:30"}]})
    until = (world.now() + timedelta(hours=9)).isoformat()
    await ben.patch(f"/v1/supporting/{ben.places[maya.id]}", {"muted_until": until})
    await means_to(maya, ana)
    await means_to(maya, ben)
    assert await ana.pushes() == await ben.pushes() == []
    assert [one["kind"] for one in [*await about(ana), *await about(ben)]] == ["commitment_asked"] * 2


async def test_before_the_yes_nothing_is_known(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    made = await means_to(maya, ana)
    await says_of(maya, made, "2026-03-09", done=False, text="Too tired")
    assert (await looks_at(ana, made))["recent"] == []
    await ana.post(f"/v1/commitments/{made['id']}/accept", expect=200)
    await says_of(maya, made, "2026-03-10", text="It did me good")
    assert (await looks_at(ana, made))["recent"] == [{"date": "2026-03-10", "done": True, "text": "It did me good"}]
    assert len((await looks_at(maya, made))["recent"]) == 2
    await maya.patch(f"/v1/commitments/{made['id']}", {"witness": None})
    await looks_at(ana, made, 404)
