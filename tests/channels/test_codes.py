"""Confirming a channel by the code sent to it: five guesses, ten minutes, and a rate limit on codes."""

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.phone_numbers import EXTENSION_GIVEN
from models import Channel, Delivery
from tests.channels.gateways import ADDRESSES, MAIL, PHONE, TOPIC, ChannelWorld, Gateways


@pytest.mark.parametrize("kind", ["sms", "email", "ntfy", "call"])
async def test_entering_the_code_confirms_the_channel(world: ChannelWorld, gateways: Gateways, kind: str) -> None:
    maya = await world.person("Maya")
    channel = await world.adds(maya, kind)
    assert (channel["kind"], channel["address"], channel["confirmed_at"]) == (kind, ADDRESSES[kind], None)
    assert channel["code_expires_at"]

    [text] = gateways.texts(kind, ADDRESSES[kind])
    assert ("Your code is:" if kind == "call" else "Your code:") in text
    assert "http" not in text

    code = gateways.code(kind)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    problem = await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": wrong}, expect=422)
    assert (problem["type"], problem["guesses_left"]) == ("/problems/wrong-code", 4)
    fullwidth = "".join(chr(0xFF10 + int(digit)) for digit in f"{code[:3]}{code[3:]}")
    typed = f"{fullwidth[:3]}-{fullwidth[3:]}"
    confirmed = await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": typed}, expect=200)
    assert confirmed["confirmed_at"]
    assert confirmed["code_expires_at"] is None
    typed = f" {code[:3]}\u202f{code[3:]}\n"
    again = await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": typed}, expect=200)
    assert again == confirmed
    log = (await maya.get("/v1/me/access-log"))["items"]
    assert [(event["kind"], event["about_id"]) for event in log[:2]] == [
        ("channel_confirmed", channel["id"]),
        ("channel_added", channel["id"]),
    ], "a second confirmation is not logged"
    assert (await maya.get("/v1/channels"))["items"] == [confirmed]
    assert await maya.inbox() == []


async def test_address_and_code_are_encrypted_in_the_database(world: ChannelWorld, gateways: Gateways) -> None:
    await world.adds(await world.person("Maya"), "email")
    [row] = await world.rows(select(Channel.address, Channel.code, Channel.address_hash))
    for held in row:
        assert MAIL.encode() not in held
        assert b"example" not in held
        assert gateways.code("email").encode() not in held


async def test_a_code_expires_after_ten_minutes(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    channel = await world.adds(maya)
    await world.forward(601)
    late = await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("sms")}, expect=409)
    assert late["type"] == "/problems/code-not-valid"
    first = gateways.code("sms")

    await maya.proves()
    again = await maya.post("/v1/channels", {"kind": "sms", "address": "+1 (555) 010-0199"}, expect=200)
    await world.settle()
    assert again["id"] == channel["id"]
    fresh = gateways.code("sms")
    if fresh != first:
        await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": first}, expect=422)
    await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": fresh}, expect=200)
    # A confirmed channel is sent no more codes.
    await maya.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=200)
    await world.settle()
    assert gateways.count() == 2


async def test_only_five_guesses_are_allowed_even_concurrently(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    channel = await world.adds(maya)
    right = gateways.code("sms")
    guesses = [f"{(int(right) + step) % 1_000_000:06}" for step in range(1, 13)]
    replies = await asyncio.gather(
        *(maya.send("POST", f"/v1/channels/{channel['id']}/confirm", {"code": guess}) for guess in guesses)
    )
    assert sorted(reply.status_code for reply in replies) == [409] * 7 + [422] * 5
    over = await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": right}, expect=409)
    assert over["type"] == "/problems/code-not-valid"
    for code in ("12345", "1234567", "abcdef", "12345６7", "", None):
        await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": code}, expect=422)


async def test_a_channel_is_not_found_for_another_person(world: ChannelWorld, gateways: Gateways) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    channel = await world.adds(maya)
    await ana.post(f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("sms")}, expect=404)
    await ana.delete(f"/v1/channels/{channel['id']}", expect=404)
    assert (await ana.get("/v1/channels"))["items"] == []
    # Ana may use the same address (two people may share a phone), with a code of her own.
    hers = await world.adds(ana)
    assert hers["id"] != channel["id"]


