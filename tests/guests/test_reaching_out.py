"""A press and a guest: told by message from rung 1, answering through a link."""

import pytest

from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import NUMBER, guest_of

SENTENCE = "Someone in your circle would like company."


@pytest.mark.parametrize("kind", ["sms", "email", "call"])
async def test_a_guest_is_told_at_once_and_answers_through_the_link(
    world: ChannelWorld, gateways: Gateways, kind: str
) -> None:
    maya, friend = await world.circle("friend", steps=(2,))
    guest = await guest_of(world, maya, kind)
    await maya.patch("/v1/me", {"contact": "+15550100100"})
    await maya.press(need="talk")
    await world.settle()
    assert SENTENCE in gateways.texts(kind, guest.address)[-1]
    if kind == "call":
        assert "A text message with a link is on its way" in gateways.texts("call", NUMBER)[-1]
        assert SENTENCE in gateways.texts("sms", NUMBER)[-1]
    assert await friend.pushed() == [], "rung 1 reaches somebody, so it waits"

    await guest.opens()
    seen = await guest.reach_out()
    assert (seen["from"]["display_name"], seen["need"], seen["contact"]) == ("Maya", "talk", "+15550100100")
    answered = await guest.answer("soon", minutes=10)
    assert answered["reach_out"]["state"] == "answered"
    [row] = [one for one in (await maya.reach_out())["recipients"] if one["state"] == "answered"]
    assert (row["person"]["display_name"], row["answer"], row["minutes"]) == ("Uncle Sam", "soon", 10)

    before = gateways.count()
    await maya.close("ok_now")
    await world.settle()
    last = gateways.texts("sms" if kind == "call" else kind, guest.address)[-1]
    assert "All is well. Thank you for being there." in last
    assert "/#/g/" not in last, "there is nothing to open any more"
    assert gateways.count() == before + (2 if kind == "call" else 1)
    assert (await guest.reach_out())["outcome"] == "ok_now", "the page that is open says how it ended"


async def test_a_guest_who_does_not_answer_is_tried_again_on_rung_3(world: ChannelWorld, gateways: Gateways) -> None:
    maya, friend = await world.circle("friend", steps=(2,))
    guest = await guest_of(world, maya)
    texts = lambda: len(gateways.texts("sms", NUMBER))  # noqa: E731 (short)
    codes = texts()
    await maya.press()
    await world.settle()
    assert texts() == codes + 1
    await world.passes(90)
    assert (texts(), await friend.pushed()) == (codes + 1, ["reach_out"])
    await world.passes(90)
    assert texts() == codes + 2
    assert len(set(guest.secrets())) == 1, "one link for one reach-out"
    await guest.opens()
    await guest.answer("cannot")
    for _ in range(4):
        await world.passes(600)
    assert texts() == codes + 2, "who cannot is left in peace"


@pytest.mark.parametrize("quiet", ["hours", "mute"])
async def test_a_guest_is_left_alone_as_a_member_is(world: ChannelWorld, gateways: Gateways, quiet: str) -> None:
    maya, friend = await world.circle("friend", steps=(2,))
    guest = await guest_of(world, maya)
    if quiet == "hours":
        hours = [{"day": 6, "from": "04:00", "to": "04:01"}]
        await guest.ask("PATCH", "/v1/me", {"hours": hours, "wake_me": False})
    else:
        await guest.ask("PATCH", f"/v1/supporting/{guest.membership_id}", {"muted_until": "2030-01-01T00:00:00Z"})
    codes = gateways.count()
    await maya.press()
    await world.settle()
    assert await friend.pushed() == ["reach_out"], "a rung that reaches nobody does not wait"
    for _ in range(4):
        await world.passes(600)
    assert gateways.count() == codes


async def test_a_guest_mutes_through_the_link(world: ChannelWorld, gateways: Gateways) -> None:
    maya, _ = await world.circle("friend")
    guest = await guest_of(world, maya)
    await maya.press()
    await world.settle()
    opened = await guest.opens()
    path = f"/v1/supporting/{opened['membership_id']}"
    await guest.ask("PATCH", path, {"standing_words": "Not mine to say here"}, 404)
    await guest.ask("PATCH", path, {"muted_until": "2030-01-01T00:00:00Z"})
    count = gateways.count()
    for _ in range(4):
        await world.passes(600)
    assert gateways.count() == count
    [row] = [one for one in await maya.circle() if one["guest"]]
    assert (row["reachable"], row["available_now"]) == (True, False)


async def test_a_guest_stands_by_no_bookend_and_witnesses_nothing(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    bookend = {"due_at": "2026-03-10T22:00:00Z", "companion": guest.membership_id}
    await maya.post("/v1/bookends", bookend, expect=422)
    commitment = {"text": "A walk", "days": [0], "at": "18:00", "witness": guest.membership_id}
    await maya.post("/v1/commitments", commitment, expect=422)


async def test_a_guest_is_never_asked_calmly_and_is_told_by_the_raise(world: ChannelWorld, gateways: Gateways) -> None:
    maya, friend = await world.circle("friend", steps=(1,))
    guest = await guest_of(world, maya)
    circle = {row["id"]: row["calm_now"] for row in await maya.circle()}
    assert (circle[guest.membership_id], circle[friend.places[maya.id]]) == (False, True)
    sent = gateways.count()
    problem = await maya.press(calm=True, to=[guest.membership_id], expect=409)
    assert problem["type"].endswith("/nobody-free")
    await maya.press(calm=True)
    await maya.says("Only if you have a minute.")
    await friend.answer("here")
    await world.settle()
    assert (gateways.count(), await friend.pushed()) == (sent, ["calm", "message"])
    assert [row["person"]["id"] for row in (await maya.reach_out())["recipients"]] == [friend.id]
    await maya.does("raise", expect=200)
    await world.settle()
    assert gateways.count() == sent + 1
    await guest.opens()
    assert (await guest.answer("calling"))["reach_out"]["state"] == "answered"
    assert (await maya.reach_out())["state"] == "answered"
