"""Promise 7: a push is neutral, unless both have chosen a name: the one whom it is about, and the one whose phone shows it."""

from typing import Any

import pytest

from rules.languages import LANGUAGES
from tests.channels.conftest import gateways
from tests.channels.conftest import settings as settings_with_gateways
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import guest_of
from tests.world.person import Person
from tests.world.world import World, without_the_master_key

__all__ = ["gateways", "settings_with_gateways"]

NAME = "Noor {} O’Neill"
"""A name as people have them, with what a format would trip over."""
MINE, THEIRS = {"my_name_in_pushes": True}, {"names_in_my_pushes": True}
NEUTRAL = "Someone in your circle would like company."


async def pair(world: World, **profile: Any) -> tuple[Person, Person]:
    noor, ben = await world.person("Noor"), await world.person("Ben", **profile)
    await noor.patch("/v1/me", {"display_name": NAME})
    await noor.welcomes(ben, "sponsor")
    for person in (noor, ben):
        await person.device()
    return noor, ben


async def texts(person: Person, kind: str) -> list[str]:
    return [handed.push.body for handed in await person.pushes(kind)]


@pytest.mark.promise(7)
@pytest.mark.parametrize(("owner", "receiver"), [(False, False), (True, False), (False, True)])
async def test_promise_7_a_push_names_nobody_unless_both_have_chosen_it(
    world: World, owner: bool, receiver: bool
) -> None:
    noor, ben = await pair(world)
    me = await noor.get("/v1/me")
    assert (me["my_name_in_pushes"], me["names_in_my_pushes"]) == (False, False), "neutral from the start"
    # What the other way would need changes nothing.
    await noor.patch("/v1/me", (MINE if owner else {}) | THEIRS)
    await ben.patch("/v1/me", MINE | (THEIRS if receiver else {}))
    await noor.press()
    assert await texts(ben, "reach_out") == [NEUTRAL]
    await ben.answer("calling")
    assert await texts(noor, "answered") == ["Ben has answered."], "the other way, both have"


@pytest.mark.promise(7)
async def test_promise_7_both_have_chosen_and_every_word_of_one_person_to_another_says_who(world: World) -> None:
    noor, ben = await pair(world)
    await noor.patch("/v1/me", MINE | THEIRS)
    await ben.patch("/v1/me", MINE | THEIRS)
    await noor.press(calm=True)
    await world.settle()
    await noor.close("ok_now")
    await noor.post("/v1/reach-ins", {"to": ben.id, "text": "Hello"}, expect=201)
    await world.forward(60)
    await noor.press(note="Only for the app.")
    await world.settle()
    await noor.says("Are you there?")
    assert await texts(ben, "calm") == [f"{NAME} would be glad to talk. Nothing is urgent."]
    assert await texts(ben, "reach_in") == [f"{NAME} is thinking of you."]
    assert await texts(ben, "reach_out") == [f"{NAME} would like company."]
    assert await texts(ben, "message") == [f"{NAME} has written to you."]
    for handed in world.transport.handed:
        assert handed.push.title == "Porchlight"
        assert NAME not in str(handed.push.data), "in the sentence and nowhere else"
        assert "Only for the app." not in str(handed.push)
    # What nobody says to anybody stays as it is.
    await noor.close("ok_now")
    assert await texts(ben, "all_clear") == ["All is well. Thank you for being there."]


@pytest.mark.promise(7)
@pytest.mark.parametrize("taken_back", ["by the owner", "by the receiver"])
async def test_promise_7_a_choice_that_is_taken_back_holds_from_the_next_push_on(world: World, taken_back: str) -> None:
    noor, ben = await pair(world)
    await noor.patch("/v1/me", MINE)
    await ben.patch("/v1/me", THEIRS)
    await noor.press()
    assert await texts(ben, "reach_out") == [f"{NAME} would like company."]
    if taken_back == "by the owner":
        await noor.patch("/v1/me", {"my_name_in_pushes": False})
    else:
        await ben.patch("/v1/me", {"names_in_my_pushes": False})
    await world.passes(60)
    await noor.press(expect=200)
    assert (await texts(ben, "reach_out"))[-1] == NEUTRAL


@pytest.mark.promise(7)
async def test_promise_7_who_has_answered_is_named_to_the_one_who_asked_and_to_nobody_else(world: World) -> None:
    noor, ben = await pair(world)
    cleo = await world.person("Cleo")
    await noor.welcomes(cleo, step=1)
    await cleo.device()
    for person in (noor, ben, cleo):
        await person.patch("/v1/me", MINE | THEIRS)
    await noor.press()
    await world.settle()
    await ben.answer("calling")
    assert await texts(noor, "answered") == ["Ben has answered."]
    assert await texts(cleo, "answered") == ["Someone has answered."]


@pytest.mark.promise(7)
async def test_promise_7_several_who_wait_are_counted_and_not_named(world: World) -> None:
    noor, ben = await pair(world)
    other = await world.person("Other")
    await other.welcomes(ben)
    for person in (noor, other):
        await person.patch("/v1/me", MINE)
    await ben.patch("/v1/me", THEIRS)
    await noor.press()
    await world.settle()
    await other.press()
    assert await texts(ben, "reach_out") == [
        f"{NAME} would like company.",
        "Two people in your circle would like company.",
    ]


@pytest.mark.promise(10)
async def test_promise_10_without_the_key_of_names_the_alarm_goes_out_neutral(world: World) -> None:
    noor, ben = await pair(world)
    await noor.patch("/v1/me", MINE)
    await ben.patch("/v1/me", THEIRS)
    noor.process = await world.another_process(without_the_master_key(world.keyring))
    await noor.press()
    assert await texts(ben, "reach_out") == [NEUTRAL]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_name_stands_in_every_language(world: World, language: str) -> None:
    noor, ben = await pair(world, language=language)
    await noor.patch("/v1/me", MINE)
    await ben.patch("/v1/me", THEIRS)
    await noor.press()
    assert await texts(ben, "reach_out") == [LANGUAGES[language].named_push["reach_out"].replace("{}", NAME)]


@pytest.mark.promise(7)
async def test_promise_7_channels_and_guests_are_told_no_name(settings_with_gateways: Any, gateways: Gateways) -> None:
    async with ChannelWorld(settings_with_gateways, gateways) as world:
        noor, ben = await pair(world)
        await noor.patch("/v1/me", MINE)
        await ben.patch("/v1/me", THEIRS)
        for kind in ("sms", "email", "ntfy", "call"):
            await world.channel(ben, kind)
        await guest_of(world, noor)
        await noor.press()
        for _ in range(4):
            await world.passes(100)
        assert f"{NAME} would like company." in await texts(ben, "reach_out")
        for kind in ("sms", "email", "ntfy", "call"):
            said = gateways.texts(kind)
            assert any(NEUTRAL in text for text in said), kind
            assert not any("Noor" in text for text in said), kind
