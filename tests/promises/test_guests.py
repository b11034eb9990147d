"""Promise 15: a guest sees one reach-out, through one link, for one day; nothing acts on GET."""

import base64
import secrets

import pytest
from sqlalchemy import select

from models import Answer, GuestSession, Recipient
from tests.channels.conftest import gateways, settings, world
from tests.channels.gateways import ChannelWorld
from tests.guests.guest import Guest, guest_of
from tests.guests.phone_without_app import PhoneWithoutApp
from tests.world.person import Person

__all__ = ["gateways", "settings", "world"]

DAY = 86_400


async def told(world: ChannelWorld, note: str | None = None) -> tuple[Person, Guest]:
    """Return somebody who has pressed, and a guest who was told."""
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    await maya.press(note=note)
    await world.settle()
    return maya, guest


async def test_a_guest_sees_one_reach_out_and_no_other(world: ChannelWorld) -> None:
    maya, guest = await told(world)
    first = world.reach_out
    await maya.close("ok_now")
    await maya.press()
    await world.settle()
    await guest.opens()
    assert (await guest.reach_out())["state"] == "waiting"
    for path in (f"/v1/reach-outs/{first}", f"/v1/reach-outs/{first}/messages"):
        await guest.ask("GET", path, expect=404)
    await guest.ask("POST", f"/v1/reach-outs/{first}/answers", {"kind": "calling"}, 404)
    await guest.ask("POST", f"/v1/reach-outs/{first}/messages", {"text": "Hello"}, 404)


async def test_a_guest_reads_neither_note_nor_messages_until_the_owner_allows_it(world: ChannelWorld) -> None:
    maya, guest = await told(world, note="I want to drink tonight.")
    await maya.says("Is anybody there?")
    await guest.opens()
    await guest.answer("here", text="I am.")
    seen = await guest.reach_out()
    assert (seen["note"], seen["how_to_help"]) == (None, None)
    path = f"/v1/reach-outs/{world.reach_out}/messages"
    assert [message["text"] for message in (await guest.ask("GET", path))["items"]] == ["I am."]
    assert "drink tonight" not in str(await guest.answer("calling"))

    changed = await maya.patch(f"/v1/circle/{guest.membership_id}", {"guest_notes": True})
    assert changed["guest_notes"] is True
    assert (await guest.reach_out())["note"] == "I want to drink tonight."
    texts = [message["text"] for message in (await guest.ask("GET", path))["items"]]
    assert texts == ["Is anybody there?", "I am."]
    await maya.patch(f"/v1/circle/{guest.membership_id}", {"guest_notes": False})
    assert (await guest.reach_out())["note"] is None


async def test_a_guest_is_told_no_more_of_others_than_a_member(world: ChannelWorld) -> None:
    maya, friend, partner = await world.circle("friend", "partner")
    guest = await guest_of(world, maya)
    await maya.press()
    await world.settle()
    await guest.opens()
    assert [one["person"]["display_name"] for one in (await guest.reach_out())["recipients"]] == ["Uncle Sam"]
    await friend.answer("calling")
    await partner.answer("cannot")
    seen = (await guest.reach_out())["recipients"]
    assert {one["person"]["id"] for one in seen} == {
        friend.id,
        *(one["person"]["id"] for one in seen if one["answer"] is None),
    }
    assert all((one["role"], one["contact"]) == (None, None) for one in seen)


LINK_MAY = {
    ("GET", "/v1/reach-outs/{reach_out_id}"),
    ("POST", "/v1/reach-outs/{reach_out_id}/answers"),
    ("GET", "/v1/reach-outs/{reach_out_id}/messages"),
    ("POST", "/v1/reach-outs/{reach_out_id}/messages"),
    ("PATCH", "/v1/supporting/{membership_id}"),
    ("POST", "/v1/me/code"),
}
JOINING_MAY = {
    ("POST", "/v1/invitations/accept-as-guest"),
    ("GET", "/v1/channels"),
    ("POST", "/v1/channels/{channel_id}/confirm"),
    ("POST", "/v1/me/code"),
    ("POST", "/v1/me/account"),
    ("POST", "/v1/me/account/options"),
    ("PATCH", "/v1/me"),
    ("GET", "/v1/supporting/{membership_id}"),
    ("PATCH", "/v1/supporting/{membership_id}"),
    ("DELETE", "/v1/supporting/{membership_id}"),
}
WITHOUT_A_SESSION = {
    "/v1/config",
    "/v1/helplines",
    "/v1/people",
    "/v1/sessions",
    "/v1/sessions/guest",
    "/v1/sessions/recovery",
    "/v1/sessions/passkey",
    "/v1/sessions/passkey/options",
    "/v1/invitations/preview",
    "/v1/invitations/accept-as-guest",
}


@pytest.mark.parametrize("kind", ["joining", "link"])
async def test_everything_else_does_not_exist_for_a_guest(world: ChannelWorld, kind: str) -> None:
    _, guest = await told(world)
    may = JOINING_MAY
    if kind == "link":
        await guest.opens()
        may = LINK_MAY
    spec = (await world.here.http.get("/openapi.json")).json()
    asked = 0
    for path, operations in spec["paths"].items():
        if not path.startswith("/v1/") or path in WITHOUT_A_SESSION or path.startswith("/v1/people/passkey"):
            continue
        for method in operations:
            if (method.upper(), path) in may:
                continue
            whole = path.replace("{date}", "2026-03-10").replace("{which}", "others")
            parts = [secrets.token_hex(4) if part.startswith("{") else part for part in whole.split("/")]
            ids = "/".join("00000000-0000-7000-8000-000000000001" if "{" in part else part for part in whole.split("/"))
            assert parts
            reply = await guest.send(method.upper(), ids)
            # A body that is missing may be refused first; what it would do is refused all the same.
            assert reply.status_code in {404, 422}, f"{method} {path}: {reply.status_code} {reply.text}"
            if reply.status_code == 422:
                assert method != "get", path
            asked += 1
    assert asked > 60


