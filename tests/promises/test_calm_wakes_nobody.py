"""Promise 13: a calm reach-out wakes nobody and alarms nobody; one tap makes it a press, and then everything of a press holds."""

import pytest
from sqlalchemy import select

from models import Delivery
from tests.world.person import Person, alarm_rounds, alarms
from tests.world.world import World

HOUR = 3600
LOUD = {"reach_out", "unanswered", "bookend_missed"}


@pytest.fixture
async def people(world: World) -> list[Person]:
    maya, ana, ben = await world.circle("sponsor", "friend")
    await maya.device()
    return [maya, ana, ben]


@pytest.mark.promise(13)
async def test_promise_13_a_calm_reach_out_wakes_nobody(world: World) -> None:
    """Nobody outside the hours they declared themselves, or by night without any, whatever "wake me" says."""
    maya, awake, wake_me, nocturnal, muted, away = await world.circle(*["friend"] * 5)
    for member in (wake_me, nocturnal, muted, away):
        await member.patch("/v1/me", {"wake_me": True})
    morning = [{"day": day, "from": "09:00", "to": "12:00"} for day in range(7)]
    await wake_me.patch("/v1/me", {"hours": morning, "wake_me": True})
    await nocturnal.patch("/v1/me", {"time_zone": "Asia/Tokyo"})
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2026-03-12T08:00:00Z"})
    await away.patch("/v1/me", {"away_until": "2026-03-12T08:00:00Z"})
    for one in (awake, wake_me, nocturnal):
        await world.gives_channel(one)
    await maya.press(calm=True, note="If somebody has a minute.")
    await world.forward(20 * 60)
    await maya.says("Or tomorrow.")
    await awake.answer("soon", minutes=180)
    await world.passes(5 * HOUR + 600)
    assert (await maya.reach_out())["outcome"] == "quiet"
    assert await awake.pushed() == ["calm", "message"]
    for one in (wake_me, nocturnal, muted, away):
        assert await one.pushed() == []
        assert await one.kinds() == []
    assert world.gateway.handed == []


@pytest.mark.promise(13)
@pytest.mark.parametrize("answers", [[], ["cannot"], ["here"], ["soon", "cannot"]])
async def test_promise_13_a_calm_reach_out_alarms_nobody(
    world: World, people: list[Person], answers: list[str]
) -> None:
    """No urgent push, no second one, no question, and nothing at its end: on no device, in no inbox of a helper."""
    maya, ana, ben = people
    await maya.press(calm=True)
    for kind in answers:
        await world.passes(600)
        await (ana.answer(kind, minutes=60) if kind == "soon" else ana.answer(kind))
    for _ in range(26):
        await world.passes(HOUR)
    assert (await maya.reach_out())["outcome"] == "quiet"
    assert (await ana.pushed(), await ben.pushed()) == (["calm"], ["calm"])
    assert (await ana.kinds(), await ben.kinds()) == (["calm"], ["calm"])
    assert not LOUD & {*await maya.pushed(), *await maya.kinds()}
    assert not any(handed.push.urgent for handed in world.transport.handed)
    resends = await world.rows(select(Delivery.resend_at).where(Delivery.resend_at.is_not(None)))
    assert list(resends) == []


@pytest.mark.promise(13)
@pytest.mark.parametrize("seconds", [0, 5, 600, 2 * HOUR - 60])
async def test_promise_13_one_tap_makes_it_a_press(world: World, people: list[Person], seconds: float) -> None:
    maya, ana, ben = people
    asked = await maya.press(calm=True)
    await world.passes(seconds)
    pressed = await maya.press(expect=200)
    assert (pressed["id"], pressed["calm"]) == (asked["id"], False)
    assert (await alarms(ana), await alarms(ben)) == (1, 1)
    assert all(handed.push.urgent for handed in [*await ana.pushes("reach_out"), *await ben.pushes("reach_out")])
    for rung in (90, 90, 120):
        await world.passes(rung)
    assert (await maya.reach_out())["unanswered_at"] is not None, "silence is never hidden"
    await ana.answer("calling")
    await world.passes(300)
    assert "are_you_talking" in await ana.kinds()
    await maya.close("connected")
    assert (await ana.kinds())[-1] == (await ben.kinds())[-1] == "all_clear"


@pytest.mark.promise(13)
async def test_promise_13_no_calm_ask_lowers_a_press(world: World, people: list[Person]) -> None:
    maya, ana, _ben = people
    await maya.press()
    await world.passes(45)
    assert (await maya.press(calm=True, expect=200))["calm"] is False
    await world.passes(135)
    assert await alarm_rounds(ana) == 2


@pytest.mark.promise(13)
@pytest.mark.promise(16)
async def test_promise_16_six_calm_asks_an_hour_and_never_a_press_fewer(world: World, people: list[Person]) -> None:
    maya, ana, _ = people

    for number in range(6):
        await maya.press(calm=True, key=f"ask-{number}")
        await world.settle()
        await maya.close("ok_now")
    refused = await maya.press(calm=True, key="ask-6", expect=429)
    assert refused["type"] == "/problems/asked-often"
    assert await ana.pushed() == ["calm"] * 6
    # A retry of an earlier one is no further one, and what comes of a press is no calm ask.
    assert (await maya.press(calm=True, key="ask-5"))["state"] == "closed"
    await maya.press()
    assert (await maya.reach_out())["calm"] is False
    await maya.close("ok_now")
    await world.forward(3_600)
    await maya.press(calm=True, key="ask-7")
