"""Thirty messages a minute and person: refused with the seconds to wait, and never for an answer or a press."""

import asyncio

from tests.world.person import Person
from tests.world.world import World

LIMIT = 30


async def writes(person: Person, count: int) -> None:
    for number in range(count):
        await person.says(f"word {number}")


async def test_the_thirty_first_message_within_a_minute_waits_and_is_then_taken(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await writes(sponsor, LIMIT)
    await world.forward(20)
    refused = await sponsor.says("one more", expect=429)
    assert refused["type"] == "/problems/too-many-tries"
    assert 0 < refused["retry_after"] <= 41, "whole seconds until the first of the thirty is a minute old"
    assert len(await sponsor.messages()) == LIMIT, "nothing of the refused one is kept"
    await maya.says("I am here.")
    await world.forward(refused["retry_after"])
    await sponsor.says("one more")
    assert (await sponsor.messages())[-1] == "one more"


async def test_a_retry_gets_its_own_earlier_result(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    sent = await sponsor.says("kept", key="sent-before")
    await writes(sponsor, LIMIT - 1)
    assert await sponsor.says("kept", key="sent-before") == sent
    await sponsor.says("another", expect=429, key="new-one")
    await world.forward(60)
    await sponsor.says("another", key="new-one")


async def test_the_limit_is_one_for_all_reach_outs_and_spares_answers_and_presses(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await writes(maya, LIMIT)
    await maya.says("too much", expect=429)
    await maya.press(expect=200, note="Please come.")
    assert "Please come." in await maya.messages()
    await maya.close()
    await maya.press()
    await maya.says("still too much", expect=429)
    await sponsor.answer("calling", text="I am calling you.")
    assert "I am calling you." in await sponsor.messages()


async def test_messages_sent_at_the_same_time_are_counted_one_after_the_other(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    reach_out = await maya.press()
    await writes(sponsor, LIMIT - 2)
    path = f"/v1/reach-outs/{reach_out['id']}/messages"
    replies = await asyncio.gather(*(sponsor.send("POST", path, {"text": f"at once {i}"}) for i in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201] * 2 + [429] * 4
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies if reply.status_code == 429)
