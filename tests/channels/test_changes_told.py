"""A channel that is added, confirmed or removed is told to the person's other devices, and to nobody else."""

from tests.channels.gateways import ChannelWorld, Gateways

TOLD = "account_changed"
MINUTE = 60


async def test_each_step_of_a_channel_is_told_to_the_other_device(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    await maya.device()
    tablet = await maya.again()
    await tablet.device()
    await world.passes(2 * MINUTE)
    world.transport.handed.clear()
    channel = await world.adds(maya, "sms")
    assert [len(await one.pushes(TOLD)) for one in (maya, tablet)] == [0, 1]
    # No code in hand, no proof asked: the address has been proved to be theirs.
    await world.passes(6 * MINUTE)
    await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("sms")}, expect=200)
    assert [len(await one.pushes(TOLD)) for one in (maya, tablet)] == [0, 2]
    await world.passes(2 * MINUTE)
    await maya.delete(f"/v1/channels/{channel['id']}", expect=403)
    await maya.proves()
    await maya.delete(f"/v1/channels/{channel['id']}")
    assert [len(await one.pushes(TOLD)) for one in (maya, tablet)] == [0, 3]


async def test_no_code_is_sent_without_proof(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    await world.forward(301)
    refused = await maya.post("/v1/channels", {"kind": "sms", "address": "+15550100199"}, expect=403)
    assert refused["type"] == "/problems/proof-needed"
    await world.settle()
    assert gateways.sms.taken == []
    assert (await maya.get("/v1/channels"))["items"] == []
