"""A guest between two presses: no practice, quiet words, check-ins or follow-ups; proved by a code and by answers."""

from sqlalchemy import select

from models import FollowUp, Notice, Person
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import NUMBER, guest_of, says_yes
from tests.world.practices import practises, states


async def test_a_guest_is_proved_by_the_code_and_by_answers(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    today = (await maya.circle())[0]["proved_at"]
    assert today is not None, "the code that came back has shown that messages arrive"
    await world.forward(3 * 86_400)
    assert (await maya.circle())[0]["proved_at"] == today
    await maya.press()
    await world.settle()
    await guest.opens()
    assert (await maya.circle())[0]["proved_at"] == today, "opening proves nothing: scanners of mail open too"
    await guest.answer("calling")
    assert (await maya.circle())[0]["proved_at"] > today


async def test_a_practice_leaves_guests_in_peace(world: ChannelWorld, gateways: Gateways) -> None:
    maya, _ = await world.circle("friend")
    await guest_of(world, maya)
    count = gateways.count()
    practice = await practises(maya, channels=True)
    await world.settle()
    assert len(await states(maya, practice)) == 1
    assert gateways.count() == count


async def test_a_circle_of_guests_alone_has_nobody_to_practise(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    await guest_of(world, maya)
    refused = await maya.post("/v1/practices", None, expect=409)
    assert refused["type"] == "/problems/nobody-to-practise"


async def test_quiet_words_to_a_guest_are_refused_with_what_to_do(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    await guest_of(world, maya)
    [row] = await maya.circle()
    refused = await maya.post("/v1/reach-ins", {"to": row["person"]["id"], "text": "Thinking of you"}, expect=409)
    assert refused["type"] == "/problems/not-for-guests"
    assert "Call or write" in refused["detail"]


async def test_a_check_in_is_shared_with_no_guest(world: ChannelWorld) -> None:
    """They have no page to read it on: nobody is told that a guest can read it, and an account made later finds nothing."""
    maya, friend = await world.circle("friend")
    guest = await guest_of(world, maya)
    said = {"feeling": 0, "note": "A long day."}
    both = [friend.places[maya.id], guest.membership_id]
    refused = await maya.post("/v1/check-ins", said | {"share_with": both}, expect=422)
    assert refused["type"] == "/problems/member-unknown"
    assert (await maya.get("/v1/check-ins"))["items"] == [], "nothing is half kept"
    kept = await maya.post("/v1/check-ins", said, expect=201)
    body = {"membership_id": guest.membership_id}
    refused = await maya.post(f"/v1/check-ins/{kept['id']}/shares", body, expect=422)
    assert refused["type"] == "/problems/member-unknown"
    assert (await maya.get(f"/v1/check-ins/{kept['id']}"))["shares"] == []


async def test_no_follow_up_waits_for_a_guest(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    await maya.press()
    await world.settle()
    await guest.opens()
    await guest.answer("calling")
    await maya.close("connected")
    assert await world.rows(select(FollowUp.id)) == []
    guests = select(Person.id).where(Person.guest_at.is_not(None))
    kinds = {kind for (kind,) in await world.rows(select(Notice.kind).where(Notice.recipient_id.in_(guests)))}
    assert kinds <= {"reach_out", "test", "all_clear"}


async def test_whoever_asks_a_guest_may_call_the_number_they_gave(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await says_yes(world, maya)
    await guest.confirms()
    assert (await maya.circle())[0]["contact"] is None, "not before it is confirmed"
    await maya.post(f"/v1/circle/{guest.membership_id}/confirm", expect=200)
    assert (await maya.circle())[0]["contact"] == NUMBER
    by_mail = await guest_of(world, maya, "email")
    row = next(one for one in await maya.circle() if one["id"] == by_mail.membership_id)
    assert row["contact"] is None


async def test_a_calm_ask_leaves_guests_in_peace_until_it_is_raised(world: ChannelWorld, gateways: Gateways) -> None:
    maya, _ = await world.circle("friend")
    await guest_of(world, maya)
    count = gateways.count()
    await maya.press(calm=True)
    await world.settle()
    await world.passes(600)
    assert gateways.count() == count
    await maya.post(f"/v1/reach-outs/{world.reach_out}/raise", None, expect=200)
    await world.settle()
    assert "/#/g/" in gateways.texts("sms", NUMBER)[-1], "from that moment a press like any other"
