"""My rhythm over HTTP: chosen, read back, refused; and what `GET /v1/supporting` says of one's load."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.rhythm import chooses, was_there
from tests.world.world import World

NOTHING_CHOSEN = {
    "check_in": None,
    "week": None,
    "commitments": True,
    "follow_ups": True,
    "practice_offers": False,
    "paused_until": None,
}


async def test_what_is_chosen_is_read_back(world: World) -> None:
    maya = await world.person("Maya")
    assert await maya.get("/v1/me/rhythm") == NOTHING_CHOSEN
    chosen: dict[str, Any] = {
        "check_in": {"at": "21:00", "days": [4, 0, 0]},
        "week": {"at": "18:30", "day": 6},
        "commitments": False,
        "follow_ups": False,
        "practice_offers": True,
        "paused_until": "2026-03-20T08:00:00+02:00",
    }
    stored = chosen | {"check_in": {"at": "21:00", "days": [0, 4]}, "paused_until": "2026-03-20T06:00:00Z"}
    assert await chooses(maya, **chosen) == stored
    assert await maya.get("/v1/me/rhythm") == stored
    assert await chooses(maya) == NOTHING_CHOSEN
    assert await maya.get("/v1/me/rhythm") == NOTHING_CHOSEN


async def test_a_pause_that_is_over_is_none(world: World) -> None:
    maya = await world.person("Maya")
    assert (await chooses(maya, paused_until="2026-03-10T19:00:00Z"))["paused_until"] is None
    await chooses(maya, paused_until="2026-03-10T21:00:00Z")
    await world.forward(3600)
    assert (await maya.get("/v1/me/rhythm"))["paused_until"] is None


@pytest.mark.parametrize(
    ("choice", "where"),
    [
        ({"check_in": {"at": "21:00", "days": []}}, "body.check_in.days"),
        ({"check_in": {"at": "21:00", "days": [7]}}, "body.check_in.days.0"),
        ({"check_in": {"at": "24:00", "days": [1]}}, "body.check_in.at"),
        ({"check_in": {"at": "9:00", "days": [1]}}, "body.check_in.at"),
        ({"check_in": {"days": [1]}}, "body.check_in.at"),
        ({"week": {"at": "21:00", "day": -1}}, "body.week.day"),
        ({"week": {"at": "21:00", "day": "1"}}, "body.week.day"),
        ({"commitments": None}, "body.commitments"),
        ({"paused_until": "2028-03-10T21:00:00Z"}, "body.paused_until"),
        ({"paused_until": "tomorrow"}, "body.paused_until"),
        ({"checkin": None}, "body.checkin"),
    ],
)
async def test_what_cannot_be_used_is_named(world: World, choice: dict[str, Any], where: str) -> None:
    maya = await world.person("Maya")
    problem = await chooses(maya, expect=422, **choice)
    assert [error["at"] for error in problem["errors"]] == [where]
    assert await world.count("rhythms") == 0


async def test_a_rhythm_is_in_the_export_and_nobody_elses(world: World) -> None:
    maya, ana = await world.circle("friend")
    await chooses(maya, check_in={"at": "21:00", "days": [1]})
    [exported] = (await maya.get("/v1/me/export"))["rhythms"]
    assert (exported["check_in_at"], exported["check_in_days"]) == ("21:00", [1])
    assert (await ana.get("/v1/me/export"))["rhythms"] == []
    assert await ana.get("/v1/me/rhythm") == NOTHING_CHOSEN


async def test_a_break_of_more_than_a_year_is_refused(world: World) -> None:
    ana = await world.person()
    assert (await ana.get("/v1/me"))["away_until"] is None
    far = (world.now() + timedelta(days=400)).isoformat()
    problem = await ana.patch("/v1/me", {"away_until": far}, expect=422)
    assert problem["errors"] == [{"at": "body.away_until", "says": "must be at most a year ahead"}]
    assert (await ana.patch("/v1/me", {"away_until": "2026-03-01T00:00:00Z"}))["away_until"] is None


async def test_how_often_i_was_there_is_told_to_me_alone(world: World) -> None:
    maya, ana, ben = await world.circle("sponsor", "friend")

    async def times() -> list[int]:
        return [item["been_there_30_days"] for item in (await ana.get("/v1/supporting"))["items"]]

    assert await times() == [0]
    await was_there(world, maya, ana)
    await maya.press()
    await ana.answer("cannot")
    await ben.answer("here")
    await maya.close()
    assert await times() == [1], "only what was answered counts"
    await was_there(world, maya, ana)
    assert await times() == [2]
    await world.forward(31 * 86400)
    assert await times() == [0]
    assert "been_there_30_days" not in (await maya.circle())[0]
