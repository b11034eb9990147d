"""Codes and channels that are asked for at the same moment: no limit lets more through than it says."""

from collections import Counter
from typing import Any

import pytest

from core.settings import Settings
from tests.channels.gateways import PHONE, ChannelWorld, Gateways
from tests.world.race import race

MANY = 8


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Connections for all of them, or the pool would let them in one after another."""
    return settings.model_copy(update={"database_connections": 3 * (MANY + 2)})


def topic(which: int) -> dict[str, Any]:
    return {"kind": "ntfy", "address": f"topic-{which}"}


async def test_codes_to_one_number(world: ChannelWorld, gateways: Gateways) -> None:
    people = [await world.person() for _ in range(MANY)]
    asked = (person.send("POST", "/v1/channels", {"kind": "sms", "address": PHONE}) for person in people)
    replies = await race(world, "throttles IN SHARE", *asked)
    assert Counter(reply.status_code for reply in replies) == {201: 3, 429: MANY - 3}
    await world.settle()
    assert gateways.count() == 3


async def test_codes_of_one_person(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    made = [await world.adds(maya, "ntfy", f"topic-{which}") for which in range(3)]
    for one in made:
        await maya.delete(f"/v1/channels/{one['id']}")
    asked = (maya.send("POST", "/v1/channels", topic(which)) for which in range(4))
    replies = await race(world, "throttles IN SHARE", *asked)
    assert Counter(reply.status_code for reply in replies) == {201: 2, 429: 2}
    await world.settle()
    assert gateways.count() == 5


async def test_channels_of_one_person(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for which in range(3):
        await world.adds(maya, "ntfy", f"topic-{which}")
    await world.forward(3 * 1800)
    asked = (maya.send("POST", "/v1/channels", topic(which)) for which in range(3, 3 + 4))
    replies = await race(world, "channels IN SHARE", *asked)
    assert Counter(reply.status_code for reply in replies) == {201: 2, 409: 2}
    assert await world.count("channels") == 5


async def test_the_last_channel_twice_at_once_is_one_channel(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for which in range(4):
        await world.adds(maya, "ntfy", f"topic-{which}")
    await world.forward(4 * 1800)
    asked = (maya.send("POST", "/v1/channels", topic(4)) for _ in range(2))
    replies = await race(world, "channels IN SHARE", *asked)
    assert Counter(reply.status_code for reply in replies) == {201: 1, 200: 1}


async def test_a_channel_is_confirmed_while_a_phone_comes_back(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.passes(601)
    assert await sponsor.inbox("unreachable")
    await maya.press()
    made = await world.adds(sponsor)
    confirmed, registered = await race(
        world,
        "people IN SHARE",
        sponsor.send("POST", f"/v1/channels/{made['id']}/confirm", {"code": gateways.code("sms")}),
        sponsor.send("POST", "/v1/devices", {"kind": "fcm", "token": "token"}),
    )
    assert (confirmed.status_code, registered.status_code) == (200, 201)
    assert await sponsor.inbox("unreachable") == []
