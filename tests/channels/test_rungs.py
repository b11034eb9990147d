"""When a channel is used: on rung 2 for those whose push nobody confirmed, on rung 3 for all who chose one; never before."""

import asyncio

from sqlalchemy import select, update

from models import Delivery, Person
from tests.channels.gateways import MAIL, PHONE, TOPIC, ChannelWorld, Gateways
from tests.standins.serving import until
from tests.world.person import Person as Someone

SENTENCE = "Someone in your circle would like company."


async def receipt(person: Someone, event: str = "delivered") -> None:
    """The person's phone says that the latest push has arrived."""
    delivery = str((await person.pushes("reach_out"))[-1].push.delivery_id)
    await person.post("/v1/receipts", {"delivery_id": delivery, "event": event})


async def test_a_channel_that_is_not_confirmed_is_never_used(world: ChannelWorld, gateways: Gateways) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.adds(sponsor, "sms")
    await world.adds(sponsor, "email")
    await maya.press()
    for _ in range(6):
        await world.passes(600)
    assert (await maya.reach_out())["unanswered_at"]
    assert gateways.count() == 2, "nothing but the two codes"


async def test_rung_2_tries_the_channels_of_those_whose_push_has_no_receipt(
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
    assert len(gateways.texts("sms", "+15550100102")) == 1, "the phone said that the push came"
    assert len(gateways.texts("sms", "+15550100103")) == 1, "told on this very rung, by push"
    assert await friend.pushed() == ["reach_out"]

    await world.passes(90)
    for number in ("+15550100101", "+15550100102", "+15550100103"):
        assert SENTENCE in gateways.texts("sms", number)[-1], "rung 3 tries everybody's"
    assert gateways.count() == codes + 4


async def test_a_person_with_all_three_is_tried_on_all_three_and_says_nothing_of_recovery(
    world: ChannelWorld, gateways: Gateways
) -> None:
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
        said = f"{gateway.taken[-1].headers} {gateway.taken[-1].json}"
        assert "github" not in said
        assert "pprise" not in said


async def test_somebody_who_has_no_phone_but_a_channel_is_reachable(world: ChannelWorld, gateways: Gateways) -> None:
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


async def test_who_was_found_out_of_reach_is_back_with_a_confirmed_channel(world: ChannelWorld) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    async with world.database.write() as session:
        await session.execute(update(Person).values(unreachable_told_at=world.now()))
        await session.commit()
    [row] = await maya.circle()
    assert row["reachable"] is False
    await world.channel(sponsor, "ntfy")
    [row] = await maya.circle()
    assert row["reachable"] is True


async def test_a_rung_that_no_push_can_reach_goes_on_to_the_channels_at_once(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.channel(sponsor, "sms")
    await maya.press()
    await world.settle()
    assert SENTENCE in gateways.texts("sms", PHONE)[-1]
    assert await maya.sees_state(sponsor) == "handed"


async def test_who_is_muted_or_has_declined_is_not_called(world: ChannelWorld, gateways: Gateways) -> None:
    maya, muted, declined = await world.circle("sponsor", "friend")
    await world.channel(muted, "sms", "+15550100101")
    await world.channel(declined, "sms", "+15550100102")
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2030-01-01T00:00:00Z"})
    await maya.press()
    await declined.answer("cannot")
    for _ in range(5):
        await world.passes(600)
    assert gateways.count() == 2


async def test_an_answer_or_a_close_while_the_gateway_was_away_calls_the_message_off(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor = await world.circle("sponsor")
    await world.channel(sponsor, "sms")
    gateways.sms.behaviour.status = 503
    await maya.press()
    await world.passes(90)
    gateways.sms.behaviour.status = 200
    await maya.close("ok_now")
    await world.passes(600)
    assert len(gateways.texts("sms")) == 1, "the code, and no alarm after the all-clear"


async def test_a_gateway_that_was_away_is_tried_again(world: ChannelWorld, gateways: Gateways) -> None:
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


async def test_a_removed_channel_is_not_used_and_what_was_due_to_it_is_gone(
    world: ChannelWorld, gateways: Gateways
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    await friend.device()
    made = await world.channel(sponsor, "sms")
    gateways.sms.behaviour.status = 503
    await maya.press()
    await world.passes(90)
    gateways.sms.behaviour.status = 200
    await sponsor.delete(f"/v1/channels/{made['id']}")
    assert await maya.sees_state(sponsor) == "unreachable"
    await world.passes(90)
    assert len(gateways.texts("sms")) == 1
    assert await world.rows(select(Delivery.id).where(Delivery.channel_id.is_not(None))) == []


async def test_a_channel_confirmed_in_the_middle_of_the_night_is_tried_by_the_next_rung(
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


async def test_a_slow_gateway_holds_back_no_push(world: ChannelWorld, gateways: Gateways) -> None:
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
    await until(lambda: gateways.sms.asked == 6)
    await ana.press()
    await until(lambda: any(one.where in ben.devices.values() for one in world.transport.handed))
    assert len(gateways.texts("sms")) == 3, "the gateway still hesitates"

    gateways.sms.hurry.set()
    await turn
    await world.settle()
    assert len(gateways.texts("sms")) == 6
