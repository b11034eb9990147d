"""The calm ask over HTTP: what is refused, what is forgiven, and who sees what of it."""

from typing import Any

import pytest

from tests.world.person import alarms
from tests.world.world import World

MORNING = [{"day": day, "from": "09:00", "to": "12:00"} for day in range(7)]


async def test_config_says_that_calm_is_known(world: World) -> None:
    assert (await (await world.person()).get("/v1/config"))["calm"] is True


async def test_in_an_empty_circle_it_says_what_to_do(world: World) -> None:
    maya = await world.person()
    problem = await maya.press(calm=True, expect=409)
    assert problem["type"].endswith("/empty-circle")
    assert problem["helplines"]
    assert "invite" in problem["detail"]


async def test_when_nobody_is_free_it_says_that_one_can_still_reach_out(world: World) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    for member in (ana, ben):
        await member.patch("/v1/me", {"hours": MORNING, "wake_me": True})
    problem = await maya.press(calm=True, expect=409)
    assert problem["type"].endswith("/nobody-free")
    assert "reach out" in problem["detail"]
    assert await world.count("reach_outs") == 0
    assert await ana.kinds() == []
    await ben.patch("/v1/me", {"hours": None})
    assert (await maya.press(calm=True, to=[ana.places[maya.id]], expect=409))["type"].endswith("/nobody-free")
    await maya.press(calm=True)
    assert (await ana.pushed(), await ben.pushed()) == ([], ["calm"])


@pytest.mark.parametrize("calm", ["true", 1, "yes", None, [], {"calm": True}, False])
async def test_whatever_is_not_clearly_calm_is_a_press(world: World, calm: Any) -> None:
    maya, ana = await world.circle("friend")
    assert (await maya.press(calm=calm))["calm"] is False
    assert await alarms(ana) == 1


@pytest.mark.parametrize(("minutes", "status"), [(0, 422), (1, 201), (720, 201), (721, 422), (10**30, 422)])
async def test_a_time_may_be_half_a_day_away(world: World, minutes: int, status: int) -> None:
    maya, ana = await world.circle("friend")
    await maya.press(calm=True)
    reply = await ana.answer("soon", minutes=minutes, expect=status)
    if status == 422:
        assert [error["at"] for error in reply["errors"]] == ["body.minutes"]


async def test_on_a_press_the_same_answer_is_cut_and_kept(world: World) -> None:
    """The helper's page was opened while it was calm, and raised meanwhile: their yes is not refused."""
    maya, ana = await world.circle("friend")
    await maya.press(calm=True)
    await maya.does("raise", expect=200)
    answered = await ana.answer("soon", minutes=300, key="answer")
    assert answered["minutes"] == 15
    assert (await ana.answer("soon", minutes=300, key="answer"))["id"] == answered["id"]
    for minutes in (721, 10**30):
        assert (await ana.answer("soon", minutes=minutes))["minutes"] == 15, (
            "no answer to a press is refused for its minutes"
        )


async def test_a_retry_asks_once_and_another_body_is_refused(world: World) -> None:
    maya, ana = await world.circle("friend")
    first = await maya.press(calm=True, key="ask")
    assert (await maya.press(calm=True, key="ask"))["id"] == first["id"]
    await maya.press(key="ask", expect=422)
    assert await ana.pushed() == ["calm"]
    # A retry after it was raised shows what it has become.
    await maya.press(key="press", expect=200)
    assert (await maya.press(calm=True, key="ask"))["calm"] is False
    assert (await maya.press(key="press", expect=200))["id"] == first["id"]
    assert await alarms(ana) == 1


async def test_who_sees_that_it_is_calm(world: World) -> None:
    maya, ana, stranger = *(await world.circle("friend")), await world.person()
    asked = await maya.press(calm=True, note="Just a chat.")
    place = f"/v1/reach-outs/{asked['id']}"
    assert (await ana.get(place))["calm"] is True
    await stranger.get(place, expect=404)
    (listed,) = (await ana.get("/v1/reach-outs?open=true&mine=false"))["items"]
    assert listed["calm"] is True
    assert (await ana.get("/v1/supporting"))["items"][0]["open_reach_out_id"] == asked["id"]
    await world.forward(600)
    raised = await maya.does("raise", expect=200)
    seen = await ana.get(place)
    assert (seen["calm"], seen["raised_at"]) == (False, None)
    assert raised["created_at"] == asked["created_at"] != raised["raised_at"]
    assert seen["created_at"] == raised["raised_at"], "nobody has left her without an answer for ten minutes"
    (listed,) = (await ana.get("/v1/reach-outs?open=true&mine=false"))["items"]
    assert listed == seen
    await maya.close("ok_now")
    await maya.press(calm=True)
    await maya.close("connected")
    assert (await maya.reach_out())["calm"] is True, "and it stays known that it was one"


async def test_an_alarm_does_not_count_those_who_ask_calmly(world: World) -> None:
    maya, ana = await world.circle("friend")
    other = await world.person("Noor")
    await other.welcomes(ana, "friend")
    await other.press(calm=True)
    await maya.press()
    (alarm,) = await ana.pushes("reach_out")
    assert alarm.push.body == "Someone in your circle would like company."


async def test_the_export_holds_it(world: World) -> None:
    maya, ana = await world.circle("friend")
    await maya.press(calm=True)
    await ana.answer("soon", minutes=60)
    await maya.does("raise", expect=200)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase}, expect=200)
    export = await maya.get("/v1/me/export")
    (reach_out,) = export["reach_outs"]
    assert (reach_out["calm"], reach_out["raised_at"] is not None) == (False, True)
    (recipient,) = export["recipients_of_my_reach_outs"]
    assert (recipient["calm_answer"], recipient["calm_minutes"]) == ("soon", 60)


async def test_how_to_help_is_read_by_whoever_said_yes(world: World) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    await maya.put("/v1/me/plan", {"help_me": "Ask about the garden."})
    await maya.press(calm=True)
    await ana.answer("here")
    assert (await ana.reach_out())["how_to_help"] == "Ask about the garden."
    assert (await ben.reach_out())["how_to_help"] is None
