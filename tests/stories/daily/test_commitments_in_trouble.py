"""Commitments in trouble: workers that die or meet, memberships that end, accounts that are erased at the same moment."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select, update

from models import Commitment
from models import Person as PersonRow
from tests.world.commitments import about, asked_and_accepted, at_moment, looks_at, means_to, says_of
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.race import race
from tests.world.world import World


async def test_a_worker_that_dies_before_its_commit_leaves_it_to_the_next(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await means_to(maya)
    await world.settle()
    await world.forward(3600)
    async with no_commit_goes_through(world, "notices"):
        await world.here.worker.move("commitments")
    assert await about(maya) == []
    assert await maya.pushes() == []
    other = await world.another_process()
    await other.work()
    assert await maya.pushed() == ["commitment_due"]
    await world.work()
    assert await maya.pushed() == ["commitment_due"]


async def test_a_worker_that_dies_after_its_commit_leaves_the_push_to_the_next(
    world: World, people: list[Person]
) -> None:
    maya, *_ = people
    await means_to(maya)
    await world.settle()
    await world.forward(3600)
    world.here.forget_pushes()
    await world.here.worker.move("commitments")
    other = await world.another_process()
    await world.forward(11)
    await other.work()
    assert await maya.pushed() == ["commitment_due"]
    assert len(await about(maya)) == 1


async def test_two_workers_send_it_once(world: World, people: list[Person]) -> None:
    maya, *_ = people
    for _ in range(5):
        await means_to(maya)
    other = await world.another_process()
    await world.settle()
    await world.forward(3600)
    await asyncio.gather(*(process.work() for process in (world.here, other, world.here, other)))
    assert await maya.pushed() == ["commitment_due"] * 5
    assert len(await about(maya)) == 5


@pytest.mark.parametrize("how", ["removed", "left", "blocked", "blocks", "erased"])
async def test_what_ends_the_membership_takes_the_witness_away(world: World, people: list[Person], how: str) -> None:
    maya, ana, _ = people
    asked, accepted = await means_to(maya, ana), await asked_and_accepted(maya, ana)
    await says_of(maya, accepted, "2026-03-10")
    pushed = len(await maya.pushes())
    match how:
        case "removed":
            await maya.delete(f"/v1/circle/{ana.places[maya.id]}")
        case "left":
            await ana.delete(f"/v1/supporting/{ana.places[maya.id]}")
        case "blocked":
            await maya.post("/v1/blocks", {"person_id": ana.id})
        case "blocks":
            await ana.post("/v1/blocks", {"person_id": maya.id})
        case "erased":
            await ana.post("/v1/sessions/current/proof", {"passphrase": ana.passphrase})
            await ana.delete("/v1/me")
    for made in (asked, accepted):
        assert (await looks_at(maya, made))["witness"] is None
        if how != "erased":
            await looks_at(ana, made, 404)
            assert await about(ana) == []
            assert (await ana.get("/v1/commitments"))["items"] == []
    assert await about(maya) == []
    assert len(await maya.pushes()) == pushed
    rows = await world.rows(select(Commitment.membership_id, Commitment.witness_id, Commitment.accepted_at))
    assert {tuple(row) for row in rows} == {(None, None, None)}


async def test_an_owner_who_is_erased_leaves_nothing(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    made = await asked_and_accepted(maya, ana)
    await says_of(maya, made, "2026-03-10")
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    assert await world.count("commitments") == await world.count("commitment_days") == 0
    assert await about(ana) == []
    assert (await ana.get("/v1/commitments"))["items"] == []


async def test_an_account_is_erased_while_its_commitment_is_due(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await asked_and_accepted(maya, ana)
    await world.settle()
    await world.forward(3600)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await race(world, "notices IN SHARE", world.here.worker.move("commitments"), maya.send("DELETE", "/v1/me"))
    assert await world.count("commitments") == 0


async def test_a_zone_changes_while_it_is_due(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya)
    await world.settle()
    await world.forward(3600)
    await race(
        world,
        "notices IN SHARE",
        world.here.worker.move("commitments"),
        maya.send("PATCH", "/v1/me", {"time_zone": "Asia/Kathmandu"}),
    )
    assert (await looks_at(maya, made))["next_at"] == "2026-03-11T15:15:00Z"
    [row] = await world.rows(select(Commitment.next_at))
    assert row.next_at is not None
    assert row.next_at > world.now()


async def test_one_that_is_due_already_is_not_lost_on_a_flight_eastwards(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await maya.patch("/v1/me", {"time_zone": "Europe/Berlin"})
    await means_to(maya)
    await at_moment(world, "2026-03-11T19:59")
    await world.forward(61)
    await maya.patch("/v1/me", {"time_zone": "Europe/Athens"})
    await world.work()
    assert len(await about(maya)) == 1


async def test_one_that_is_due_already_is_not_lost_by_a_renewal(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya)
    await world.settle()
    await world.forward(3601)
    await maya.post(f"/v1/commitments/{made['id']}/renew", expect=200)
    await world.work()
    assert await maya.pushed() == ["commitment_due"]
    assert len(await about(maya)) == 1


async def test_one_that_is_renewed_before_its_end_was_written_goes_on(world: World, people: list[Person]) -> None:
    maya, *_ = people
    made = await means_to(maya, ends_on="2026-03-10")
    await at_moment(world, "2026-03-10T21:00")
    await world.forward(4 * 3600)
    await maya.post(f"/v1/commitments/{made['id']}/renew", expect=200)
    await world.work()
    assert (await looks_at(maya, made))["ended_at"] is None
    assert await about(maya) == []
    await at_moment(world, "2026-03-11T21:00")
    assert await maya.pushed() == ["commitment_due"] * 2


async def test_a_member_is_removed_while_they_are_asked(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    place = ana.places[maya.id]
    body = {"text": "Walk", "days": [0], "at": "18:00", "witness": place}
    _, made = await race(
        world,
        "notices IN SHARE",
        maya.send("DELETE", f"/v1/circle/{place}"),
        maya.send("POST", "/v1/commitments", body),
    )
    assert made.status_code in {201, 422}
    assert await about(ana) == []
    assert (await ana.get("/v1/commitments"))["items"] == []


async def test_a_zone_that_this_machine_does_not_know(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await means_to(maya)
    async with world.database.write() as session:
        await session.execute(update(PersonRow).where(PersonRow.id == UUID(maya.id)).values(time_zone="Mars/Olympus"))
        await session.commit()
    await at_moment(world, "2026-03-10T21:00")
    assert await maya.pushed() == ["commitment_due"], "by UTC"
