"""Messages beside the alarm, through HTTP: which notification they replace, who is pushed, and how often."""

import pytest

from notifications.transports.webpush import topic
from tests.world.person import Person
from tests.world.world import World


async def topics(person: Person, kind: str) -> set[str]:
    """Return the topics of pushes of this kind; a push service keeps one push for each."""
    return {topic(push.push.tag) for push in await person.pushes(kind)}


async def test_a_message_never_takes_the_alarms_place_and_the_all_clear_does(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.forward(1.5)
    await maya.says("Please.")
    await world.passes(60)
    await maya.says("Anybody?")
    await sponsor.answer("calling")
    await maya.close()
    [alarm] = await topics(friend, "reach_out")
    [message] = await topics(friend, "message")
    assert message != alarm
    assert await topics(friend, "answered") == await topics(friend, "all_clear") == {alarm}


async def test_a_press_that_adds_words_leaves_the_alarm_as_it_is(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.forward(10)
    await maya.press(expect=200, note="It is bad tonight.")
    assert await sponsor.pushed() == ["reach_out", "message"]
    [alarm], [message] = await sponsor.pushes("reach_out"), await sponsor.pushes("message")
    assert alarm.push.urgent
    assert message.push.tag != alarm.push.tag


async def sleeps(person: Person) -> None:
    """Set hours that end in half an hour: the world begins on a Tuesday at 20:00."""
    await person.patch("/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "20:30"}]})


async def test_updates_outside_hours_stay_in_the_inbox(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sleeps(friend)
    await maya.press()
    await world.passes(31 * 60)
    before = await friend.pushed()
    await maya.says("Is anybody there?")
    await sponsor.answer("calling")
    assert (await friend.pushed(), await friend.kinds()) == (before, ["reach_out", "message", "answered"])
    assert (await sponsor.pushed())[-1] == "message"
    await maya.close()
    assert (await friend.pushed())[-1] == "all_clear", "whoever was pushed the alarm is told that it is over"


@pytest.mark.parametrize("circumstance", ["within hours", "outside hours"])
async def test_a_member_who_answered_is_pushed_at_any_hour(world: World, circumstance: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sleeps(friend)
    if circumstance == "outside hours":
        await world.forward(31 * 60)
    await maya.press()
    await friend.answer("here")
    await world.passes(31 * 60)
    await maya.says("Are you still up?")
    assert (await friend.pushed())[-1] == "message"
    await friend.answer("cannot")
    await world.forward(60)
    await maya.says("Good night, then.")
    await sponsor.answer("calling")
    pushed = await friend.pushed()
    assert (pushed.count("message"), pushed.count("answered")) == (1, 0), "a member who declined may sleep"


async def test_a_member_who_answered_outside_hours_gets_the_all_clear(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sleeps(friend)
    await sleeps(sponsor)
    await world.forward(31 * 60)
    await maya.press()
    await friend.answer("here")
    await world.settle()
    await maya.close()
    assert await friend.pushed() == ["all_clear"]
    assert await sponsor.pushed() == []


async def test_thirty_messages_are_two_pushes_and_thirty_notices(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for number in range(30):
        await maya.says(f"Word {number}")
    await world.work()
    assert await sponsor.pushed() == ["reach_out", "message"]
    assert len(await sponsor.inbox("message")) == len(await sponsor.messages()) == 30
    await world.passes(15)
    assert await sponsor.pushed() == ["reach_out", "message"]
    await world.passes(6)
    assert await sponsor.pushed() == ["reach_out", "message", "message"], "the rest is announced together, and not lost"
    await world.passes(60)
    assert len(await sponsor.pushes("message")) == 2
    await maya.says("A word after a while")
    assert len(await sponsor.pushes("message")) == 3, "at once"


async def test_message_pushes_are_rate_limited_for_every_sender(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    await maya.device("webpush")
    await maya.press()
    await sponsor.says("I am on my way.")
    await world.passes(10)
    await friend.says("Me too.")
    await sponsor.says("Five minutes.")
    assert [push.kind for push in await maya.pushes("message")] == ["message"] * 2, "one to each of her phones"
    await world.passes(11)
    sent = [push.at for push in await maya.pushes("message")]
    assert len(sent) == 4
    assert (sent[2] - sent[0]).total_seconds() >= 20
    await friend.says("And here I am.")
    await world.passes(10)
    assert len(await maya.pushes("message")) == 4
    await world.passes(10)
    assert len(await maya.pushes("message")) == 6


async def test_a_message_that_waits_for_its_push_is_not_pushed_after_the_end(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await maya.says("One")
    await maya.says("Two")
    await world.settle()
    await maya.close()
    await world.passes(30)
    assert await sponsor.pushed() == ["reach_out", "message", "all_clear"]


async def test_what_was_said_before_may_be_said_again(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Please call.")
    await maya.press(expect=200, note="Please call.")
    assert await maya.messages() == [], "the same press, sent twice without a key"
    for note in ("He is gone.", "He is gone.", "Please call."):
        await maya.press(expect=200, note=note)
    assert await sponsor.messages() == ["He is gone.", "Please call."]
    await maya.says("Are you there?")
    await maya.press(expect=200, note="Please call.")
    assert await sponsor.messages() == ["He is gone.", "Please call.", "Are you there?", "Please call."]
