"""Promise 14: practice is never mistaken for the real thing, nor the real thing for practice; and 16: it is bounded."""

import asyncio

import pytest

from models.enums import NoticeKind
from notifications.wording import push_wording
from rules.kinds import KINDS
from rules.languages import LANGUAGES
from tests.world.person import Person
from tests.world.practices import looks_at_practice, practises, sees_light, states
from tests.world.world import World

REAL = (NoticeKind.REACH_OUT, NoticeKind.UNANSWERED, NoticeKind.BOOKEND_MISSED)


async def test_promise_14_practice_has_other_words_another_tag_and_another_urgency(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    begun = await practises(maya)
    await world.settle()
    await maya.press()
    practice, real = (push.push for push in await ana.pushes())
    assert (practice.data["kind"], real.data["kind"]) == ("practice", "reach_out")
    assert practice.tag != real.tag, "neither takes the other's place on a phone"
    assert begun["id"] != real.tag
    assert (practice.urgent, real.urgent) == (False, True)
    assert practice.ttl < real.ttl
    for language in LANGUAGES:
        said = {push_wording(kind, language)[1] for kind in NoticeKind}
        assert len(said) == len(NoticeKind)
        word = push_wording(NoticeKind.PRACTICE, language)[1].lower()
        assert any(stem in word for stem in ("practice", "práctica", "übung")), word
        assert not any(
            stem in push_wording(kind, language)[1].lower()
            for kind in REAL
            for stem in ("practice", "práctica", "übung")
        )
    assert not any(KINDS[kind].urgent for kind in (NoticeKind.PRACTICE, NoticeKind.PRACTICE_OFFER))


async def test_promise_14_a_press_ends_a_practice_in_the_same_moment(world: World) -> None:
    maya, ana, ben = await world.circle("sponsor", "friend")
    # Ben's push waits for his morning, and nobody's phone answers yet.
    await ben.patch("/v1/me", {"hours": [{"day": day, "from": "08:00", "to": "12:00"} for day in range(7)]})
    begun = await practises(maya)
    await world.settle()
    await ben.patch("/v1/me", {"hours": None})
    pressed = await maya.press()
    over = await looks_at_practice(maya, begun)
    assert (over["ended_at"], over["pressed"]) == (pressed["created_at"], True)
    for _ in range(30):
        await world.passes(3600)
    assert (await ben.pushed())[0] == "reach_out"
    assert "practice" not in await ben.pushed()
    assert (await ana.pushed())[:2] == ["practice", "reach_out"]
    assert "practice" not in (await ana.pushed())[1:]
    # The press was one like any other, and closing it brings no practice back.
    assert (await looks_at_practice(maya, begun))["ended_at"] == pressed["created_at"]


async def test_promise_14_pushes_under_way_are_called_off_by_the_press(world: World) -> None:
    """Written and not sent yet: another process looks at them again, and lets none through."""
    maya, ana = await world.circle("sponsor")
    world.here.forget_pushes()
    await practises(maya)
    await world.settle()
    assert await ana.pushed() == []
    await maya.press()
    # Both leases run out; a worker finds the pushes of the practice and of the press.
    await world.passes(10.1)
    assert await ana.pushed() == ["reach_out"]


async def test_promise_14_a_press_beside_the_beginning_of_a_practice(world: World) -> None:
    """Whichever is written first, no practice goes on beside a press."""
    maya, ana = await world.circle("sponsor")
    for _ in range(3):
        pressed, begun = await asyncio.gather(
            maya.send("POST", "/v1/reach-outs", {}), maya.send("POST", "/v1/practices", {})
        )
        assert pressed.status_code == 201
        if begun.status_code == 201:
            assert (await looks_at_practice(maya, begun.json()))["ended_at"] is not None
        else:
            assert begun.status_code in {409, 429}
        world.reach_out = pressed.json()["id"]
        await maya.close()
        await world.forward(8 * 24 * 3600)
    assert "reach_out" in await ana.pushed()


async def test_promise_14_a_calm_ask_ends_a_practice_and_raising_it_keeps_that_moment(world: World) -> None:
    """Both come without urgency: whoever had them side by side could take the one for part of the other."""
    maya, ana, ben = await world.circle("sponsor", "friend")
    await ben.patch("/v1/me", {"hours": [{"day": day, "from": "08:00", "to": "12:00"} for day in range(7)]})
    begun = await practises(maya)
    await world.settle()
    asked = await maya.press(calm=True)
    over = await looks_at_practice(maya, begun)
    assert (over["ended_at"], over["pressed"]) == (asked["created_at"], True)
    await world.forward(600)
    await maya.does("raise", expect=200)
    assert (await looks_at_practice(maya, begun))["ended_at"] == asked["created_at"]
    await maya.close("ok_now")
    for _ in range(24):
        await world.passes(3600)
    assert (await ana.pushed())[:3] == ["practice", "calm", "reach_out"]
    assert "practice" not in (await ana.pushed())[1:] + await ben.pushed()


@pytest.mark.parametrize("how", ["open", "raised"])
async def test_promise_14_no_practice_begins_beside_a_calm_ask(world: World, how: str) -> None:
    maya, ana = await world.circle("sponsor")
    await maya.press(calm=True)
    if how == "raised":
        await maya.does("raise", expect=200)
    assert (await practises(maya, expect=409))["type"].endswith("/reach-out-open")
    await maya.close("ok_now")
    # One that had ended before ends nothing.
    begun = await practises(maya)
    assert (await looks_at_practice(maya, begun))["ended_at"] is None
    await world.settle()
    assert "practice" in await ana.pushed()


async def test_promise_14_pushes_under_way_are_called_off_by_a_calm_ask(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    world.here.forget_pushes()
    await practises(maya)
    await world.settle()
    await maya.press(calm=True)
    await world.passes(10.1)
    assert await ana.pushed() == ["calm"]


async def test_promise_14_seen_after_the_press_answers_nothing(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    begun = await practises(maya)
    await maya.press()
    await sees_light(ana, begun)
    assert await maya.sees_state(ana) in {"handed", "delivered", "queued"}
    assert (await maya.reach_out())["state"] == "waiting"
    assert await states(maya, begun) == ["seen"]


@pytest.mark.parametrize("channels", [False, True])
async def test_promise_13_and_14_a_practice_wakes_nobody(world: World, channels: bool) -> None:
    maya, ana = await world.circle("sponsor")
    await world.gives_channel(ana)
    await ana.patch("/v1/me", {"wake_me": True})
    await world.forward(5 * 3600)
    await practises(maya, channels=channels)
    for _ in range(5):
        await world.passes(3600)
    # From 1:00 to 6:00 nothing but the inbox.
    assert await ana.pushed() == []
    assert world.gateway.handed == []
    await world.passes(3700)
    assert await ana.pushed() == ["practice"]


async def test_promise_16_one_practice_a_week(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    begun: list[Person] = []
    for _ in range(30):
        reply = await maya.send("POST", "/v1/practices", {})
        if reply.status_code == 201:
            begun.append(ana)
        await world.passes(24 * 3600)
    assert len(begun) == 5
    assert len(await ana.pushes("practice")) == 5
