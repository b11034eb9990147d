"""Phone calls: a voice on rung 3 and its repetitions, for those who chose it; neutral, said twice, and never before."""

import pytest

from tests.channels.gateways import PHONE, ChannelWorld, Gateways
from tests.channels.test_rungs import SENTENCE, receipt
from tests.world.bookends import plans


async def test_rung_3_and_its_repetitions_call_those_who_chose_it(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=(1, 2))
    await world.channel(sponsor, "call")
    await maya.press()
    await world.passes(90)
    assert len(gateways.texts("call")) == 1, "rung 2 rings nobody, receipt or not"
    await receipt(sponsor)
    await world.passes(90)
    assert len(gateways.texts("call", PHONE)) == 2, "rung 3"
    await world.passes(120)
    assert len(gateways.texts("call")) == 2, "rung 4 tells the person"
    for calls in (3, 4, 5):
        await world.passes(600)
        assert len(gateways.texts("call")) == calls
    await world.passes(600)
    assert len(gateways.texts("call")) == 5, "three repetitions, no more"
    assert await friend.pushed()


async def test_a_call_says_one_neutral_sentence_twice_and_no_link(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.channel(sponsor, "call")
    await maya.press(note="I want to drink tonight.", need="urge")
    await world.settle()
    text = gateways.texts("call", PHONE)[-1]
    assert text.count(SENTENCE) == 2
    for word in ("http", "Maya", "drink", "urge", "recover", "sober", "sponsor"):
        assert word not in text
    assert gateways.call.taken[-1].json["language"] == "en-US"


async def test_a_call_is_in_the_language_of_the_one_who_is_called(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await sponsor.patch("/v1/me", {"language": "de"})
    await world.channel(sponsor, "call")
    assert "Dein Code ist:" in gateways.texts("call", PHONE)[-1]
    await maya.press()
    await world.settle()
    assert gateways.texts("call", PHONE)[-1].count("Jemand aus deinem Kreis h\u00e4tte gern Gesellschaft.") == 2
    assert gateways.call.taken[-1].json["language"] == "de-DE"


async def test_somebody_who_can_only_be_called_is_called_at_once(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    channel = await world.adds(sponsor, "call")
    [row] = await maya.circle()
    assert (row["reachable"], row["available_now"]) == (False, False)
    await sponsor.post(f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("call")}, expect=200)
    [row] = await maya.circle()
    assert (row["reachable"], row["available_now"]) == (True, True)
    await maya.press()
    await world.settle()
    assert SENTENCE in gateways.texts("call", PHONE)[-1]
    assert await maya.sees_state(sponsor) == "handed"


@pytest.mark.parametrize("quiet", ["muted", "outside their hours", "cannot", "left"])
async def test_nobody_is_called_who_asked_for_quiet(world: ChannelWorld, gateways: Gateways, quiet: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await world.channel(sponsor, "call")
    if quiet == "muted":
        await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2030-01-01T00:00:00Z"})
    if quiet == "outside their hours":
        await sponsor.patch("/v1/me", {"hours": [{"day": 6, "from": "04:00", "to": "04:01"}], "wake_me": False})
    await maya.press()
    if quiet == "cannot":
        await sponsor.answer("cannot")
    if quiet == "left":
        await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    for _ in range(5):
        await world.passes(600)
    assert len(gateways.texts("call")) == 1, "the code alone"
    assert await friend.pushed()


async def test_a_call_does_not_ring_after_the_all_clear(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.channel(sponsor, "call")
    gateways.call.behaviour.status = 503
    await maya.press()
    await world.passes(180)
    gateways.call.behaviour.status = 200
    await maya.close("ok_now")
    await world.passes(600)
    assert len(gateways.texts("call")) == 1, "only the code"


async def test_a_missed_bookend_rings_nobody(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.channel(sponsor, "call")
    await plans(maya, sponsor, 600)
    for _ in range(5):
        await world.passes(600)
    assert len(gateways.texts("call")) == 1, "only the code: a call says that somebody presses"


async def test_a_number_is_sent_three_codes_however_it_is_reached(world: ChannelWorld, gateways: Gateways) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    await world.adds(maya, "sms")
    await world.adds(maya, "call")
    await world.adds(ana, "call")
    await ana.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=429)
    assert gateways.count() == 3
