"""Which operations need fresh proof and which never do, and how long it lasts."""

from typing import Any

import pytest

from tests.standins.authenticator import Authenticator
from tests.world.passkeys import adds, sign_in_options, signs_in
from tests.world.person import Person
from tests.world.world import World

FIVE_MINUTES = 300
DAY = 24 * 3600
NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"
LADDER = {"ladder": [0, 45, 90, 180]}

NEEDED: dict[str, tuple[str, str, Any, int]] = {
    "take everything out": ("GET", "/v1/me/export", None, 200),
    "take everything out as a page": ("GET", "/v1/me/export?format=zip", None, 200),
    "share a number": ("PATCH", "/v1/me", {"contact": "+1 415 555 0100"}, 200),
    "share a number with more": ("PATCH", "/v1/me", {"contact": "+1 415 555 0100", "display_name": "Eve"}, 200),
    "sign out elsewhere": ("DELETE", "/v1/sessions/others", None, 204),
    "sign out one elsewhere": ("DELETE", "/v1/sessions/{other_session}", None, 204),
    "add a channel": ("POST", "/v1/channels", {"kind": "sms", "address": "+14155550100"}, 422),
    "remove a channel": ("DELETE", "/v1/channels/{channel}", None, 204),
    "set the ladder": ("PUT", "/v1/circle/ladder", LADDER, 200),
    "read the blocks": ("GET", "/v1/blocks", None, 200),
    "unblock": ("DELETE", "/v1/blocks/{blocked}", None, 204),
    "begin a passkey": ("POST", "/v1/passkeys/options", None, 200),
    "remove a passkey": ("DELETE", "/v1/passkeys/{passkey}", None, 204),
    "set a passphrase": ("PUT", "/v1/me/passphrase", {"passphrase": "another lantern burning"}, 204),
    "make recovery codes": ("POST", "/v1/recovery-codes", None, 201),
    "erase the account": ("DELETE", "/v1/me", None, 204),
}
"""What needs fresh proof: method, path, body, and the status with it."""

NEVER: dict[str, tuple[str, str, Any, int]] = {
    "press": ("POST", "/v1/reach-outs", {}, 201),
    "answer": ("POST", "/v1/reach-outs/{told_of}/answers", {"kind": "calling"}, 201),
    "say no": ("POST", "/v1/reach-outs/{told_of}/answers", {"kind": "cannot"}, 201),
    "leave": ("DELETE", "/v1/supporting/{supports}", None, 204),
    "mute": ("PATCH", "/v1/supporting/{supports}", {"muted_until": "2026-04-01T00:00:00Z"}, 200),
    "block": ("POST", "/v1/blocks", {"person_id": "{friend}"}, 201),
    "remove a member": ("DELETE", "/v1/circle/{member}", None, 204),
    "invite": ("POST", "/v1/invitations", {"role": "friend"}, 201),
    "confirm a member": ("POST", "/v1/circle/{newcomer}/confirm", None, 200),
    "set hours": ("PATCH", "/v1/me", {"hours": [{"day": 0, "from": "08:00", "to": "20:00"}]}, 200),
    "take a break": ("PATCH", "/v1/me", {"away_until": "2026-03-12T00:00:00Z"}, 200),
    "keep the number": ("PATCH", "/v1/me", {"contact": None, "region": "US"}, 200),
    "register a phone": ("POST", "/v1/devices", {"kind": "fcm", "token": "a-token"}, 201),
    "remove a phone": ("DELETE", "/v1/devices/{device}", None, 204),
    "read the log": ("GET", "/v1/me/access-log", None, 200),
    "read where I am signed in": ("GET", "/v1/sessions", None, 200),
    "read the channels": ("GET", "/v1/channels", None, 200),
    "sign out": ("DELETE", "/v1/sessions/current", None, 204),
    "sign out by id": ("DELETE", "/v1/sessions/{session}", None, 204),
}
"""What never does."""


async def lived_in(world: World) -> tuple[Person, dict[str, str]]:
    """Return Maya, whose account has something of everything that the tables name, and the ids of it."""
    maya, friend, blocked = await world.circle("friend", "friend")
    other = await maya.again()
    supports = await friend.welcomes(maya)
    device = await maya.device()
    passkey = await adds(maya, Authenticator())
    await world.gives_channel(maya)
    [channel] = (await maya.get("/v1/channels"))["items"]
    await maya.post("/v1/blocks", {"person_id": blocked.id}, expect=201)
    invited = await maya.invites()
    newcomer = await (await world.person()).post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    # Until then a member is confirmed with fresh proof only.
    await world.forward(DAY)
    pressed = await friend.press()
    await world.settle()
    return maya, {
        "other_session": other.session_id,
        "session": maya.session_id,
        "channel": channel["id"],
        "blocked": blocked.id,
        "friend": friend.id,
        "passkey": passkey["id"],
        "device": device["id"],
        "supports": supports,
        "member": friend.places[maya.id],
        "newcomer": newcomer["id"],
        "told_of": pressed["id"],
    }


