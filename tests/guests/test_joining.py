"""Joining as a guest: a name, an address, a code. Until it has come back nothing shows anywhere."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.settings import RegistrationPolicy
from models import Person
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import ADDRESSES, NUMBER, Guest, guest_of, says_yes
from tests.world.race import race


@pytest.mark.parametrize("kind", ["sms", "email", "call"])
async def test_a_guest_joins_with_a_name_and_an_address(world: ChannelWorld, gateways: Gateways, kind: str) -> None:
    maya = await world.person("Maya")
    guest = await says_yes(world, maya, kind, standing_words="When you press, I call.")
    assert await maya.circle() == [], "nothing shows before the code has come back"
    assert len((await maya.get("/v1/invitations"))["items"]) == 1, "and the invitation stays open"
    await guest.ask("GET", f"/v1/supporting/{guest.membership_id}", expect=404)

    await guest.confirms()
    [row] = await maya.circle()
    assert (row["id"], row["person"]["display_name"], row["state"]) == (guest.membership_id, "Uncle Sam", "accepted")
    assert (row["guest"], row["guest_notes"]) == (True, False)
    assert (await maya.get("/v1/invitations"))["items"] == []
    assert [notice["kind"] for notice in await maya.inbox()] == ["invitation_accepted"]
    seen = await guest.ask("GET", f"/v1/supporting/{guest.membership_id}")
    assert (seen["state"], seen["words"], seen["person"]["id"]) == ("accepted", row["words"], maya.id)

    await maya.post(f"/v1/circle/{guest.membership_id}/confirm", expect=200)
    [row] = await maya.circle()
    assert (row["state"], row["reachable"], row["available_now"]) == ("active", True, True)
    assert row["standing_words"] == "When you press, I call."
    kinds = {channel["kind"] for channel in (await guest.ask("GET", "/v1/channels"))["items"]}
    assert kinds == ({"call", "sms"} if kind == "call" else {kind}), "a voice can say no link"


async def test_another_address_may_be_given_until_the_code_comes_back(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    guest = await says_yes(world, maya)
    [invitation] = (await maya.get("/v1/invitations"))["items"]
    token = invitation["url"].rpartition("/")[2]
    body = {"token": token, "display_name": "Sam", "channel": {"kind": "email", "address": ADDRESSES["email"]}}
    again = await guest.ask("POST", "/v1/invitations/accept-as-guest", body, 201)
    assert again["membership"]["id"] == guest.membership_id
    [channel] = (await guest.ask("GET", "/v1/channels"))["items"]
    assert channel["kind"] == "email"
    guest.kind, guest.channel_id = "email", again["membership"]["channel_id"]
    await guest.confirms()
    [row] = await maya.circle()
    assert row["person"]["display_name"] == "Sam"


async def test_a_retry_is_the_same_guest_and_sends_no_second_code(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites("family")
    body = {"token": invited["token"], "display_name": "Uncle Sam", "channel": {"kind": "sms", "address": NUMBER}}

    async def says(status: int, **changes: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": "yes"}
        reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body | changes, headers=headers)
        assert reply.status_code == status, reply.text
        return dict(reply.json())

    first, second = await race(world, "idempotency_keys IN EXCLUSIVE", says(201), says(201))
    assert first["membership"] == second["membership"] == (await says(201))["membership"]
    await world.settle()
    assert len(gateways.texts("sms", NUMBER)) == 1
    assert (await says(422, display_name="Sam"))["type"] == "/problems/key-reused"
    guest = Guest(
        world, "sms", second["session"]["token"], first["membership"]["id"], first["membership"]["channel_id"]
    )
    for _ in range(2):
        reply = await world.here.http.post(
            "/v1/me/code", headers={"Authorization": f"Bearer {guest.token}", "Idempotency-Key": "again"}
        )
        assert reply.status_code == 201, reply.text
        await world.settle()
    assert len(gateways.texts("sms", NUMBER)) == 2, "a code that was asked for once more"
    await guest.confirms()
    assert (await says(404))["type"] == "/problems/invitation-not-valid", "they are in already"


async def test_whoever_takes_the_invitation_up_first_has_it(world: ChannelWorld) -> None:
    maya, ben = await world.person("Maya"), await world.person("Ben")
    guest = await says_yes(world, maya)
    [invitation] = (await maya.get("/v1/invitations"))["items"]
    await ben.post("/v1/invitations/accept", {"token": invitation["url"].rpartition("/")[2]}, expect=201)
    refused = await guest.confirms(expect=404)
    assert refused["type"] == "/problems/invitation-not-valid"
    assert [row["person"]["display_name"] for row in await maya.circle()] == ["Ben"]


async def test_a_withdrawn_invitation_lets_no_guest_in(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await says_yes(world, maya)
    [invitation] = (await maya.get("/v1/invitations"))["items"]
    await maya.delete(f"/v1/invitations/{invitation['id']}")
    await guest.confirms(expect=404)
    assert await maya.circle() == []


async def test_odd_addresses_are_refused_and_nothing_is_kept(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    for kind, address in (
        ("sms", "+1 900 555 0123"),
        ("call", "+44 909 879 0123"),
        ("sms", "22555"),
        ("sms", "5550142"),
        ("email", "no address"),
        ("ntfy", "topic"),
    ):
        body = {"token": invited["token"], "display_name": "Sam", "channel": {"kind": kind, "address": address}}
        reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body)
        assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid"), address
    body = {"token": "wrong", "display_name": "Sam", "channel": {"kind": "sms", "address": NUMBER}}
    assert (await world.here.http.post("/v1/invitations/accept-as-guest", json=body)).status_code == 404
    assert await world.count("people") == 1
    assert gateways.count() == 0


async def test_a_call_needs_sms_beside_it_and_a_closed_place_takes_no_guests(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    body = {"token": invited["token"], "display_name": "Sam", "channel": {"kind": "call", "address": NUMBER}}
    bare = await world.another_process(settings=world.settings.model_copy(update={"sms_url": None}))
    reply = await bare.http.post("/v1/invitations/accept-as-guest", json=body)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/channel-not-offered")
    closed_settings = type(world.settings)(
        _env_file=None,
        data_dir=world.settings.data_dir,
        database_url=world.settings.database_url,
        registration=RegistrationPolicy.CLOSED,
        sms_url=SecretStr("json://127.0.0.1:1/?:to={to}"),
    )
    closed = await world.another_process(settings=closed_settings)
    reply = await closed.http.post("/v1/invitations/accept-as-guest", json=body)
    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/registration-closed")


async def test_codes_to_strangers_are_limited(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    statuses = []
    for number in range(10):
        channel = {"kind": "sms", "address": f"+155501001{number:02}"}
        body = {"token": invited["token"], "display_name": "Sam", "channel": channel}
        statuses.append((await world.here.http.post("/v1/invitations/accept-as-guest", json=body)).status_code)
    await world.settle()
    assert statuses == [201] * 8 + [429] * 2
    assert gateways.count() == 8


async def test_what_a_guest_changes_later_needs_a_fresh_code(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    await guest.ask("PATCH", "/v1/me", {"hours": None, "wake_me": True})
    await guest.ask("PATCH", "/v1/me", {"display_name": "Somebody else"}, 404)
    await world.forward(3601)
    await guest.ask("PATCH", "/v1/me", {"wake_me": False}, 401)

    await maya.press()
    await world.settle()
    await guest.opens()
    await guest.ask("PATCH", "/v1/me", {"wake_me": False}, 404)
    code = await guest.fresh_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert (await guest.opens(code=wrong, expect=422))["guesses_left"] == 4
    await guest.opens(code=code)
    await guest.ask("PATCH", "/v1/me", {"wake_me": False})
    await guest.opens(code=code, expect=409)


async def test_a_guest_becomes_an_account_and_loses_every_link(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    joining = guest.token
    await maya.press(note="Please come.")
    await world.settle()
    await guest.opens()
    assert (await guest.reach_out())["note"] is None
    linked = guest.token
    guest.token = joining
    code = await guest.fresh_code()
    body = {"code": code, "sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    await guest.ask("POST", "/v1/me/account", body | {"sign_in_name": maya.sign_in_name}, 409)
    made = await guest.ask("POST", "/v1/me/account", body, 201)
    assert len(made["recovery_codes"]) == 10

    for ended in (joining, linked):
        guest.token = ended
        await guest.reach_out(expect=401)
    await guest.opens(expect=404)
    guest.token = made["session"]["token"]
    assert (await guest.reach_out())["note"] == "Please come.", "a member like any other from now on"
    [row] = await maya.circle()
    assert (row["guest"], row["state"], row["reachable"]) == (False, "active", True)
    sign_in = {"sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    assert (await world.here.http.post("/v1/sessions", json=sign_in)).status_code == 201


async def test_leaving_erases_a_guest(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    await guest.ask("DELETE", f"/v1/supporting/{guest.membership_id}", expect=204)
    assert await maya.circle() == []
    await guest.ask("GET", "/v1/channels", expect=401)
    assert await world.rows(select(Person.id).where(Person.guest_at.is_not(None))) == []


async def test_a_guest_whom_nobody_has_any_longer_is_purged(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    removed, never = await guest_of(world, maya), await says_yes(world, maya, "email")
    await maya.delete(f"/v1/circle/{removed.membership_id}")
    kept = await guest_of(world, maya, "call")
    await world.forward(86_400)
    await world.purge().run()
    rows = await world.rows(select(Person.id).where(Person.guest_at.is_not(None)))
    assert len(rows) == 1
    assert [row["id"] for row in await maya.circle()] == [kept.membership_id] != [never.membership_id]


@pytest.mark.parametrize(("first", "second"), [("sms", "sms"), ("sms", "call"), ("call", "sms"), ("email", "email")])
async def test_a_number_or_address_stands_once_in_a_circle(world: ChannelWorld, first: str, second: str) -> None:
    """Whoever has it has proved so, and would be told twice of every reach-out."""
    maya = await world.person("Maya")
    guest = await guest_of(world, maya, first)
    again = await says_yes(world, maya, second)
    refused = await again.confirms(expect=409)
    assert refused["type"] == "/problems/address-in-circle"
    assert [row["id"] for row in await maya.circle()] == [guest.membership_id]
    assert len((await maya.get("/v1/invitations"))["items"]) == 1, "the link can still be given to somebody else"
    # Once they have left, it is free; the code that came back is still good.
    await maya.delete(f"/v1/circle/{guest.membership_id}")
    await again.confirms()
    assert [row["id"] for row in await maya.circle()] == [again.membership_id]


async def test_a_number_may_stand_in_two_circles_and_an_account_counts_too(world: ChannelWorld) -> None:
    maya, ben = await world.person("Maya"), await world.person("Ben")
    guest = await guest_of(world, maya)
    await guest_of(world, ben)
    body = {"code": await guest.fresh_code(), "sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    await guest.ask("POST", "/v1/me/account", body, 201)
    await world.forward(1_800)
    again = await says_yes(world, maya)
    assert (await again.confirms(expect=409))["type"] == "/problems/address-in-circle"


async def test_a_guests_helplines_are_those_of_their_number(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for kind, address, region in (("sms", "+447700900123", "GB"), ("email", "sam@example.org", None)):
        invited = await maya.invites("family")
        body = {"token": invited["token"], "display_name": "Sam", "channel": {"kind": kind, "address": address}}
        assert (await world.here.http.post("/v1/invitations/accept-as-guest", json=body)).status_code == 201
        guests = select(Person.region).where(Person.guest_at.is_not(None)).order_by(Person.id.desc()).limit(1)
        assert await world.rows(guests) == [(region,)]
