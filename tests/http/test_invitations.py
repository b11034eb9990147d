"""Invitations: one link, one person, 48 hours; and a problem that says the same whatever is wrong with a link."""

import asyncio

from sqlalchemy import text

from core import qr
from tests.world.world import World

HOUR = 3600


async def test_a_link_carries_its_token_in_the_fragment_and_tells_who_invites(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites("sponsor", label="For Ana")
    assert len(invited["token"]) >= 22, "128 bits"
    assert invited["url"] == f"http://localhost:8000/#/invitation/{invited['token']}"
    drawn = qr.draw(invited["url"])
    assert invited["qr"] == {"size": drawn.size, "path": drawn.path}
    preview = await ana.post("/v1/invitations/preview", {"token": invited["token"]}, expect=200)
    assert (preview["person"], preview["role"]) == ({"id": maya.id, "display_name": "Maya"}, "sponsor")
    [listed] = (await maya.get("/v1/invitations"))["items"]
    assert (listed["id"], listed["label"], listed["step"]) == (invited["id"], "For Ana", 1)
    assert "token" not in listed
    assert (await ana.get("/v1/invitations"))["items"] == []


async def test_both_phones_show_the_same_two_words_until_the_confirm(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    await ana.patch("/v1/me", {"contact": "+1 555 0100"})
    await ana.device()
    invited = await maya.invites("counselor")
    accepted = await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    assert (accepted["state"], accepted["person"]["display_name"]) == ("accepted", "Maya")
    [member] = await maya.circle()
    assert member["words"] == accepted["words"]
    assert len(set(member["words"])) == 2
    assert (member["reachable"], member["available_now"], member["contact"]) == (False, False, None)
    [notice] = await maya.inbox()
    assert (notice["kind"], notice["from"]["id"]) == ("invitation_accepted", ana.id)

    confirmed = await maya.post(f"/v1/circle/{member['id']}/confirm", expect=200)
    assert (confirmed["state"], confirmed["words"], confirmed["contact"]) == ("active", None, "+15550100")
    assert (confirmed["reachable"], confirmed["available_now"]) == (True, True)
    assert (await maya.post(f"/v1/circle/{member['id']}/confirm", expect=200))["state"] == "active"
    [supported] = (await ana.get("/v1/supporting"))["items"]
    assert (supported["state"], supported["words"]) == ("active", None)


async def test_whatever_is_wrong_with_a_link_it_looks_the_same(world: World) -> None:
    maya, ana, ben = await world.person("Maya"), await world.person("Ana"), await world.person("Ben")
    used, withdrawn, expired = [await maya.invites() for _ in range(3)]
    await ana.post("/v1/invitations/accept", {"token": used["token"]})
    await maya.delete(f"/v1/invitations/{withdrawn['id']}")
    await maya.delete(f"/v1/invitations/{withdrawn['id']}", expect=404)
    await world.forward(48 * HOUR)
    problems = [
        await ben.post(f"/v1/invitations/{what}", {"token": token}, expect=404)
        for token in (used["token"], withdrawn["token"], expired["token"], "never-was")
        for what in ("preview", "accept")
    ]
    assert {problem["type"] for problem in problems} == {"/problems/invitation-not-valid"}
    assert len({str(problem | {"request_id": ""}) for problem in problems}) == 1
    assert (await maya.get("/v1/invitations"))["items"] == []


async def test_a_link_is_good_until_the_48th_hour(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    await world.forward(48 * HOUR - 1)
    await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)


async def test_of_two_who_take_up_one_link_at_once_one_comes_in(world: World) -> None:
    maya, *others = [await world.person() for _ in range(5)]
    invited = await maya.invites()
    replies = await asyncio.gather(
        *(one.send("POST", "/v1/invitations/accept", {"token": invited["token"]}) for one in others)
    )
    assert sorted(reply.status_code for reply in replies) == [201, 404, 404, 404]
    assert len(await maya.circle()) == 1


async def test_my_own_link_and_one_of_a_circle_i_am_in(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    own = await maya.post("/v1/invitations/accept", {"token": invited["token"]}, expect=409)
    assert own["type"] == "/problems/own-invitation"
    await maya.welcomes(ana)
    again = await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=409)
    assert again["type"] == "/problems/already-in-circle"
    # The other way round is another circle.
    await ana.welcomes(maya)


async def test_a_retry_gives_the_same_link_and_another_body_is_refused(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    said = {"role": "friend", "label": "Ana"}
    first, second = await asyncio.gather(*(maya.post("/v1/invitations", said, 201, key="k") for _ in range(2)))
    assert first == second
    other = await maya.post("/v1/invitations", said | {"role": "sponsor"}, 422, key="k")
    assert other["type"] == "/problems/key-reused"
    assert len((await maya.get("/v1/invitations"))["items"]) == 1
    accept = [await ana.post("/v1/invitations/accept", {"token": first["token"]}, 201, key="accept") for _ in range(2)]
    assert accept[0] == accept[1]
    # A key is its owner's alone.
    assert (await ana.post("/v1/invitations", said, 201, key="k"))["token"] != first["token"]
    await world.forward(24 * HOUR + 1)
    assert (await maya.post("/v1/invitations", said, 201, key="k"))["id"] != first["id"]


async def test_inviting_is_slowed_and_never_stopped(world: World) -> None:
    maya = await world.person("Maya")
    for _ in range(30):
        invited = await maya.invites()
        await maya.delete(f"/v1/invitations/{invited['id']}")
    refused = await maya.post("/v1/invitations", {"role": "friend"}, expect=429)
    assert refused["type"] == "/problems/too-many-tries"
    await world.forward(refused["retry_after"])
    await maya.invites()


async def test_no_token_and_no_label_can_be_read_in_the_database(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites(label="For Ana")
    async with world.database.read() as session:
        rows = repr((await session.execute(text("SELECT * FROM invitations"))).all())
    assert invited["token"] not in rows
    assert "For Ana" not in rows
