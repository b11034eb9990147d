"""Five minutes with the unlocked phone: what a coercive partner can do with it, what they learn, and who hears of it."""

import pytest

from tests.world.person import Person
from tests.world.world import World

HOUR = 3600
TOLD = "account_changed"
PROOF = "/problems/proof-needed"


async def refused(phone: Person, method: str, path: str, body: object = None) -> None:
    assert (await phone.ask(method, path, body, expect=403))["type"] == PROOF


@pytest.mark.promise(4)
async def test_promise_4_an_unlocked_phone_alone_takes_nothing_out_and_lets_nobody_in(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    phone = maya
    await phone.device()
    tablet = await maya.again()
    await tablet.device()
    # Some time ago she has blocked him.
    partner = await world.person("Pat")
    await maya.welcomes(partner, "partner")
    await maya.post("/v1/blocks", {"person_id": partner.id}, expect=201)
    await maya.patch("/v1/me", {"contact": "+14155550100"})
    await world.passes(47 * HOUR)
    await world.passes(HOUR)
    world.transport.handed.clear()

    # He has her phone in his hand, and no passphrase.
    await refused(phone, "GET", "/v1/me/export")
    await refused(phone, "PATCH", "/v1/me", {"contact": "+14155550666"})
    await refused(phone, "GET", "/v1/blocks")
    await refused(phone, "DELETE", f"/v1/blocks/{partner.id}")
    await refused(phone, "DELETE", "/v1/sessions/others")
    await refused(phone, "DELETE", f"/v1/sessions/{tablet.session_id}")
    await refused(phone, "PUT", "/v1/circle/ladder", {"ladder": [0, 600, 1200, 1800]})
    await refused(phone, "POST", "/v1/channels", {"kind": "sms", "address": "+14155550666"})
    await refused(phone, "POST", "/v1/recovery-codes")
    await refused(phone, "PUT", "/v1/me/passphrase", {"passphrase": "his own words"})
    guess = await phone.post("/v1/sessions/current/proof", {"passphrase": "her birthday"}, expect=401)
    assert guess["type"] == "/problems/wrong-credentials"
    # What he reads of the log does not say that he is blocked.
    assert "block" not in str(await phone.get("/v1/me/access-log"))
    assert partner.id not in str(await phone.get("/v1/me/access-log"))

    # What he can do is to put people out, and to invite himself under another name.
    await phone.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    invited = await phone.invites("partner")
    other_self = await world.person("Alex")
    accepted = await other_self.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await phone.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
    await world.settle()

    # The sponsor is told nothing; her tablet says that something was changed, and not what.
    assert await sponsor.pushed() == []
    assert await friend.pushed() == []
    assert sorted(await tablet.pushed()) == [TOLD, "invitation_accepted"]
    assert await phone.pushed() == ["invitation_accepted"]

    # There, with her passphrase, she reads all of it, and puts it right.
    await tablet.proves()
    log = [event["kind"] for event in (await tablet.get("/v1/me/access-log"))["items"]]
    assert log[:4] == ["member_confirmed", "member_invited", "member_removed", "proof_failed"]
    assert "blocked" in log
    [block] = (await tablet.get("/v1/blocks"))["items"]
    assert block["person"]["display_name"] == "Pat"
    await tablet.delete(f"/v1/circle/{accepted['id']}")
    await tablet.delete("/v1/sessions/others")
    await phone.get("/v1/me", expect=401)
    await tablet.press()
    await world.settle()
    assert await other_self.pushed() == []
    assert await friend.pushed() == ["reach_out"]


@pytest.mark.promise(5)
async def test_promise_5_what_she_ends_is_announced_on_no_device(world: World) -> None:
    maya, partner, friend = await world.circle("partner", "friend")
    await maya.device()
    his_tablet_with_her_account = await maya.again()
    await his_tablet_with_her_account.device()
    await friend.welcomes(maya)
    await world.passes(48 * HOUR)
    await his_tablet_with_her_account.post(f"/v1/threads/{friend.id}/talked", expect=201)
    world.transport.handed.clear()
    await maya.proves()
    await maya.delete(f"/v1/supporting/{maya.places[friend.id]}")
    await maya.patch("/v1/me", {"hours": [{"day": 0, "from": "08:00", "to": "20:00"}]})
    await maya.put("/v1/circle/ladder", {"ladder": [0, 45, 90, 180]})
    await maya.post("/v1/blocks", {"person_id": partner.id}, expect=201)
    await world.passes(HOUR)
    for device in (maya, his_tablet_with_her_account, partner, friend):
        assert await device.pushed() == [], device
    assert await partner.inbox() == []
    kinds = [event["kind"] for event in (await his_tablet_with_her_account.get("/v1/me/access-log"))["items"]]
    assert "blocked" not in kinds


async def test_without_proof_she_can_still_reach_out_answer_and_leave(world: World) -> None:
    maya, friend = await world.circle("friend")
    await maya.device()
    await friend.welcomes(maya)
    await maya.again()
    await world.passes(48 * HOUR)
    await friend.press()
    await maya.answer("calling")
    await friend.close()
    await maya.press()
    await maya.says("Please come.")
    await maya.close()
    await maya.delete(f"/v1/supporting/{maya.places[friend.id]}")
    await maya.delete("/v1/sessions/current")
