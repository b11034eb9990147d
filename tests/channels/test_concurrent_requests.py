"""Concurrent requests for codes and channels: none gets past a limit."""

from collections import Counter
from typing import Any

import pytest

from core.settings import Settings
from tests.channels.gateways import PHONE, ChannelWorld, Gateways
from tests.world.race import race

PEOPLE_AT_ONCE = 8


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Provide a connection for every request; a smaller pool would serialize them."""
    return settings.model_copy(update={"database_connections": 3 * (PEOPLE_AT_ONCE + 2)})


def topic(number: int) -> dict[str, Any]:
    return {"kind": "ntfy", "address": f"topic-{number}"}


async def test_concurrent_codes_to_one_number_are_limited(world: ChannelWorld, gateways: Gateways) -> None:
    people = [await world.person() for _ in range(PEOPLE_AT_ONCE)]
    requests = (person.send("POST", "/v1/channels", {"kind": "sms", "address": PHONE}) for person in people)
    replies = await race(world, "throttles IN SHARE", *requests)
    assert Counter(reply.status_code for reply in replies) == {201: 3, 429: PEOPLE_AT_ONCE - 3}
    await world.settle()
    assert gateways.count() == 3


async def test_concurrent_codes_of_one_person_are_limited(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    channels = [await world.adds(maya, "ntfy", f"topic-{number}") for number in range(3)]
    for channel in channels:
        await maya.delete(f"/v1/channels/{channel['id']}")
    requests = (maya.send("POST", "/v1/channels", topic(number)) for number in range(4))
    replies = await race(world, "throttles IN SHARE", *requests)
    assert Counter(reply.status_code for reply in replies) == {201: 2, 429: 2}
    await world.settle()
    assert gateways.count() == 5


async def test_concurrent_channels_of_one_person_stop_at_five(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for number in range(3):
        await world.adds(maya, "ntfy", f"topic-{number}")
    await world.forward(3 * 1800)
    await maya.proves()
    requests = (maya.send("POST", "/v1/channels", topic(number)) for number in range(3, 3 + 4))
    replies = await race(world, "channels IN SHARE", *requests)
    assert Counter(reply.status_code for reply in replies) == {201: 2, 409: 2}
    assert await world.count("channels") == 5


async def test_adding_the_fifth_channel_twice_at_once_creates_one(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for number in range(4):
        await world.adds(maya, "ntfy", f"topic-{number}")
    await world.forward(4 * 1800)
    await maya.proves()
    requests = (maya.send("POST", "/v1/channels", topic(4)) for _ in range(2))
    replies = await race(world, "channels IN SHARE", *requests)
    assert Counter(reply.status_code for reply in replies) == {201: 1, 200: 1}


async def test_confirming_a_channel_while_a_phone_registers_makes_the_member_reachable(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.passes(601)
    assert await sponsor.inbox("unreachable")
    await maya.press()
    await sponsor.proves()
    channel = await world.adds(sponsor)
    confirmed, registered = await race(
        world,
        "people IN SHARE",
        sponsor.send("POST", f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("sms")}),
        sponsor.send("POST", "/v1/devices", {"kind": "fcm", "token": "token"}),
    )
    assert (confirmed.status_code, registered.status_code) == (200, 201)
    assert await sponsor.inbox("unreachable") == []
