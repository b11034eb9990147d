"""Messages beside the alarm, through HTTP: what they replace on a phone, whom they are pushed to, and how often."""

from collections.abc import AsyncIterator

import pytest

from core.settings import Settings
from notifications.transports.webpush import topic
from tests.night import Night
from tests.world.person import Person


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[Night]:
    async with Night(settings) as made:
        yield made


async def topics(person: Person, kind: str) -> set[str]:
    """What a push service keeps one push each of, for pushes of this kind."""
    return {topic(one.push.tag) for one in await person.pushes(kind)}


async def test_a_message_never_takes_the_alarms_place_and_the_all_clear_does(world: Night) -> None:
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


async def test_a_press_that_adds_words_leaves_the_alarm_as_it_is(world: Night) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.forward(10)
    await maya.press(expect=200, note="It is bad tonight.")
    assert await sponsor.pushed() == ["reach_out", "message"]
    [alarm], [message] = await sponsor.pushes("reach_out"), await sponsor.pushes("message")
    assert alarm.push.urgent
    assert message.push.tag != alarm.push.tag
