"""Times and days in a request: written as such, never as a number, which would be read as seconds since 1970."""

import pytest

from tests.world.world import World

NUMBERS = (1_773_172_800, "1773172800", 1_773_172_800.5, True)
COMMITMENT = {"text": "No phone in bed", "days": [0, 1], "at": "22:00"}


@pytest.mark.parametrize("written", NUMBERS)
async def test_a_number_is_no_time(written: object, world: World) -> None:
    maya, ana = await world.circle("friend")
    for who, method, path, field in (
        (maya, "PATCH", "/v1/me", "away_until"),
        (maya, "PUT", "/v1/me/rhythm", "paused_until"),
        (maya, "POST", "/v1/bookends", "due_at"),
        (ana, "PATCH", f"/v1/supporting/{ana.places[maya.id]}", "muted_until"),
    ):
        problem = await who.ask(method, path, {field: written}, 422)
        assert f"body.{field}" in {error["at"] for error in problem["errors"]}, problem


@pytest.mark.parametrize("written", [*NUMBERS, "2026-03-12T00:00:00Z", "2026-03-12 "])
async def test_a_number_or_a_time_is_no_day(written: object, world: World) -> None:
    maya = await world.person("Maya")
    problem = await maya.post("/v1/commitments", {**COMMITMENT, "ends_on": written}, 422)
    assert [error["at"] for error in problem["errors"]] == ["body.ends_on"], problem
    made = await maya.post("/v1/commitments", COMMITMENT, 201)
    await maya.ask("PUT", f"/v1/commitments/{made['id']}/days/{written}", {"done": True}, 422)


async def test_a_press_takes_no_notice_of_a_number(world: World) -> None:
    maya, _ = await world.circle("friend")
    await maya.press(pressed_at=NUMBERS[0])
