"""A rhythm: moments that come in the person's own zone, once, and go with the day."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from models import Rhythm
from tests.world.commitments import at_moment, means_to
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.rhythm import DAILY_AT_NINE, chooses, moments, was_there
from tests.world.world import World


async def test_a_moment_comes_and_goes_with_the_day(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await at_moment(world, "2026-03-10T20:59")
    assert await maya.pushes() == []
    await at_moment(world, "2026-03-10T21:00")
    [push] = await maya.pushes()
    assert (push.kind, push.push.urgent, push.push.body) == ("moment", False, "A moment for you, if you like.")
    assert push.push.data["url"] == "/#/moment"
    [notice] = await maya.inbox("moment")
    assert (notice["kind"], notice["from"], notice["read_at"]) == ("moment", None, None)
    for _ in range(8):
        await world.passes(20 * 60)
    assert await moments(maya) == 1
    await at_moment(world, "2026-03-11T00:00")
    assert await maya.inbox("moment") == []
    await at_moment(world, "2026-03-11T21:00")
    assert await moments(maya) == 2
    assert await ana.pushed() == []
    assert await ana.inbox("moment") == []


async def test_nothing_comes_until_it_is_chosen(world: World, people: list[Person]) -> None:
    maya, *_ = people
    assert await maya.get("/v1/me/rhythm") == {
        "check_in": None,
        "week": None,
        "commitments": True,
        "follow_ups": True,
        "practice_offers": False,
        "paused_until": None,
    }
    for day in (11, 12):
        await at_moment(world, f"2026-03-{day}T21:00")
    assert await maya.inbox("moment") == []


async def test_check_in_and_week_at_one_time_are_one_moment(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE, week={"at": "21:00", "day": 1})
    await at_moment(world, "2026-03-10T21:00")
    assert await moments(maya) == 1
    assert len(await maya.inbox("moment")) == 1


async def test_a_later_moment_of_the_day_takes_the_place_of_the_first(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE, week={"at": "20:30", "day": 1})
    await at_moment(world, "2026-03-10T20:30")
    await at_moment(world, "2026-03-10T21:00")
    assert await moments(maya) == 2
    assert len(await maya.inbox("moment")) == 1


@pytest.mark.parametrize(
    ("zone", "at", "moments_utc"),
    [
        # Summer time begins on 29 March: 02:30 does not exist, and comes at 03:00.
        ("Europe/Berlin", "02:30", ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]),
        # Summer time ends on 5 April: 02:30 is shown twice, and counts once.
        ("Australia/Sydney", "02:30", ["2026-04-03T15:30", "2026-04-04T15:30", "2026-04-05T16:30"]),
        # The clocks change at midnight.
        ("America/Santiago", "00:00", ["2026-09-05T04:00", "2026-09-06T04:00", "2026-09-07T03:00"]),
    ],
)
async def test_over_a_clock_change(
    world: World, people: list[Person], zone: str, at: str, moments_utc: list[str]
) -> None:
    maya, *_ = people
    await maya.patch("/v1/me", {"time_zone": zone})
    await at_moment(world, moments_utc[0][:11] + "00:00")
    await chooses(maya, check_in={"at": at, "days": list(range(7))})
    await world.work()
    for count, moment in enumerate(moments_utc, 1):
        await at_moment(world, moment)
        assert await moments(maya) == count, moment
        for _ in range(5):
            await world.passes(15 * 60)
        assert await moments(maya) == count, moment


async def test_a_journey_takes_the_moment_along(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await maya.patch("/v1/me", {"time_zone": "Europe/Berlin"})
    await chooses(maya, check_in=DAILY_AT_NINE)
    await maya.patch("/v1/me", {"time_zone": "America/New_York"})
    await at_moment(world, "2026-03-10T20:30")
    assert await moments(maya) == 0
    await at_moment(world, "2026-03-11T01:00")
    assert await moments(maya) == 1
    await maya.patch("/v1/me", {"time_zone": "Pacific/Honolulu"})
    await at_moment(world, "2026-03-11T07:00")
    assert await moments(maya) == 1, "that day's has come"
    await at_moment(world, "2026-03-12T07:00")
    assert await moments(maya) == 2


@pytest.mark.parametrize(
    "journey",
    [
        ("Europe/Berlin", "Europe/Paris"),
        ("Europe/Berlin", "Europe/Moscow", "Europe/London"),
        ("America/New_York", "Pacific/Honolulu"),
        ("Europe/Berlin", None),
    ],
)
async def test_a_journey_in_stages_never_brings_a_second_one(
    world: World, people: list[Person], journey: tuple[str | None, ...]
) -> None:
    maya, *_ = people
    await maya.patch("/v1/me", {"time_zone": "Europe/Moscow"})
    await chooses(maya, check_in=DAILY_AT_NINE)
    await at_moment(world, "2026-03-11T18:00")
    for zone in journey:
        # None: the same times are saved once more.
        await (maya.patch("/v1/me", {"time_zone": zone}) if zone else chooses(maya, check_in=DAILY_AT_NINE))
        await world.passes(60)
    for _ in range(17):
        await world.passes(50 * 60)
        assert await moments(maya) == 1, world.now()
    for _ in range(31):
        await world.passes(50 * 60)
    assert await moments(maya) == 2, "and the next day's comes"


async def test_an_outage_of_a_day_makes_up_for_nothing(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await at_moment(world, "2026-03-11T20:00")
    assert await maya.inbox("moment") == []
    await at_moment(world, "2026-03-11T21:00")
    assert await moments(maya) == 1
    await at_moment(world, "2026-03-12T23:30")
    assert await moments(maya) == 1, "two hours late there is no push"
    [notice] = await maya.inbox("moment")
    assert notice["created_at"].startswith("2026-03-12")


async def test_one_switch_pauses_it_and_one_tap_goes_on(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await at_moment(world, "2026-03-10T21:00")
    paused = await chooses(maya, check_in=DAILY_AT_NINE, paused_until="2026-03-12T12:00:00Z")
    assert paused["paused_until"] == "2026-03-12T12:00:00Z"
    assert await maya.inbox("moment") == [], "what stands goes with the pause"
    await at_moment(world, "2026-03-11T21:00")
    assert await moments(maya) == 1
    await at_moment(world, "2026-03-12T21:00")
    assert await moments(maya) == 2
    assert (await maya.get("/v1/me/rhythm"))["paused_until"] is None


@pytest.mark.parametrize(
    "choice", [{"paused_until": "2026-03-20T12:00:00Z"}, {"commitments": False, "follow_ups": False}]
)
async def test_what_stands_goes_with_a_pause_and_with_its_switch(
    world: World, people: list[Person], choice: dict[str, Any]
) -> None:
    maya, ana, _ = people
    await means_to(ana, at="10:30")
    await means_to(ana, ends_on="2026-03-11")
    await was_there(world, maya, ana)
    await at_moment(world, "2026-03-11T10:30")
    assert {notice["kind"] for notice in await ana.inbox()} >= {"commitment_due", "follow_up"}
    await chooses(ana, **choice)
    assert not {notice["kind"] for notice in await ana.inbox()} & {"commitment_due", "follow_up"}


async def test_the_push_of_an_end_waits_for_the_morning_and_can_be_switched_off(
    world: World, people: list[Person]
) -> None:
    maya, *_ = people
    await means_to(maya, ends_on="2026-03-11")
    await at_moment(world, "2026-03-12T00:00")
    await chooses(maya, commitments=False)
    await at_moment(world, "2026-03-12T09:00")
    assert await maya.pushes("commitment_ended") == []
    assert len(await maya.inbox("commitment_ended")) == 1, "where it can be renewed"


async def test_a_check_in_settles_the_moment(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await at_moment(world, "2026-03-10T21:00")
    await maya.post("/v1/check-ins", {"feeling": 3}, expect=201)
    assert await maya.inbox(unread=True) == []


async def test_a_worker_that_dies_before_its_commit_leaves_it_to_the_next(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await world.settle()
    await world.forward(3600)
    async with no_commit_goes_through(world, "notices"):
        await world.here.worker.move("rhythms")
    assert await maya.inbox("moment") == []
    other = await world.another_process()
    await other.work()
    await world.work()
    assert await moments(maya) == 1


async def test_a_worker_that_dies_after_its_commit_leaves_the_push_to_the_next(
    world: World, people: list[Person]
) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await world.settle()
    await world.forward(3600)
    world.here.forget_pushes()
    await world.here.worker.move("rhythms")
    other = await world.another_process()
    await other.work()
    assert await moments(maya) == 1


async def test_two_workers_never_give_two(world: World, people: list[Person]) -> None:
    for person in people:
        await chooses(person, check_in=DAILY_AT_NINE)
    other = await world.another_process()
    await world.settle()
    await world.forward(3600)
    await asyncio.gather(*(process.work() for process in (world.here, other, world.here, other)))
    assert [await moments(person) for person in people] == [1, 1, 1]


async def test_one_row_that_fails_keeps_nobody_elses(world: World, people: list[Person]) -> None:
    for person in people:
        await chooses(person, check_in=DAILY_AT_NINE)
    async with world.database.write() as session:
        # Hours that no request could have stored.
        await session.execute(update(Rhythm).where(Rhythm.person_id == UUID(people[1].id)).values(check_in_at="??:??"))
        await session.commit()
    await at_moment(world, "2026-03-10T21:00")
    assert [await moments(person) for person in people] == [1, 0, 1]


async def test_an_erased_account_leaves_no_rhythm(world: World, people: list[Person]) -> None:
    maya, *_ = people
    await chooses(maya, check_in=DAILY_AT_NINE)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    assert await world.count("rhythms") == 0
    await at_moment(world, "2026-03-10T21:00")