async def test_codes_are_rate_limited_by_person_and_by_address(world: ChannelWorld, gateways: Gateways) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    await world.adds(maya)
    for _ in range(2):
        await maya.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=200)
        await world.settle()  # a newer code would cancel one that is still unsent
    reply = await maya.send("POST", "/v1/channels", {"kind": "sms", "address": PHONE})
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0
    await ana.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=429)
    assert (await ana.get("/v1/channels"))["items"] == []
    await world.adds(maya, "email")
    await world.adds(maya, "ntfy")
    await maya.post("/v1/channels", {"kind": "ntfy", "address": "another"}, expect=429)
    await world.settle()
    assert gateways.count() == 5
    await world.forward(1801)
    await maya.proves()
    await world.adds(maya, "ntfy", "another")


async def test_a_retry_with_the_same_key_sends_no_second_code(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    body = {"kind": "sms", "address": PHONE}
    first = await maya.post("/v1/channels", body, expect=201, key="one")
    assert await maya.post("/v1/channels", body, expect=201, key="one") == first
    await world.settle()
    assert gateways.count() == 1
    reused = await maya.post("/v1/channels", body | {"address": "+15550100111"}, expect=422, key="one")
    assert reused["type"] == "/problems/key-reused"


async def test_only_configured_channel_kinds_are_offered(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    assert (await maya.get("/v1/config"))["channels"] == ["sms", "email", "ntfy", "call"]
    bare = world.settings.model_copy(update={"sms_url": None, "ntfy_url": SecretStr(""), "call_url": None})
    maya.process = await world.another_process(settings=bare)
    assert (await maya.get("/v1/config"))["channels"] == ["email"]
    for kind in ("sms", "ntfy", "call"):
        body = {"kind": kind, "address": ADDRESSES[kind]}
        assert (await maya.post("/v1/channels", body, expect=422))["type"] == "/problems/channel-not-offered"
    await world.adds(maya, "email")


MALFORMED = {
    "sms": [
        "5550100199",
        "+0555010",
        "+1555@evil.example",
        "+1555\u0661\u0662\u0663\u0664",
        "+15550100199,+15550100198",
        "+15550100199/x",
        "+1" + "5" * 15,
        "",
    ],
    "email": [
        "a@b.c/?x=",
        "a@b",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@b.example,c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Ana <a@b.example>",
        '"a b"@c.example',
        "a%2Cc@b.example",
        "a&to=c@b.example",
        "a..b@c.example",
        ".a@c.example",
        "a@c.example.",
        "@c.example",
        "a" * 65 + "@c.example",
        "mailto:a@c.example",
    ],
    "ntfy": [
        "https://ntfy.example/topic",
        "ntfy.example/topic",
        "one,two",
        "one two",
        "../v1/account",
        "t" * 65,
        "töpic",
        "",
    ],
}


async def test_a_pasted_address_is_normalized_and_receives_the_message(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya", region="GB")
    for kind, pasted, kept in (
        ("sms", "tel:(0)20 7946 0018", "+442079460018"),
        ("sms", "00 1 (555) 010-0199", "+15550100199"),
        ("email", " O'Brien@EXAMPLE.org\u200b", "O'Brien@example.org"),
        ("email", "ana@m\u00fcnchen.de", "ana@xn--mnchen-3ya.de"),
        ("call", "020 7946 0019", "+442079460019"),
    ):
        channel = await maya.post("/v1/channels", {"kind": kind, "address": pasted}, expect=201)
        assert channel["address"] == kept
        await world.settle()
        assert gateways.texts(kind, kept), f"the gateway accepted it for {kept}"
    refused = await maya.post("/v1/channels", {"kind": "sms", "address": "+44 20 7946 0018 x5"}, expect=422)
    assert refused["errors"] == [{"at": "body.sms.address", "says": EXTENSION_GIVEN}]


@pytest.mark.parametrize("kind", ["sms", "call"])
async def test_premium_and_short_numbers_are_refused(world: ChannelWorld, gateways: Gateways, kind: str) -> None:
    maya = await world.person("Maya", region="DE")
    for costly in ("+1 900 555 0123", "+44 909 879 0123", "0900 3123456", "0180 5 123456", "110", "22 55 5"):
        problem = await maya.post("/v1/channels", {"kind": kind, "address": costly}, expect=422)
        assert (problem["type"], [error["at"] for error in problem["errors"]]) == (
            "/problems/invalid",
            [f"body.{kind}.address"],
        ), costly
    assert gateways.count() == 0


async def test_malformed_addresses_are_refused(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for kind, addresses in MALFORMED.items():
        for address in addresses:
            problem = await maya.post("/v1/channels", {"kind": kind, "address": address}, expect=422)
            assert problem["type"] == "/problems/invalid", (kind, address)
            assert address == "" or address not in str(problem)
    others: list[object] = [{"kind": "pigeon", "address": PHONE}, {"address": PHONE}, {"kind": "sms"}, [], None]
    for body in others:
        await maya.post("/v1/channels", body, expect=422)
    assert await world.count("channels") == 0


async def test_a_person_has_at_most_five_channels(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    channels = [await world.adds(maya, "ntfy", f"topic-{number}") for number in range(5)]
    full = await maya.post("/v1/channels", {"kind": "ntfy", "address": TOPIC}, expect=409)
    assert full["type"] == "/problems/too-many-channels"
    page = await maya.get("/v1/channels?limit=3")
    rest = await maya.get(f"/v1/channels?limit=3&cursor={page['next']}")
    assert [row["id"] for row in page["items"] + rest["items"]] == [row["id"] for row in reversed(channels)]
    await maya.delete(f"/v1/channels/{channels[0]['id']}")
    await maya.delete(f"/v1/channels/{channels[0]['id']}", expect=404)
    await world.forward(1801)
    await maya.proves()
    await world.adds(maya, "ntfy", TOPIC)


async def test_adding_the_same_address_twice_at_once_creates_one_channel(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    body = {"kind": "sms", "address": PHONE}
    replies = await asyncio.gather(*(maya.send("POST", "/v1/channels", body) for _ in range(2)))
    assert sorted(reply.status_code for reply in replies) == [200, 201]
    assert await world.count("channels") == 1


async def test_a_replaced_or_expired_code_is_not_sent(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    gateways.sms.behaviour.status = 500
    channel = await world.adds(maya)
    gateways.sms.behaviour.status = 200
    await maya.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=200)
    await world.settle()
    await world.passes(300)
    # The replaced code is not sent as well when the gateway is back.
    assert len(gateways.texts("sms")) == 1
    gateways.sms.behaviour.status = 500
    await maya.proves()
    await maya.post("/v1/channels", {"kind": "sms", "address": PHONE}, expect=200)
    await world.settle()
    gateways.sms.behaviour.status = 200
    await world.passes(601)
    assert len(gateways.texts("sms")) == 1
    states = {row.state for row in await world.rows(select(Delivery.state).where(Delivery.channel_id.is_not(None)))}
    assert "pending" not in states
    assert (await maya.get("/v1/channels"))["items"][0]["id"] == channel["id"]


async def test_channels_are_exported_and_erased_with_the_account(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    await world.channel(maya, "email")
    await world.adds(maya, "sms")
    exported = (await maya.get("/v1/me/export"))["channels"]
    held = {(row["kind"], row["address"], bool(row["confirmed_at"])) for row in exported}
    assert held == {("email", MAIL, True), ("sms", PHONE, False)}
    assert "code" not in str(exported)
    await maya.delete("/v1/me")
    assert (await world.count("channels"), await world.count("deliveries")) == (0, 0)


async def test_topics_are_case_sensitive_and_mail_addresses_are_not(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    first = await world.adds(maya, "ntfy", "a_Topic")
    second = await world.adds(maya, "ntfy", "a_topic")
    assert (first["address"], second["address"]) == ("a_Topic", "a_topic")
    again = await maya.post("/v1/channels", {"kind": "ntfy", "address": "a_Topic"}, expect=200)
    assert again["id"] == first["id"]
    mail = await world.adds(maya, "email", "Maya@example.org")
    same = await maya.post("/v1/channels", {"kind": "email", "address": "maya@EXAMPLE.org"}, expect=200)
    assert same["id"] == mail["id"]
