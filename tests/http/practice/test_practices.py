"""Practices over HTTP: begun, read, seen, ended, refused; and what the circle says of the night."""

from typing import Any

import pytest

from tests.world.person import KEYS
from tests.world.practices import (
    looks_at_practice,
    part_of,
    place,
    practises,
    receipts,
    sees_light,
    states,
)
from tests.world.world import World

DAY = 24 * 3600
NOBODY = "0197f2a0-0000-7000-8000-000000000000"


async def test_begun_and_read_from_both_sides(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    begun = await practises(maya)
    assert (begun["mine"], begun["from"]["id"], begun["ended_at"], begun["pressed"]) == (True, maya.id, None, False)
    assert [member["person"]["id"] for member in begun["members"]] == [sponsor.id, friend.id]
    assert {member["state"] for member in begun["members"]} == {"on_its_way"}
    await world.settle()
    assert (await part_of(maya, begun, sponsor))["handed_at"] is not None
    # A member sees who began it, and their own part.
    seen = await looks_at_practice(sponsor, begun)
    assert (seen["mine"], seen["from"]) == (False, {"id": maya.id, "display_name": "Maya"})
    assert [member["person"]["id"] for member in seen["members"]] == [sponsor.id]
    for person, mine, count in ((maya, "true", 1), (maya, "false", 0), (sponsor, "true", 0), (sponsor, "false", 1)):
        assert len((await person.get(f"/v1/practices?mine={mine}"))["items"]) == count
    [listed] = (await maya.get("/v1/practices"))["items"]
    assert listed == await looks_at_practice(maya, begun)


async def test_nobody_else_sees_it(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    begun = await practises(maya)
    stranger, newcomer = await world.person("Stranger"), await world.person("Newcomer")
    # Who joins meanwhile is not asked, and sees nothing.
    await maya.welcomes(newcomer)
    for person in (stranger, newcomer):
        await looks_at_practice(person, begun, 404)
        await sees_light(person, begun, 404)
        await person.post(f"/v1/practices/{begun['id']}/end", expect=404)
    await sponsor.post(f"/v1/practices/{begun['id']}/end", expect=404)
    await maya.post(f"/v1/practices/{begun['id']}/seen", expect=404)
    await looks_at_practice(maya, {"id": NOBODY}, 404)


async def test_one_tap_and_once_more(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    begun = await practises(maya)
    await world.forward(40)
    [part] = (await sees_light(sponsor, begun))["members"]
    assert part["state"] == "seen"
    await world.forward(60)
    [again] = (await sees_light(sponsor, begun))["members"]
    assert again["seen_at"] == part["seen_at"]
    assert await states(maya, begun) == ["seen", "on_its_way"]
    [notice] = await sponsor.inbox("practice")
    assert notice["read_at"] is not None
    assert (notice["practice_id"], notice["from"]["id"]) == (begun["id"], maya.id)
    assert (await friend.inbox("practice"))[0]["read_at"] is None


async def test_a_receipt_shows_that_it_arrived_and_a_tap_on_it_that_it_was_seen(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    begun = await practises(maya)
    await receipts(sponsor)
    await receipts(friend, "opened")
    assert await states(maya, begun) == ["arrived", "seen"]
    assert (await part_of(maya, begun, sponsor))["delivered_at"] is not None


async def test_a_retry_is_the_same_practice(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    begun = await practises(maya, key="once")
    assert (await practises(maya, key="once"))["id"] == begun["id"]
    refused = await practises(maya, expect=422, key="once", channels=True)
    assert refused["type"] == "/problems/key-reused"
    assert await world.count("practices") == 1


async def test_a_second_one_while_it_burns_and_within_the_week(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    first = await practises(maya)
    refused = await practises(maya, expect=409)
    assert (refused["type"], refused["practice_id"]) == ("/problems/practice-open", first["id"])
    await world.forward(DAY)
    assert (await looks_at_practice(maya, first))["ended_at"] == first["ends_at"]
    reply = await maya.send("POST", "/v1/practices", {})
    assert (reply.status_code, reply.json()["type"]) == (429, "/problems/practice-too-soon")
    wait = int(reply.headers["retry-after"])
    assert 6 * DAY - 60 < wait <= 6 * DAY
    await world.forward(wait)
    assert (await practises(maya))["id"] != first["id"]
    assert len(await sponsor.inbox("practice")) == 2
    # Ended early counts for the week as well.
    assert await world.count("practices") == 2


async def test_ended_by_hand(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    begun = await practises(maya)
    ended = await maya.post(f"/v1/practices/{begun['id']}/end", expect=200)
    assert ended["ended_at"] is not None
    assert ended["pressed"] is False
    again = await maya.post(f"/v1/practices/{begun['id']}/end", expect=200)
    assert again["ended_at"] == ended["ended_at"]
    # A late tap is welcome: it shows that the light reached them.
    await sees_light(sponsor, begun)
    assert await states(maya, begun) == ["seen"]
    assert (await practises(maya, expect=429))["type"] == "/problems/practice-too-soon"


async def test_refused_without_a_circle_and_while_reaching_out(world: World) -> None:
    alone = await world.person("Alone")
    assert (await practises(alone, expect=409))["type"] == "/problems/nobody-to-practise"
    invited = await alone.invites()
    newcomer = await world.person("Newcomer")
    await newcomer.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    assert (await practises(alone, expect=409))["type"] == "/problems/nobody-to-practise"
    maya, _ = await world.circle("sponsor")
    await maya.press()
    assert (await practises(maya, expect=409))["type"] == "/problems/reach-out-open"
    await maya.close()
    await practises(maya)


@pytest.mark.parametrize("body", [{"channels": 1}, {"channels": None}, {"channel": True}, []])
async def test_odd_bodies(world: World, body: Any) -> None:
    maya, _ = await world.circle("sponsor")
    assert (await maya.send("POST", "/v1/practices", body)).status_code == 422
    assert await world.count("practices") == 0


async def test_channels_once_and_only_if_asked_for(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    sms = await world.gives_channel(sponsor)
    begun = await practises(maya)
    assert (await part_of(maya, begun, sponsor))["channels"] == []
    await world.forward(7 * DAY)
    begun = await practises(maya, channels=True)
    await world.settle()
    await world.passes(3600)
    part = await part_of(maya, begun, sponsor)
    assert [channel["kind"] for channel in part["channels"]] == ["sms"]
    assert part["channels"][0]["handed_at"] is not None
    assert (await part_of(maya, begun, friend))["channels"] == []
    assert world.gateway.handed == [sms]


async def test_the_circle_says_who_can_be_woken_and_by_what(world: World) -> None:
    maya, sponsor, friend, cousin = await world.circle("sponsor", "friend", "family", devices=False)
    await sponsor.device()
    headers = {"User-Agent": "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Mobile"}
    browser = {"kind": "webpush", "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/a"}
    await friend.post("/v1/devices", {**browser, "keys": KEYS}, expect=201, headers=headers)
    evenings = [{"day": day, "from": "18:00", "to": "22:00"} for day in range(7)]
    await friend.patch("/v1/me", {"hours": evenings})
    shown = {person.id: await place(maya, person) for person in (sponsor, friend, cousin)}
    assert [row["phone"] for row in shown.values()] == ["app", "android", None]
    assert [row["tonight"] for row in shown.values()] == [True, False, False]
    assert [row["proved_at"] for row in shown.values()] == [None] * 3
    await friend.patch("/v1/me", {"wake_me": True})
    assert (await place(maya, friend))["tonight"] is True
    # Three in the morning is the owner's: noon in Tokyo lies within the friend's hours there.
    await friend.patch("/v1/me", {"wake_me": False, "time_zone": "Asia/Tokyo", "hours": _from_to("11:00", "13:00")})
    assert (await place(maya, friend))["tonight"] is True
    await maya.patch("/v1/me", {"time_zone": "Asia/Tokyo"})
    assert (await place(maya, friend))["tonight"] is False


async def test_a_mute_beyond_the_night_and_a_shorter_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for until, tonight in (("2026-03-11T02:00:00Z", True), ("2026-03-11T08:00:00Z", False)):
        await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": until})
        row = await place(maya, sponsor)
        assert (row["available_now"], row["tonight"]) == (False, tonight)


async def test_a_proof_is_shown_by_day_and_never_feeds_tonight(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    assert (await sponsor.get("/v1/me"))["proved_at"] is None
    begun = await practises(maya)
    await receipts(sponsor)
    assert (await place(maya, sponsor))["proved_at"] is None, "that it arrived shows no human"
    await sees_light(sponsor, begun)
    row = await place(maya, sponsor)
    assert row["proved_at"] == "2026-03-10T00:00:00Z"
    assert row["tonight"] is (await place(maya, friend))["tonight"] is True
    assert (await sponsor.get("/v1/me"))["proved_at"].startswith("2026-03-10T20:00:")
    # Another phone has shown nothing yet.
    await sponsor.device()
    assert (await place(maya, sponsor))["proved_at"] is not None
    await sponsor.delete(f"/v1/devices/{next(iter(sponsor.devices))}")
    assert (await place(maya, sponsor))["proved_at"] is None


@pytest.mark.parametrize("how", ["answered", "declined", "opened", "opened a test"])
async def test_what_proves(world: World, how: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    match how:
        case "answered" | "declined":
            await maya.press()
            await sponsor.answer("calling" if how == "answered" else "cannot")
        case "opened":
            await maya.post("/v1/reach-ins", {"to": sponsor.id}, expect=201)
            await receipts(sponsor, kind="reach_in")
            assert (await place(maya, sponsor))["proved_at"] is None
            await receipts(sponsor, "opened", kind="reach_in")
        case "opened a test":
            await sponsor.post(f"/v1/devices/{next(iter(sponsor.devices))}/test", expect=200)
            await receipts(sponsor, "opened", kind="test")
    assert (await place(maya, sponsor))["proved_at"] is not None


def _from_to(begin: str, end: str) -> list[dict[str, Any]]:
    return [{"day": day, "from": begin, "to": end} for day in range(7)]