def filled(body: Any, known: dict[str, str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value.format_map(known) if isinstance(value, str) else value for name, value in body.items()}


@pytest.mark.parametrize("what", NEEDED)
async def test_this_needs_fresh_proof(world: World, what: str) -> None:
    maya, known = await lived_in(world)
    method, path, body, done = NEEDED[what]
    path = path.format_map(known)
    # The first request after an hour records, beside its reply, that the session was used.
    await maya.get("/v1/me")
    await world.settle()
    before = (await maya.get("/v1/me"), await maya.get("/v1/sessions"), await maya.get("/v1/channels"))
    refused = await maya.ask(method, path, body, expect=403)
    assert refused["type"] == "/problems/proof-needed"
    assert before == (await maya.get("/v1/me"), await maya.get("/v1/sessions"), await maya.get("/v1/channels"))
    await maya.proves()
    await world.forward(FIVE_MINUTES - 1)
    assert (await maya.send(method, path, body)).status_code == done


@pytest.mark.parametrize("what", NEEDED)
async def test_proof_is_over_after_five_minutes_and_holds_in_its_own_session_only(world: World, what: str) -> None:
    maya, known = await lived_in(world)
    method, path, body, _ = NEEDED[what]
    elsewhere = await maya.again()
    await maya.proves()
    await world.forward(FIVE_MINUTES + 1)
    await elsewhere.proves()
    refused = await maya.ask(method, path.format_map(known), body, expect=403)
    assert refused["type"] == "/problems/proof-needed"


@pytest.mark.parametrize("what", NEVER)
async def test_this_never_needs_proof(world: World, what: str) -> None:
    maya, known = await lived_in(world)
    method, path, body, done = NEVER[what]
    assert (await maya.send(method, path.format_map(known), filled(body, known))).status_code == done


async def test_a_number_that_stays_the_same_needs_no_proof(world: World) -> None:
    maya = await world.person("Maya")
    await maya.patch("/v1/me", {"contact": "+14155550100"})
    await world.forward(FIVE_MINUTES + 1)
    await maya.patch("/v1/me", {"contact": "+1 (415) 555-0100", "display_name": "May"})
    await maya.patch("/v1/me", {"contact": "+14155550199"}, expect=403)
    await maya.patch("/v1/me", {"contact": None}, expect=403)
    assert (await maya.get("/v1/me"))["contact"] == "+14155550100"


async def accepted(maya: Person, world: World) -> str:
    invited = await maya.invites()
    membership = await (await world.person()).post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    return str(membership["id"])


async def test_confirming_needs_proof_for_a_day_after_a_further_sign_in(world: World) -> None:
    maya = await world.person("Maya")
    first, second, third = [await accepted(maya, world) for _ in range(3)]
    await world.forward(FIVE_MINUTES + 1)
    await maya.post(f"/v1/circle/{first}/confirm", expect=200)
    other = await maya.again()
    for session in (maya, other):
        if session is other:
            await world.forward(FIVE_MINUTES + 1)
        refused = await session.post(f"/v1/circle/{second}/confirm", expect=403)
        assert refused["type"] == "/problems/proof-needed"
    assert [row["state"] for row in await maya.circle()] == ["active", "accepted", "accepted"]
    # Confirming again changes nothing, and so needs nothing.
    await maya.post(f"/v1/circle/{first}/confirm", expect=200)
    await other.proves()
    await other.post(f"/v1/circle/{second}/confirm", expect=200)
    # Also when the further session has ended meanwhile.
    await other.delete("/v1/sessions/current")
    await maya.post(f"/v1/circle/{third}/confirm", expect=403)
    await world.forward(DAY)
    await maya.post(f"/v1/circle/{third}/confirm", expect=200)


async def test_signing_in_counts_as_proof_for_five_minutes(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    await world.forward(FIVE_MINUTES + 1)
    await maya.get("/v1/blocks", expect=403)
    by_passphrase = await maya.again()
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    by_passkey = Person(world, world.here, "Maya", maya.sign_in_name, reply.json())
    for session in (by_passphrase, by_passkey):
        await session.get("/v1/blocks")
    await world.forward(FIVE_MINUTES + 1)
    for session in (by_passphrase, by_passkey):
        await session.get("/v1/blocks", expect=403)


async def test_without_proof_the_log_says_nothing_of_blocks(world: World) -> None:
    maya, friend = await world.circle("friend")
    await maya.post("/v1/blocks", {"person_id": friend.id}, expect=201)
    await maya.delete(f"/v1/blocks/{friend.id}")
    listed = [event["kind"] for event in (await maya.get("/v1/me/access-log"))["items"]]
    assert {"blocked", "unblocked"} <= set(listed)
    await world.forward(FIVE_MINUTES + 1)
    page = await maya.get("/v1/me/access-log")
    assert [event["kind"] for event in page["items"]] == [kind for kind in listed if "block" not in kind]
    assert friend.id not in str(page)
    await maya.proves()
    assert [event["kind"] for event in (await maya.get("/v1/me/access-log"))["items"]] == listed
