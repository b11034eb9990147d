"""Promises 11 and 12, as far as check-ins keep them: nothing is shared by itself, and a low day alarms nobody."""

from itertools import product
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

WEEK = {"people": 0, "honest": 1, "care": 2, "sleep": 3, "urges": 3, "feelings": 0, "sure": 1}
SAID: dict[str, Any] = {"feeling": 0, "halt": ["lonely"], "note": "Nobody home.", "week": WEEK}
PARTS = ("feeling", "halt", "note", *(f"week.{item}" for item in WEEK))


def shown(check_in: dict[str, Any]) -> dict[str, Any]:
    """The parts that a reply holds, with their values, item by item."""
    parts = {part: check_in[part] for part in ("feeling", "halt", "note") if part in check_in}
    return parts | {f"week.{item}": value for item, value in (check_in.get("week") or {}).items()}


def said(*parts: str) -> dict[str, Any]:
    every = {part: SAID[part] for part in ("feeling", "halt", "note")}
    every |= {f"week.{item}": value for item, value in WEEK.items()}
    return {part: every[part] for part in parts}


async def seen_by(viewer: Person) -> list[dict[str, Any]]:
    return [shown(item) for item in (await viewer.get("/v1/check-ins?limit=100"))["items"]]


@pytest.mark.promise(11)
async def test_promise_11_every_part_reaches_exactly_those_it_was_given_to(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    stranger = await world.person()
    viewers = (sponsor, friend, fellow)
    for part, viewer in product(PARTS, viewers):
        made = await maya.post("/v1/check-ins", SAID, expect=201)
        path = f"/v1/check-ins/{made['id']}"
        body = {"membership_id": viewer.places[maya.id], "parts": [part]}
        await maya.post(f"{path}/shares", body, expect=201)
        for other in (*viewers, stranger):
            assert await seen_by(other) == ([said(part)] if other is viewer else []), (part, other.name)
            if other is not viewer:
                await other.get(path, expect=404)
        assert set((await viewer.get(path)).keys()) & {"feeling", "halt", "note", "week"} == {part.split(".")[0]}
        await maya.delete(f"{path}/shares/{viewer.places[maya.id]}")
        assert await seen_by(viewer) == []
        await viewer.get(path, expect=404)
    assert [await viewer.inbox() for viewer in viewers] == [[], [], []]


@pytest.mark.promise(11)
async def test_promise_11_without_a_name_nobody_sees_or_hears_of_it(world: World) -> None:
    maya, *circle = await world.circle("sponsor", "friend", "fellow")
    for part in PARTS:
        item = {"week": {part.split(".")[1]: 1}} if part.startswith("week.") else {part: SAID[part]}
        await maya.post("/v1/check-ins", item | {"parts": [part]}, expect=201)
    for member in circle:
        assert await seen_by(member) == []
        assert await member.inbox() == []
        assert await member.pushed() == []
        assert "Nobody home" not in str(await member.get("/v1/me/export"))


@pytest.mark.promise(12)
async def test_promise_12_a_low_day_offers_a_hand_and_alarms_nobody(world: World) -> None:
    maya, *circle = await world.circle("sponsor", "friend")
    await maya.device()
    before = await world.count("notices")
    for low in ({"feeling": 0}, {"halt": ["lonely"]}, SAID):
        made = await maya.post("/v1/check-ins", low, expect=201)
        assert made["offer"] is True
    assert (await maya.post("/v1/check-ins", {"feeling": 1, "halt": ["tired"]}, expect=201))["offer"] is False
    for hours in (1, 12, 48):
        await world.passes(hours * 3600)
    for person in (maya, *circle):
        assert await person.pushed() == []
    assert [await person.inbox() for person in circle] == [[], []]
    assert await world.count("notices") == before, "nor to herself"
    assert await world.count("deliveries") == 0


@pytest.mark.promise(12)
async def test_promise_12_a_low_day_that_is_shared_is_announced_as_any_other(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for feeling in (4, 0):
        await maya.post("/v1/check-ins", {"feeling": feeling, "share_with": [sponsor.places[maya.id]]}, expect=201)
        await world.forward(21)
    good, low = await sponsor.pushes()
    assert (low.kind, low.push.body, low.push.urgent) == (good.kind, good.push.body, False)
    [theirs, _] = (await sponsor.get("/v1/check-ins"))["items"]
    assert "offer" not in theirs
    assert await friend.inbox() == []
    assert await friend.pushed() == []
