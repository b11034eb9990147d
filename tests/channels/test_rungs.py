"""When channels are used: on rung 2 for members whose push has no receipt, on rung 3 for everyone told; never on rung 1."""

import asyncio

from sqlalchemy import select, update

from models import Delivery, Person
from tests.channels.gateways import MAIL, PHONE, TOPIC, ChannelWorld, Gateways
from tests.standins.serving import until
from tests.world.person import Person as Someone

SENTENCE = "Someone in your circle would like company."


async def receipt(person: Someone, event: str = "delivered") -> None:
    """Send the receipt of the person's latest push, as their phone does."""
    delivery = str((await person.pushes("reach_out"))[-1].push.delivery_id)
    await person.post("/v1/receipts", {"delivery_id": delivery, "event": event})


async def test_an_unconfirmed_channel_is_never_used(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.adds(sponsor, "sms")
    await world.adds(sponsor, "email")
    await maya.press()
    for _ in range(6):
        await world.passes(600)
    assert (await maya.reach_out())["unanswered_at"]
    assert gateways.count() == 2, "nothing but the two codes"


async def test_rung_2_uses_the_channels_of_members_without_a_push_receipt(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, silent, heard, friend = await world.circle("sponsor", "partner", "friend", steps=(1, 1, 2))
    await world.channel(silent, "sms", "+15550100101")
    await world.channel(heard, "sms", "+15550100102")
    await world.channel(friend, "sms", "+15550100103")
    codes = gateways.count()
    await maya.press()
    await world.settle()
    assert gateways.count() == codes, "rung 1 pushes, and pushes only"
    await receipt(heard)

    await world.passes(90)
    assert len(gateways.texts("sms", "+15550100101")) == 2
    assert len(gateways.texts("sms", "+15550100102")) == 1, "the push has a receipt"
    assert len(gateways.texts("sms", "+15550100103")) == 1, "told by push on this rung"
    assert await friend.pushed() == ["reach_out"]

    await world.passes(90)
    for number in ("+15550100101", "+15550100102", "+15550100103"):
        assert SENTENCE in gateways.texts("sms", number)[-1], "rung 3 uses everybody's channels"
    assert gateways.count() == codes + 4


async def test_all_three_channels_are_used_and_none_mentions_recovery(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    for kind in ("sms", "email", "ntfy"):
        await world.channel(sponsor, kind)
    pressed = await maya.press(note="I want to drink tonight.", need="urge")
    await world.passes(90)

    link = f"{world.settings.public_url}/#/reach-outs/{pressed['id']}"
    for kind, to in (("sms", PHONE), ("email", MAIL), ("ntfy", TOPIC)):
        text = gateways.texts(kind, to)[-1]
        assert [line for line in text.splitlines() if line.strip()] == [SENTENCE, link], kind
        for word in ("Maya", "drink", "urge", "recover", "sober", "sponsor", "AA", "addict"):
            assert word not in text
    mail = gateways.email.taken[-1]
    assert mail.subject == "Porchlight"
    assert mail.sender == "porch@example.org"
    assert mail.recipients == (MAIL,)
    assert [part.get_content_type() for part in mail.message.walk()] == ["text/plain"]
    for header, value in mail.message.items():
        assert "Apprise" not in f"{header} {value}", header
    for gateway in (gateways.sms, gateways.ntfy):
        request = f"{gateway.taken[-1].headers} {gateway.taken[-1].json}"
        assert "github" not in request
        assert "pprise" not in request


async def test_a_member_with_a_channel_and_no_phone_is_reachable(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.adds(sponsor, "sms")
    [row] = await maya.circle()
    assert (row["reachable"], row["available_now"]) == (False, False)
    await world.channel(sponsor, "ntfy")
    [row] = await maya.circle()
    assert (row["reachable"], row["available_now"]) == (True, True)
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2030-01-01T00:00:00Z"})
    [row] = await maya.circle()
    assert (row["reachable"], row["available_now"]) == (True, False)


async def test_an_unreachable_member_is_reachable_again_with_a_confirmed_channel(world: ChannelWorld) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    async with world.database.write() as session:
        await session.execute(update(Person).values(unreachable_told_at=world.now()))
        await session.commit()
    [row] = await maya.circle()
    assert row["reachable"] is False
    await world.channel(sponsor, "ntfy")
    [row] = await maya.circle()
    assert row["reachable"] is True


async def test_a_rung_without_reachable_phones_goes_to_the_channels_at_once(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.channel(sponsor, "sms")
    await maya.press()
    await world.settle()
    assert SENTENCE in gateways.texts("sms", PHONE)[-1]
    assert await maya.sees_state(sponsor) == "handed"


async def test_muted_and_declined_members_get_no_channel_message(world: ChannelWorld, gateways: Gateways) -> None:
    maya, muted, declined = await world.circle("sponsor", "friend")
    await world.channel(muted, "sms", "+15550100101")
    await world.channel(declined, "sms", "+15550100102")
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2030-01-01T00:00:00Z"})
    await maya.press()
    await declined.answer("cannot")
    for _ in range(5):
        await world.passes(600)
    assert gateways.count() == 2


async def test_closing_while_the_gateway_is_down_cancels_the_message(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.channel(sponsor, "sms")
    gateways.sms.behaviour.status = 503
    await maya.press()
    await world.passes(90)
    gateways.sms.behaviour.status = 200
    await maya.close("ok_now")
    await world.passes(600)
    assert len(gateways.texts("sms")) == 1, "only the code: no alarm after the all-clear"


async def test_a_message_is_retried_after_the_gateway_was_down(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.channel(sponsor, "email")
    gateways.email.refuse = True
    await maya.press()
    await world.passes(90)
    assert len(gateways.email.taken) == 1
    gateways.email.refuse = False
    await world.passes(2)
    assert SENTENCE in gateways.texts("email", MAIL)[-1]
    assert len(gateways.email.taken) == 2


async def test_removing_a_channel_cancels_its_pending_deliveries(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    await friend.device()
    channel = await world.channel(sponsor, "sms")
    gateways.sms.behaviour.status = 503
    await maya.press()
    await world.passes(90)
    gateways.sms.behaviour.status = 200
    await sponsor.delete(f"/v1/channels/{channel['id']}")
    assert await maya.sees_state(sponsor) == "unreachable"
    await world.passes(90)
    assert len(gateways.texts("sms")) == 1
    assert await world.rows(select(Delivery.id).where(Delivery.channel_id.is_not(None))) == []


async def test_a_channel_confirmed_during_a_reach_out_is_used_by_the_next_rung(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    await friend.device()
    await maya.press()
    assert await maya.sees_state(sponsor) == "unreachable"
    await world.channel(sponsor, "sms")
    assert await maya.sees_state(sponsor) != "unreachable"
    await world.passes(90)
    assert SENTENCE in gateways.texts("sms", PHONE)[-1]


async def test_a_slow_gateway_delays_no_push(world: ChannelWorld, gateways: Gateways) -> None:
    maya, *members = await world.circle("sponsor", "friend", "partner")
    for number, member in enumerate(members):
        await world.channel(member, "sms", f"+1555010010{number}")
    ana, ben = await world.person("Ana"), await world.person("Ben")
    await ana.welcomes(ben)
    await ben.device()

    gateways.sms.behaviour.delay = 7.0
    await maya.press()
    await world.forward(90)
    turn = asyncio.create_task(world.work())
    await until(lambda: gateways.sms.request_count == 6)
    await ana.press()
    await until(lambda: any(sending.where in ben.devices.values() for sending in world.transport.handed))
    assert len(gateways.texts("sms")) == 3, "the gateway has not replied yet"

    gateways.sms.skip_delays.set()
    await turn
    await world.settle()
    assert len(gateways.texts("sms")) == 6
