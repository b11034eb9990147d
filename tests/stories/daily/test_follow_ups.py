"""The morning after: those who answered are asked to be in touch, and whoever had no answer is not forgotten."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from models import FollowUp
from tests.world.commitments import at_moment
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.rhythm import chooses, follow_ups, was_there
from tests.world.world import World

MORNINGS = ("2026-03-11T10:00", "2026-03-13T10:00", "2026-03-17T10:00")


async def test_a_helper_is_asked_on_three_mornings(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await was_there(world, maya, ana)
    await at_moment(world, "2026-03-11T09:59")
    assert await ana.pushes("follow_up") == []
    for count, morning in enumerate(MORNINGS, 1):
        await at_moment(world, morning)
        assert len(await ana.pushes("follow_up")) == count
    push = (await ana.pushes("follow_up"))[0].push
    assert (push.urgent, push.data["url"]) == (False, f"/#/people/{maya.id}")
    assert "Maya" not in push.body
    assert [notice["from"]["id"] for notice in await follow_ups(ana)] == [maya.id] * 3
    for person in (maya, ben):
        assert await follow_ups(person) == []
    await at_moment(world, "2026-04-20T10:00")
    assert len(await ana.pushes("follow_up")) == 3
    assert await world.count("follow_ups") == 0


async def test_in_the_hours_of_the_helper_whatever_they_said_of_waking(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    evenings = [{"day": day, "from": "18:00", "to": "20:30"} for day in range(7)]
    await ana.patch("/v1/me", {"hours": evenings, "wake_me": True, "time_zone": "Europe/Berlin"})
    await was_there(world, maya, ana)
    await at_moment(world, "2026-03-11T16:59")
    assert await follow_ups(ana) == []
    await at_moment(world, "2026-03-11T17:00")
    assert len(await ana.pushes("follow_up")) == 1


async def test_it_follows_the_helper_into_another_zone(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await ana.patch("/v1/me", {"time_zone": "America/New_York"})
    await at_moment(world, "2026-03-11T10:00")
    assert await follow_ups(ana) == []
    await at_moment(world, "2026-03-11T14:00")
    assert len(await follow_ups(ana)) == 1


async def test_at_ten_wherever_the_helper_is_and_in_their_new_hours(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    evenings = [{"day": day, "from": "18:00", "to": "20:30"} for day in range(7)]
    await ana.patch("/v1/me", {"time_zone": "America/New_York"})
    await ben.patch("/v1/me", {"hours": evenings})
    await maya.press()
    for helper in (ana, ben):
        await helper.answer("here")
    await maya.close()
    await ana.patch("/v1/me", {"time_zone": "Europe/Berlin"})
    await ben.patch("/v1/me", {"hours": None})
    await at_moment(world, "2026-03-11T08:59")
    assert await follow_ups(ana) == []
    await at_moment(world, "2026-03-11T09:00")
    assert (len(await follow_ups(ana)), len(await follow_ups(ben))) == (1, 0)
    await at_moment(world, "2026-03-11T10:00")
    assert (len(await follow_ups(ana)), len(await follow_ups(ben))) == (1, 1)


@pytest.mark.parametrize("who", ["the one", "the other"])
async def test_a_word_of_either_ends_it(world: World, people: list[Person], who: str) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    sender, recipient = (maya, ana) if who == "the one" else (ana, maya)
    await world.passes(3600)
    await sender.post("/v1/reach-ins", {"to": recipient.id}, expect=201)
    await at_moment(world, MORNINGS[0])
    assert await follow_ups(ana) == []
    assert await world.count("follow_ups") == 0


async def test_the_thanks_for_it_do_not_end_it(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await maya.post("/v1/reach-ins", {"to": ana.id, "text": "Thank you.", "about": world.reach_out}, expect=201)
    await at_moment(world, MORNINGS[0])
    assert len(await follow_ups(ana)) == 1


async def test_a_talk_before_the_thanks_ends_it(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await world.passes(600)
    await ana.post(f"/v1/threads/{maya.id}/talked", expect=201)
    await world.passes(600)
    await maya.post("/v1/reach-ins", {"to": ana.id, "text": "Thank you.", "about": world.reach_out}, expect=201)
    await at_moment(world, MORNINGS[0])
    assert await follow_ups(ana) == []


@pytest.mark.parametrize("who", ["the helper", "the other"])
async def test_either_switches_it_off(world: World, people: list[Person], who: str) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await chooses(ana if who == "the helper" else maya, follow_ups=False)
    await at_moment(world, MORNINGS[0])
    assert await follow_ups(ana) == []
    await maya.press()
    await ana.answer("here")
    await maya.close("ok_now")
    assert await world.count("follow_ups") == 0, "none is planned either"


@pytest.mark.parametrize("how", ["away", "muted", "paused"])
async def test_a_silence_leaves_out_what_falls_into_it(world: World, people: list[Person], how: str) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    until = "2026-03-12T00:00:00Z"
    match how:
        case "away":
            await ana.patch("/v1/me", {"away_until": until})
        case "muted":
            await ana.patch(f"/v1/supporting/{ana.places[maya.id]}", {"muted_until": until})
        case "paused":
            await chooses(ana, paused_until=until)
    await at_moment(world, MORNINGS[0])
    assert await follow_ups(ana) == []
    await at_moment(world, MORNINGS[1])
    assert len(await ana.pushes("follow_up")) == 1


async def test_whom_nobody_answered_is_asked_in_the_morning(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press()
    await ana.answer("cannot")
    await at_moment(world, "2026-03-11T20:01")
    assert (await maya.reach_out())["outcome"] == "expired"
    assert await follow_ups(maya) == []
    await at_moment(world, "2026-03-12T10:00")
    [notice] = await follow_ups(maya)
    assert (notice["from"], notice["reach_out_id"]) == (None, None)
    assert len(await maya.pushes("follow_up")) == 1
    for person in (ana, ben):
        assert await follow_ups(person) == []
    await at_moment(world, "2026-03-20T10:00")
    assert len(await follow_ups(maya)) == 1
    assert await world.count("follow_ups") == 0


async def test_closed_without_an_answer_has_a_morning_too(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await maya.press()
    await maya.close("ok_now")
    await at_moment(world, MORNINGS[0])
    assert len(await follow_ups(maya)) == 1


async def test_who_asks_again_before_the_morning_is_not_asked(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await maya.press()
    await maya.close("ok_now")
    await world.passes(60)
    await was_there(world, maya, ana)
    await at_moment(world, MORNINGS[0])
    assert await follow_ups(maya) == []
    assert len(await follow_ups(ana)) == 1


@pytest.mark.parametrize(("outcome", "helper", "own"), [("connected", 1, 0), ("ok_now", 1, 0), (None, 0, 1)])
async def test_a_yes_to_the_calm_ask_that_became_a_press_is_an_answer(
    world: World, people: list[Person], outcome: str | None, helper: int, own: int
) -> None:
    """With an all-clear nobody reads that nobody was free; without one, the press itself was answered by nobody."""
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.answer("soon", minutes=60)
    await ben.answer("cannot")
    await world.passes(600)
    await maya.does("raise", expect=200)
    if outcome is not None:
        await maya.close(outcome)
    for morning in ("2026-03-11T10:00", "2026-03-11T21:00", "2026-03-12T10:00"):
        await at_moment(world, morning)
    assert (len(await follow_ups(ana)), len(await follow_ups(maya))) == (helper, own)
    assert await follow_ups(ben) == []


async def test_a_mistake_is_followed_by_nothing(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana, "mistake")
    assert await world.count("follow_ups") == 0


async def test_somebody_who_answered_and_could_not_gets_none(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press()
    await ana.answer("calling")
    await ana.answer("cannot")
    await ben.answer("here")
    await maya.close()
    assert [row.person_id for row in await world.rows(select(FollowUp.person_id))] == [UUID(ben.id)]


@pytest.mark.parametrize("how", ["removed", "left", "blocked", "owner erased", "helper erased"])
async def test_what_ends_the_membership_ends_it(world: World, people: list[Person], how: str) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await at_moment(world, MORNINGS[0])
    match how:
        case "removed":
            await maya.delete(f"/v1/circle/{ana.places[maya.id]}")
        case "left":
            await ana.delete(f"/v1/supporting/{ana.places[maya.id]}")
        case "blocked":
            await maya.post("/v1/blocks", {"person_id": ana.id}, expect=201)
        case "owner erased":
            await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
            await maya.delete("/v1/me")
        case "helper erased":
            await ana.post("/v1/sessions/current/proof", {"passphrase": ana.passphrase})
            await ana.delete("/v1/me")
    assert await world.count("follow_ups") == 0
    if how != "helper erased":
        assert await follow_ups(ana) == []
    await at_moment(world, MORNINGS[1])


async def test_a_worker_that_dies_before_its_commit_leaves_it_to_the_next(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await world.forward(14 * 3600)
    async with no_commit_goes_through(world, "notices"):
        await world.here.worker.move("follow_ups")
    assert await follow_ups(ana) == []
    other = await world.another_process()
    await asyncio.gather(other.work(), world.work())
    assert len(await ana.pushes("follow_up")) == 1


async def test_an_outage_of_two_days_leads_to_one(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await was_there(world, maya, ana)
    await at_moment(world, "2026-03-13T12:00")
    assert len(await follow_ups(ana)) == 1
