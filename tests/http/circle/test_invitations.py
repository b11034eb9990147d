"""Invitations: one person per link, 48 hours, and the same problem whatever is wrong with a link."""

import asyncio

from sqlalchemy import text

from core import qr
from tests.world.world import World

HOUR = 3600


async def test_a_link_has_its_token_in_the_fragment_and_previews_the_inviter(world: World) -> None:
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
    assert (listed["url"], listed["qr"], listed["role"]) == (invited["url"], invited["qr"], "sponsor"), "shown again"
    assert listed["expires_at"] == invited["expires_at"]
    assert (await ana.get("/v1/invitations"))["items"] == []


async def test_a_line_of_the_inviters_own_goes_with_the_link(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    said = "  You sat with me\nin May.\u200b I would be glad. "
    invited = await maya.invites(greeting=said)
    plain = "You sat with me in May. I would be glad."
    body = {"token": invited["token"]}
    for preview in (
        (await world.here.http.post("/v1/invitations/preview", json=body)).json(),
        await ana.post("/v1/invitations/preview", body),
    ):
        assert preview["greeting"] == plain
    [listed] = (await maya.get("/v1/invitations"))["items"]
    assert listed["greeting"] == plain, "shown again, and renewed with it"
    assert [row["greeting"] for row in (await maya.get("/v1/me/export"))["invitations"]] == [plain]
    async with world.database.read() as session:
        [(held,)] = (await session.execute(text("SELECT greeting FROM invitations"))).all()
    assert b"glad" not in bytes(held)
    # It goes with the invitation: afterwards it stands nowhere.
    await ana.post("/v1/invitations/accept", body, expect=201)
    preview = await ana.post("/v1/invitations/preview", body)
    assert (preview["accepted"], preview["greeting"]) == (True, None)
    assert (await maya.invites(greeting=" \u200b ")).keys() == invited.keys(), "nothing visible counts as none"
    long = await maya.post("/v1/invitations", {"role": "friend", "greeting": "x" * 201}, expect=422)
    assert long["errors"][0]["at"] == "body.greeting"
    [blank] = (await maya.get("/v1/invitations"))["items"]
    assert blank["greeting"] is None


async def test_both_sides_see_the_same_two_words_until_confirmed(world: World) -> None:
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


async def test_used_withdrawn_expired_and_unknown_links_look_the_same(world: World) -> None:
    maya, ana, ben = await world.person("Maya"), await world.person("Ana"), await world.person("Ben")
    used, withdrawn, expired = [await maya.invites() for _ in range(3)]
    await ana.post("/v1/invitations/accept", {"token": used["token"]})
    await maya.delete(f"/v1/invitations/{withdrawn['id']}")
    await maya.delete(f"/v1/invitations/{withdrawn['id']}", expect=404)
    await world.forward(48 * HOUR)
    problems = [
        await ben.post(f"/v1/invitations/{action}", {"token": token}, expect=404)
        for token in (used["token"], withdrawn["token"], expired["token"], "never-was")
        for action in ("preview", "accept")
    ]
    assert {problem["type"] for problem in problems} == {"/problems/invitation-not-valid"}
    assert len({str(problem | {"request_id": ""}) for problem in problems}) == 1
    assert (await maya.get("/v1/invitations"))["items"] == []


async def test_a_link_can_be_previewed_without_an_account(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites("sponsor")
    body = {"token": invited["token"]}
    preview = await world.here.http.post("/v1/invitations/preview", json=body)
    assert preview.status_code == 200
    assert preview.json()["person"] == {"id": maya.id, "display_name": "Maya"}
    assert (preview.json()["accepted"], preview.json()["membership_id"]) == (False, None)
    # An ended session does not prevent the preview.
    stale = await world.here.http.post("/v1/invitations/preview", json=body, headers={"Authorization": "Bearer gone"})
    assert stale.json() == preview.json()
    await ana.post("/v1/invitations/accept", body, expect=201)
    used = await world.here.http.post("/v1/invitations/preview", json=body)
    assert (used.status_code, used.json()["type"]) == (404, "/problems/invitation-not-valid")


async def test_an_accepted_link_shows_its_membership_to_the_member(world: World) -> None:
    maya, ana, ben = await world.person("Maya"), await world.person("Ana"), await world.person("Ben")
    body = {"token": (await maya.invites("sponsor"))["token"]}
    accepted = await ana.post("/v1/invitations/accept", body, expect=201)
    waiting = await ana.post("/v1/invitations/preview", body, expect=200)
    assert (waiting["accepted"], waiting["membership_id"], waiting["state"]) == (True, accepted["id"], "accepted")
    assert (waiting["words"], waiting["person"]["id"]) == (accepted["words"], maya.id)
    assert (await ana.post("/v1/invitations/accept", body, expect=200)) == accepted
    assert await maya.kinds() == ["invitation_accepted"], "told once"
    mine = await maya.post("/v1/invitations/preview", body, expect=409)
    assert (mine["type"], "accepted" in mine["detail"]) == ("/problems/own-invitation", True)
    await ben.post("/v1/invitations/preview", body, expect=404)
    await maya.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
    inside = await ana.post("/v1/invitations/preview", body, expect=200)
    assert (inside["state"], inside["words"], inside["role"]) == ("active", None, "sponsor")
    # After the membership has ended, the link is a used one like any other.
    await maya.delete(f"/v1/circle/{accepted['id']}")
    for action in ("preview", "accept"):
        await ana.post(f"/v1/invitations/{action}", body, expect=404)


async def test_accepting_repeatedly_at_once_creates_one_membership(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    body = {"token": (await maya.invites())["token"]}
    replies = await asyncio.gather(*(ana.send("POST", "/v1/invitations/accept", body) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 201]
    assert len({reply.json()["id"] for reply in replies}) == 1


async def test_a_pasted_link_is_read_in_any_form(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    token, url = invited["token"], invited["url"]
    for pasted in (
        f" {token}\n",
        f"{token}.",
        f"<{url}>",
        f"{url})",
        url.replace("#", "%23"),
        f"{token[:9]}\n{token[9:]}",
    ):
        preview = await world.here.http.post("/v1/invitations/preview", json={"token": pasted})
        assert preview.status_code == 200, pasted


async def test_guessing_links_is_limited_per_place_and_valid_links_are_not(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    new = {"sign_in_name": "guesser", "passphrase": "another lantern", "display_name": "G"}
    for number in range(10):
        await world.here.http.post("/v1/invitations/preview", json={"token": f"guess-{number}"})
        await ana.send("POST", "/v1/invitations/accept", {"token": f"guess-{number}"})
        await world.here.http.post("/v1/people", json=new | {"invitation_token": f"guess-{number}"})
    for reply in (
        await world.here.http.post("/v1/invitations/preview", json={"token": "guess"}),
        await ana.send("POST", "/v1/invitations/accept", {"token": "guess"}),
        await world.here.http.post("/v1/people", json=new | {"invitation_token": "guess"}),
    ):
        assert (reply.status_code, reply.json()["type"]) == (429, "/problems/too-many-tries")
    good = await world.here.http.post("/v1/invitations/preview", json={"token": invited["token"]})
    assert good.status_code == 200
    await world.forward(int(reply.headers["retry-after"]))
    again = await world.here.http.post("/v1/invitations/preview", json={"token": "guess"})
    assert again.status_code == 404


async def test_an_invitation_of_an_earlier_release_is_listed_without_link(world: World) -> None:
    maya = await world.person("Maya")
    await maya.invites(label="For Ana")
    async with world.database.write() as session:
        await session.execute(text("UPDATE invitations SET token = NULL"))
        await session.commit()
    [listed] = (await maya.get("/v1/invitations"))["items"]
    assert (listed["url"], listed["qr"], listed["label"]) == (None, None, "For Ana")


async def test_a_link_is_valid_for_48_hours(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    await world.forward(48 * HOUR - 1)
    await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)


async def test_concurrent_accepts_of_one_link_admit_one_person(world: World) -> None:
    maya, *others = [await world.person() for _ in range(5)]
    invited = await maya.invites()
    replies = await asyncio.gather(
        *(person.send("POST", "/v1/invitations/accept", {"token": invited["token"]}) for person in others)
    )
    assert sorted(reply.status_code for reply in replies) == [201, 404, 404, 404]
    assert len(await maya.circle()) == 1


async def test_own_links_and_links_of_ones_own_circles_are_refused(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    own = await maya.post("/v1/invitations/accept", {"token": invited["token"]}, expect=409)
    assert own["type"] == "/problems/own-invitation"
    await maya.welcomes(ana)
    again = await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=409)
    assert again["type"] == "/problems/already-in-circle"
    # The opposite direction is another circle.
    await ana.welcomes(maya)


async def test_a_retry_gives_the_same_link_and_another_body_is_refused(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    body = {"role": "friend", "label": "Ana"}
    first, second = await asyncio.gather(*(maya.post("/v1/invitations", body, 201, key="k") for _ in range(2)))
    assert first == second
    other = await maya.post("/v1/invitations", body | {"role": "sponsor"}, 422, key="k")
    assert other["type"] == "/problems/key-reused"
    assert len((await maya.get("/v1/invitations"))["items"]) == 1
    accept = [await ana.post("/v1/invitations/accept", {"token": first["token"]}, 201, key="accept") for _ in range(2)]
    assert accept[0] == accept[1]
    # Idempotency keys belong to one person.
    assert (await ana.post("/v1/invitations", body, 201, key="k"))["token"] != first["token"]
    await world.forward(24 * HOUR + 1)
    assert (await maya.post("/v1/invitations", body, 201, key="k"))["id"] != first["id"]


async def test_inviting_is_rate_limited(world: World) -> None:
    maya = await world.person("Maya")
    for _ in range(30):
        invited = await maya.invites()
        await maya.delete(f"/v1/invitations/{invited['id']}")
    refused = await maya.post("/v1/invitations", {"role": "friend"}, expect=429)
    assert refused["type"] == "/problems/too-many-tries"
    await world.forward(refused["retry_after"])
    await maya.invites()


async def test_tokens_and_labels_are_not_readable_in_the_database(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites(label="For Ana")
    async with world.database.read() as session:
        rows = repr((await session.execute(text("SELECT * FROM invitations"))).all())
    assert invited["token"] not in rows
    assert "For Ana" not in rows