async def test_a_link_is_good_for_one_day_and_no_longer_than_the_reach_out(world: ChannelWorld) -> None:
    maya, guest = await told(world)
    await guest.opens()
    await world.forward(DAY - 1)
    await guest.opens()
    await world.forward(2)
    await guest.opens(expect=404)
    await guest.reach_out(expect=401)

    await world.work()
    await maya.press()
    await world.settle()
    await guest.opens()
    await maya.close("connected")
    await guest.opens(expect=404)


async def test_the_day_of_a_link_begins_with_the_press_that_a_calm_ask_became(world: ChannelWorld) -> None:
    maya, friend = await world.circle("friend", steps=(1,))
    guest = await guest_of(world, maya)
    await maya.press(calm=True)
    await friend.answer("soon", minutes=720)
    await world.passes(13 * 3600)
    await maya.does("raise", expect=200)
    await world.settle()
    phone = PhoneWithoutApp(world)
    page = await phone.opens(guest.secrets()[-1])
    assert "Since 09:00" in page
    assert "It closes tomorrow at 09:00." in page
    await world.forward(DAY - 1)
    await guest.opens()
    await guest.reach_out()
    await world.forward(2)
    await guest.opens(expect=404)


async def test_a_link_that_ended_is_unknown_or_wrong_is_one_and_the_same_404(world: ChannelWorld) -> None:
    maya, guest = await told(world)
    ended = guest.secrets()[-1]
    await maya.close("ok_now")
    unknown = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    problems = []
    for secret in (ended, unknown, ended[:-1], "wrong", "x" * 256):
        problem = await guest.opens(secret, expect=404)
        problem.pop("request_id")
        problems.append(problem)
    assert problems == [problems[0]] * len(problems)
    assert problems[0]["type"] == "/problems/not-found"


async def test_nothing_acts_on_get_and_a_scanner_of_mail_answers_nothing(world: ChannelWorld) -> None:
    maya, guest = await told(world)
    secret = guest.secrets()[-1]
    for path in (f"/#/g/{secret}", f"/g/{secret}", f"/v1/sessions/guest?secret={secret}", f"/?g={secret}"):
        await world.here.http.get(path)
        await world.here.http.head(path)
    assert await world.rows(select(GuestSession.id).where(GuestSession.kind == "link")) == []
    # A scanner that runs the page opens sessions; that says and answers nothing either.
    for _ in range(5):
        await guest.opens()
    await guest.reach_out()
    assert await world.rows(select(Answer.id)) == []
    [recipient] = (await maya.reach_out())["recipients"]
    assert recipient["state"] == "handed", "nobody has seen it, as far as anybody knows"
    await guest.answer("calling")
    assert (await maya.reach_out())["recipients"][0]["state"] == "answered"


async def test_two_openings_are_one_guest(world: ChannelWorld) -> None:
    maya, guest = await told(world)
    first = Guest(world, guest.kind, guest.token, guest.membership_id, guest.channel_id)
    await first.opens()
    await guest.opens()
    assert first.token != guest.token
    await first.answer("soon", minutes=5)
    mine = [one for one in (await guest.reach_out())["recipients"] if one["answer"]]
    assert [(one["answer"], one["minutes"]) for one in mine] == [("soon", 5)]
    await guest.answer("calling")
    assert [one["answer"] for one in (await maya.reach_out())["recipients"]] == ["calling"]


@pytest.mark.parametrize("how", ["removed", "blocked", "left"])
async def test_links_end_with_the_membership(world: ChannelWorld, how: str) -> None:
    maya, guest = await told(world)
    joining = guest.token
    await guest.opens()
    if how == "removed":
        await maya.delete(f"/v1/circle/{guest.membership_id}")
    elif how == "blocked":
        [row] = await maya.circle()
        await maya.post("/v1/blocks", {"person_id": row["person"]["id"]}, expect=201)
    else:
        linked = guest.token
        guest.token = joining
        await guest.ask("DELETE", f"/v1/supporting/{guest.membership_id}", expect=204)
        guest.token = linked
    await guest.reach_out(expect=401 if how == "left" else 404)
    await guest.opens(expect=404)
    for what, body in (("answers", {"kind": "calling"}), ("messages", {"text": "Hello"})):
        path = f"/v1/reach-outs/{world.reach_out}/{what}"
        await guest.ask("POST", path, body, 401 if how == "left" else 404)


async def test_no_secret_is_stored(world: ChannelWorld) -> None:
    _, guest = await told(world)
    secret = guest.secrets()[-1]
    await guest.opens()
    [(link_hash,)] = await world.rows(select(Recipient.link_hash))
    assert secret.encode() not in link_hash
    raw = base64.urlsafe_b64decode(secret + "==")
    assert len(raw) == 16
    assert raw not in link_hash
    tokens = await world.rows(select(GuestSession.token_hash))
    assert all(guest.token.encode() not in token for (token,) in tokens)
