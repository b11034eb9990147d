"""Promise 16, kindness is bounded: reminders and follow-ups have limits, and one switch that stops each. Promise 12: in silence."""

from datetime import timedelta

import pytest

from tests.world.commitments import at_moment, means_to
from tests.world.person import Person
from tests.world.rhythm import DAILY_AT_NINE, chooses, follow_ups, moments, was_there
from tests.world.world import World


async def evenings(world: World, first: int, end: int) -> None:
    """Let these days of March pass, with a turn of the worker at nine, twice more, and after midnight."""
    for day in range(first, end):
        for moment in (f"{day}T21:00", f"{day}T21:20", f"{day}T23:00", f"{day + 1}T00:01"):
            await at_moment(world, f"2026-03-{moment}")


async def test_promise_16_reminders_are_one_a_moment_and_off_until_chosen(world: World) -> None:
    maya, *_ = await world.circle("sponsor")
    await maya.device()
    await world.settle()
    await evenings(world, 10, 12)
    assert await moments(maya) == 0, "nothing is chosen"
    await chooses(maya, check_in=DAILY_AT_NINE, week={"at": "21:00", "day": 3})
    await evenings(world, 12, 19)
    assert await moments(maya) == 7
    await chooses(maya, check_in=DAILY_AT_NINE, paused_until=(world.now() + timedelta(days=30)).isoformat())
    await evenings(world, 19, 23)
    assert await moments(maya) == 7, "one switch stops them"


async def test_promise_16_follow_ups_are_three_at_most_for_a_pair_and_a_day(world: World) -> None:
    helper = await world.person()
    await helper.device()
    owners: list[Person] = []
    for _ in range(5):
        owner = await world.person()
        await owner.welcomes(helper)
        owners.append(owner)
    for owner in (*owners, owners[-1]):
        await was_there(world, owner, helper)
    pushed = {}
    for day in range(11, 25):
        await at_moment(world, f"2026-03-{day}T10:00")
        pushed[day] = len(await helper.pushes("follow_up"))
    assert pushed[11] == 3, "five people, three on one day"
    assert pushed[24] == 9
    by_owner = [notice["from"]["id"] for notice in await follow_ups(helper)]
    assert max(map(by_owner.count, by_owner)) <= 3, "pressed twice, followed up once"


@pytest.mark.parametrize("whose", ["helper's", "owner's"])
async def test_promise_16_one_switch_of_either_stops_the_follow_ups(world: World, whose: str) -> None:
    maya, ana = await world.circle("sponsor")
    await was_there(world, maya, ana)
    await at_moment(world, "2026-03-11T10:00")
    assert len(await ana.pushes("follow_up")) == 1
    await chooses(ana if whose == "helper's" else maya, follow_ups=False)
    await was_there(world, maya, ana)
    for day in range(12, 22):
        await at_moment(world, f"2026-03-{day}T10:00")
    assert len(await ana.pushes("follow_up")) == 1


async def test_promise_16_one_switch_stops_what_one_means_to_do(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.device()
    for _ in range(10):
        await means_to(maya)
    assert (await means_to(maya, expect=409))["type"] == "/problems/too-many-commitments"
    await chooses(maya, commitments=False)
    await evenings(world, 10, 12)
    assert await maya.pushes("commitment_due") == []


async def test_promise_16_asking_is_limited_for_a_pair_and_one_word_stops_it(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    made = [await means_to(maya, ana) for _ in range(10)]
    await maya.patch(f"/v1/commitments/{made[0]['id']}", {"witness": None})
    await maya.patch(f"/v1/commitments/{made[0]['id']}", {"witness": ana.places[maya.id]}, expect=429)
    await ana.post(f"/v1/commitments/{made[1]['id']}/decline", {"all": True}, expect=204)
    assert await ana.inbox("commitment_asked") == []


async def test_promise_12_a_moment_that_is_left_alone_tells_nobody(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    await maya.device()
    before = await ana.kinds()
    await chooses(maya, check_in=DAILY_AT_NINE)
    await evenings(world, 10, 15)
    assert await moments(maya) == 5
    assert await ana.kinds() == before
    assert await ana.pushed() == []
