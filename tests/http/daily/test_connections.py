"""Connections: weeks of the person's own calendar, counted from what is kept anyway, for nobody else's eyes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from rules.daily.connections import Moments, count_weeks, monday_of
from tests.world.person import Person
from tests.world.world import World

DAY = 24 * 3600
EMPTY = {
    "reach_outs": 0,
    "connected": 0,
    "median_seconds_to_answer": None,
    "answers_given": 0,
    "reach_ins": 0,
    "people": 0,
}


async def weeks(person: Person, count: int = 8) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get(f"/v1/connections?weeks={count}"))["weeks"]
    return found


async def quiet(person: Person, count: int = 8) -> list[tuple[str, str | None]]:
    found = (await person.get(f"/v1/connections?weeks={count}"))["not_in_touch"]
    return [(one["person"]["id"], one["last_connected_at"]) for one in found]


async def supporting(person: Person) -> dict[str, str | None]:
    found = (await person.get("/v1/supporting"))["items"]
    return {one["person"]["id"]: one["last_connected_at"] for one in found}


async def test_a_week_in_which_people_were_there(world: World) -> None:
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
    assert thought_of | EMPTY | {"people": 1} == thought_of, "to pass it on is no answer, to be thought of is a touch"


async def test_without_an_answer_there_is_no_time_to_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("cannot")
    [hers] = await weeks(maya, 1)
    assert hers | EMPTY | {"reach_outs": 1} == hers


async def test_weeks_follow_one_another_and_what_is_older_is_left_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    await world.forward(7 * DAY)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await world.forward(14 * DAY)
    found = await weeks(maya, 4)
    assert [week["week"] for week in found] == ["2026-W14", "2026-W13", "2026-W12", "2026-W11"]
    assert [(week["reach_ins"], week["people"]) for week in found] == [(0, 0), (0, 0), (0, 1), (1, 1)]
    assert await weeks(maya, 3) == found[:3]
    assert len(await weeks(maya, 52)) == 52
    assert len((await maya.get("/v1/connections"))["weeks"]) == 8
    for wrong in (0, 53, "many"):
        assert (await maya.get(f"/v1/connections?weeks={wrong}", expect=422))["type"] == "/problems/invalid"
    assert (await world.here.http.get("/v1/connections")).status_code == 401


async def test_a_week_is_one_of_the_persons_own_time_zone(world: World) -> None:
    """Sunday, 15 March, 23:30 in Berlin is still that week there, and Monday already in Kathmandu."""
    maya, sponsor = await world.circle("sponsor")
    world.clock.set(datetime(2026, 3, 15, 22, 30, tzinfo=UTC))
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    for zone, week in (("Europe/Berlin", "2026-W11"), ("Asia/Kathmandu", "2026-W12"), ("UTC", "2026-W11")):
        await maya.patch("/v1/me", {"time_zone": zone})
        assert [one["week"] for one in await weeks(maya) if one["reach_ins"]] == [week], zone


async def test_whom_i_have_not_been_in_touch_with(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    other, unconfirmed = await world.person(), await world.person()
    await other.welcomes(maya)
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await maya.press()
    await friend.answer("here")
    answered = (await supporting(friend))[maya.id]
    await maya.close()
    assert dict(await quiet(maya, 1)) == {sponsor.id: None, fellow.id: None, other.id: None}
    await world.forward(7 * DAY)
    await maya.post("/v1/reach-ins", {"to": other.id})
    # Never comes before long ago.
    assert [person for person, _ in await quiet(maya, 1)][2:] == [friend.id]
    assert dict(await quiet(maya, 1)) == {sponsor.id: None, fellow.id: None, friend.id: answered}
    assert dict(await quiet(maya, 2)) == {sponsor.id: None, fellow.id: None}
    assert await quiet(other, 1) == []


async def test_both_places_say_the_same_of_the_last_time(world: World) -> None:
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
    assert dict(await quiet(maya, 1))[sponsor.id] == dict(await quiet(sponsor, 1))[maya.id] == last
    assert (await supporting(friend))[maya.id] is None


async def test_who_has_left_is_not_counted_and_not_missed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("here")
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    assert (await weeks(maya, 1))[0]["people"] == 0
    assert await quiet(maya) == []


BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
"""The last second, in Berlin, of the Sunday on which its clocks go forward."""


def test_a_week_with_a_change_of_clocks_is_a_week() -> None:
    assert monday_of(SPRING, BERLIN) == date(2026, 3, 23)
    assert monday_of(SPRING + timedelta(seconds=1), BERLIN) == date(2026, 3, 30)
    told = Moments(reach_ins=[SPRING, SPRING + timedelta(seconds=1), SPRING - timedelta(days=7, hours=-1)])
    found = count_weeks(told, BERLIN, SPRING + timedelta(days=1), 3)
    assert [(week.starts_on.day, week.reach_ins) for week in found] == [(30, 1), (23, 1), (16, 1)]


@pytest.mark.parametrize(("waits", "expected"), [([], None), ([4.0], 4), ([1.0, 2.0], 2), ([9.0, 1.0, 2.4], 2)])
def test_the_median_of_what_was_answered(waits: list[float], expected: int | None) -> None:
    [week] = count_weeks(Moments(waits=[(SPRING, wait) for wait in waits]), UTC, SPRING, 1)
    assert week.median_seconds_to_answer == expected


def test_a_person_is_counted_once_a_week_and_in_every_week() -> None:
    one, other = UUID(int=1), uuid4()
    before = SPRING - timedelta(days=7)
    told = Moments(in_touch=[(SPRING, one), (SPRING, one), (SPRING, other), (before, one), (before, one)])
    assert [week.people for week in count_weeks(told, UTC, SPRING, 2)] == [2, 1]
