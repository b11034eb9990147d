"""A press, an answer, an all-clear: what each person sees, step by step."""

import pytest

from tests.world.world import World


async def test_a_press_an_answer_and_an_all_clear(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")

    pressed = await maya.press(note="Rough evening.", need="lonely")
    assert pressed["state"] == "waiting"
    assert [push.kind for push in await sponsor.pushes()] == ["reach_out"]
    assert [push.kind for push in await friend.pushes()] == ["reach_out"]
    [notice] = await sponsor.inbox("reach_out")
    assert notice["from"] == {"id": maya.id, "display_name": "Maya"}
    assert (await sponsor.reach_out())["note"] == "Rough evening."

    await sponsor.answer("calling")
    assert (await maya.reach_out())["state"] == "answered"
    assert await maya.kinds() == ["invitation_accepted", "invitation_accepted", "answered"]
    assert await friend.pushed() == ["reach_out", "answered"]

    await maya.does("together")
    assert (await maya.reach_out())["state"] == "together"
    await maya.close("connected")
    assert await sponsor.pushed() == ["reach_out", "all_clear"]
    assert await friend.pushed() == ["reach_out", "answered", "all_clear"]
    assert (await friend.reach_out())["outcome"] == "connected"


@pytest.mark.parametrize("why", ["no phone", "muted"])
async def test_a_press_that_nobody_can_hear_is_said_to_be_unanswered_on_every_phone_of_the_person(
    world: World, why: str
) -> None:
    """The press may come from what waited without a network, with no app open to read the reply."""
    maya, sponsor = await world.circle("sponsor", devices=why != "no phone")
    await maya.device()
    await maya.device("webpush")
    if why == "muted":
        await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2026-03-11T20:00:00Z"})
    pressed = await maya.press(key="once")
    assert pressed["unanswered_at"] is not None
    assert await maya.pushed() == ["unanswered", "unanswered"], "one for each phone"
    await maya.press(key="once")
    assert await maya.pushed() == ["unanswered", "unanswered"]
    [notice] = await maya.inbox("unanswered")
    assert {push.push.data["notice_id"] for push in await maya.pushes()} == {notice["id"]}
