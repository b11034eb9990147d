"""Connections: weeks of the person's own calendar, counted from existing rows, visible only to that person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from rules.daily.connections import Moments, count_weeks, monday_of
from tests.world.person import Person
from tests.world.world import World

DAY = 24 * 3600
EMPTY_WEEK = {
    "reach_outs": 0,
    "connected": 0,
    "median_seconds_to_answer": None,
    "answers_given": 0,
    "reach_ins": 0,
    "people": 0,
}


async def weeks(person: Person, count: int = 8) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = (await person.get(f"/v1/connections?weeks={count}"))["weeks"]
    return result


async def not_in_touch(person: Person, count: int = 8) -> list[tuple[str, str | None]]:
    people = (await person.get(f"/v1/connections?weeks={count}"))["not_in_touch"]
    return [(row["person"]["id"], row["last_connected_at"]) for row in people]


async def supporting(person: Person) -> dict[str, str | None]:
    people = (await person.get("/v1/supporting"))["items"]
    return {row["person"]["id"]: row["last_connected_at"] for row in people}


async def test_a_week_counts_reach_outs_answers_and_reach_ins(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for seconds in (30, 50, 600):
        await maya.press()
        await friend.answer("cannot")
        await world.forward(seconds)
        await sponsor.answer("soon", minutes=5)
        await sponsor.answer("calling")
        await maya.does("together") if seconds == 600 else await maya.close("connected" if seconds == 30 else "ok_now")
    await maya.post("/v1/reach-ins", {"to": friend.id})
    [hers] = await weeks(maya, 1)
    # The world begins on Tuesday, 10 March 2026.
    assert hers == {
        "week": "2026-W11",
        "starts_on": "2026-03-09",
        "reach_outs": 3,
        "connected": 2,
        "median_seconds_to_answer": 50,
        "answers_given": 0,
        "reach_ins": 1,
        "people": 2,
    }
    [theirs] = await weeks(sponsor, 1)
    assert theirs | {"answers_given": 3, "people": 1} == theirs
    assert (theirs["reach_outs"], theirs["median_seconds_to_answer"]) == (0, None)
    [thought_of] = await weeks(friend, 1)
    assert thought_of | EMPTY_WEEK | {"people": 1} == thought_of, (
        "declining is no answer, receiving a reach-in is contact"
    )


async def test_without_an_answer_there_is_no_median_time(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("cannot")
    [hers] = await weeks(maya, 1)
    assert hers | EMPTY_WEEK | {"reach_outs": 1} == hers


async def test_weeks_are_listed_newest_first_up_to_the_limit(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    await world.forward(7 * DAY)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await world.forward(14 * DAY)
    four_weeks = await weeks(maya, 4)
    assert [week["week"] for week in four_weeks] == ["2026-W14", "2026-W13", "2026-W12", "2026-W11"]
    assert [(week["reach_ins"], week["people"]) for week in four_weeks] == [(0, 0), (0, 0), (0, 1), (1, 1)]
    assert await weeks(maya, 3) == four_weeks[:3]
    assert len(await weeks(maya, 52)) == 52
    assert len((await maya.get("/v1/connections"))["weeks"]) == 8
    for wrong in (0, 53, "many"):
        assert (await maya.get(f"/v1/connections?weeks={wrong}", expect=422))["type"] == "/problems/invalid"
    assert (await world.here.http.get("/v1/connections")).status_code == 401


async def test_weeks_follow_the_persons_time_zone(world: World) -> None:
    """Sunday, 15 March, 23:30 in Berlin is still that week there, and Monday already in Kathmandu."""
    maya, sponsor = await world.circle("sponsor")
    world.clock.set(datetime(2026, 3, 15, 22, 30, tzinfo=UTC))
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    for zone, week in (("Europe/Berlin", "2026-W11"), ("Asia/Kathmandu", "2026-W12"), ("UTC", "2026-W11")):
        await maya.patch("/v1/me", {"time_zone": zone})
        assert [counted["week"] for counted in await weeks(maya) if counted["reach_ins"]] == [week], zone


async def test_not_in_touch_lists_people_without_recent_contact(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    other, unconfirmed = await world.person(), await world.person()
    await other.welcomes(maya)
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await maya.press()
    await friend.answer("here")
    answered = (await supporting(friend))[maya.id]
    await maya.close()
    assert dict(await not_in_touch(maya, 1)) == {sponsor.id: None, fellow.id: None, other.id: None}
    await world.forward(7 * DAY)
    await maya.post("/v1/reach-ins", {"to": other.id})
    # People without any contact come before those with the oldest contact.
    assert [person for person, _ in await not_in_touch(maya, 1)][2:] == [friend.id]
    assert dict(await not_in_touch(maya, 1)) == {sponsor.id: None, fellow.id: None, friend.id: answered}
    assert dict(await not_in_touch(maya, 2)) == {sponsor.id: None, fellow.id: None}
    assert await not_in_touch(other, 1) == []


async def test_both_endpoints_agree_on_the_last_contact(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.welcomes(maya)
    assert await supporting(maya) == {sponsor.id: None}
    for step in (
        lambda: maya.post("/v1/reach-ins", {"to": sponsor.id}),
        lambda: sponsor.post("/v1/reach-ins", {"to": maya.id}),
    ):
        before = (await supporting(maya))[sponsor.id]
        await step()
        last = (await supporting(maya))[sponsor.id]
        assert last
        assert last != before
        assert (await supporting(sponsor))[maya.id] == last
        await world.forward(60)
    await maya.press()
    await sponsor.answer("calling")
    last = (await supporting(sponsor))[maya.id]
    assert (await supporting(maya))[sponsor.id] == last
    await world.forward(7 * DAY)
    assert dict(await not_in_touch(maya, 1))[sponsor.id] == dict(await not_in_touch(sponsor, 1))[maya.id] == last
    assert (await supporting(friend))[maya.id] is None


async def test_former_members_are_not_counted(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("here")
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    assert (await weeks(maya, 1))[0]["people"] == 0
    assert await not_in_touch(maya) == []


BERLIN = ZoneInfo("Europe/Berlin")
SPRING_SUNDAY_END = datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
"""The last second, in Berlin, of the Sunday on which its clocks go forward."""


def test_a_week_with_a_clock_change_is_counted_correctly() -> None:
    assert monday_of(SPRING_SUNDAY_END, BERLIN) == date(2026, 3, 23)
    assert monday_of(SPRING_SUNDAY_END + timedelta(seconds=1), BERLIN) == date(2026, 3, 30)
    moments = Moments(
        reach_ins=[
            SPRING_SUNDAY_END,
            SPRING_SUNDAY_END + timedelta(seconds=1),
            SPRING_SUNDAY_END - timedelta(days=7, hours=-1),
        ]
    )
    counted = count_weeks(moments, BERLIN, SPRING_SUNDAY_END + timedelta(days=1), 3)
    assert [(week.starts_on.day, week.reach_ins) for week in counted] == [(30, 1), (23, 1), (16, 1)]


@pytest.mark.parametrize(("waits", "expected"), [([], None), ([4.0], 4), ([1.0, 2.0], 2), ([9.0, 1.0, 2.4], 2)])
def test_the_median_time_to_an_answer(waits: list[float], expected: int | None) -> None:
    [week] = count_weeks(Moments(waits=[(SPRING_SUNDAY_END, wait) for wait in waits]), UTC, SPRING_SUNDAY_END, 1)
    assert week.median_seconds_to_answer == expected


def test_a_person_is_counted_once_per_week() -> None:
    person, other = UUID(int=1), uuid4()
    before = SPRING_SUNDAY_END - timedelta(days=7)
    moments = Moments(
        in_touch=[
            (SPRING_SUNDAY_END, person),
            (SPRING_SUNDAY_END, person),
            (SPRING_SUNDAY_END, other),
            (before, person),
            (before, person),
        ]
    )
    assert [week.people for week in count_weeks(moments, UTC, SPRING_SUNDAY_END, 2)] == [2, 1]
