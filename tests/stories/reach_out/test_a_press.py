"""A press, an answer, an all-clear: what each person sees, step by step."""

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
