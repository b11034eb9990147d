"""Refused passkeys: every forgery gets the same reply, and a challenge is used once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.standins.authenticator import Authenticator, encoded
from tests.world.passkeys import adds, sign_in_options, signs_in
from tests.world.world import World

Forgery = Callable[[Authenticator], None]


def with_wrong_origin(phone: Authenticator) -> None:
    phone.origin = "https://elsewhere.example"


def with_wrong_rp_id(phone: Authenticator) -> None:
    phone.rp_id = "elsewhere.example"


def without_user_verification(phone: Authenticator) -> None:
    phone.verified = False


def in_a_frame(phone: Authenticator) -> None:
    phone.cross_origin = True


FORGERIES: list[Forgery] = [with_wrong_origin, with_wrong_rp_id, without_user_verification, in_a_frame]


@pytest.mark.parametrize("forge", FORGERIES)
async def test_a_forged_registration_adds_nothing_and_uses_up_its_challenge(world: World, forge: Forgery) -> None:
    maya = await world.person("Maya")
    options = await maya.post("/v1/passkeys/options", expect=200)
    phone = Authenticator()
    forge(phone)
    problem = await maya.post("/v1/passkeys", {"credential": phone.create(options)}, expect=422)
    assert problem["type"] == "/problems/passkey-not-accepted"
    honest = Authenticator().create(options)
    used = forge is not in_a_frame  # this is refused before the challenge is read
    await maya.post("/v1/passkeys", {"credential": honest}, expect=422 if used else 201)


@pytest.mark.parametrize("forge", FORGERIES)
async def test_a_forged_assertion_signs_nobody_in(world: World, forge: Forgery) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    forge(phone)
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/wrong-passkey")
    assert len((await maya.get("/v1/sessions"))["items"]) == 1


async def test_a_challenge_is_bound_to_person_and_purpose_and_expires(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    phone = Authenticator()
    await adds(maya, phone)
    hers, sign_in = await maya.post("/v1/passkeys/options", expect=200), await sign_in_options(world.here)
    made_up = hers | {"challenge": encoded(bytes(32))}
    crossed = hers | {"challenge": sign_in["challenge"]}
    for person, options in ((ana, hers), (maya, made_up), (maya, crossed)):
        await person.post("/v1/passkeys", {"credential": Authenticator().create(options)}, expect=422)
    # Attempts of others have not used it up.
    await maya.post("/v1/passkeys", {"credential": Authenticator().create(hers)}, expect=201)
    await maya.post("/v1/passkeys", {"credential": Authenticator().create(hers)}, expect=422)
    for challenge in (hers["challenge"], encoded(bytes(32)), (await maya.post("/v1/passkeys/options"))["challenge"]):
        assert (await signs_in(world.here, phone.get({"challenge": challenge}))).status_code == 401
    good = phone.get(await sign_in_options(world.here))
    assert (await signs_in(world.here, good)).status_code == 201
    for key in (None, "another"):
        assert (await signs_in(world.here, good, key=key)).status_code == 401, "a replay"
    late, first = await sign_in_options(world.here), await maya.post("/v1/passkeys/options", expect=200)
    second = await maya.post("/v1/passkeys/options", expect=200)
    await maya.post("/v1/passkeys", {"credential": Authenticator().create(first)}, expect=422)
    await world.forward(301)
    assert (await signs_in(world.here, phone.get(late))).status_code == 401
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.post("/v1/passkeys", {"credential": Authenticator().create(second)}, expect=422)


async def test_a_refused_sign_in_uses_up_its_challenge(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    options = await sign_in_options(world.here)
    phone.verified = False
    assert (await signs_in(world.here, phone.get(options))).status_code == 401
    phone.verified = True
    assert (await signs_in(world.here, phone.get(options))).status_code == 401


Responses = dict[str, Any]


def changed(credential: Responses, **response: str) -> Responses:
    return credential | {"response": credential["response"] | response}


async def test_every_refusal_of_a_sign_in_looks_the_same(world: World) -> None:
    """Another person's handle, none, an unknown passkey, a wrong key, a broken signature: one reply for all."""
    maya, ana = await world.person("Maya"), await world.person("Ana")
    hers, anas, stranger = Authenticator(), Authenticator(), Authenticator()
    await adds(maya, hers)
    await adds(ana, anas)
    stranger.create(await maya.post("/v1/passkeys/options", expect=200))

    async def signed(phone: Authenticator) -> Responses:
        return phone.get(await sign_in_options(world.here))

    her_id, her_handle = encoded(hers.credentials[0].id), encoded(hers.credentials[0].user_handle)
    handleless = await signed(hers)
    del handleless["response"]["userHandle"]
    good = await signed(hers)
    forgeries = [
        changed(await signed(hers), userHandle=encoded(anas.credentials[0].user_handle)),
        changed(await signed(hers), userHandle=encoded(bytes.fromhex(maya.id.replace("-", "")))),
        handleless,
        changed(await signed(hers), signature=good["response"]["signature"]),
        changed(await signed(hers), authenticatorData="AAAA"),
        changed(await signed(hers), clientDataJSON=encoded(b"\xff{not json")),
        await signed(hers) | {"id": encoded(anas.credentials[0].id)},
        changed(await signed(anas), userHandle=her_handle) | {"id": her_id, "rawId": her_id},
        await signed(stranger),
    ]
    replies = [await signs_in(world.here, forgery) for forgery in forgeries]
    bodies = [reply.json() | {"request_id": ""} for reply in replies]
    assert {reply.status_code for reply in replies} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert {reply.headers["www-authenticate"] for reply in replies} == {"Bearer"}
    assert (await signs_in(world.here, good)).status_code == 201


async def test_a_credential_id_cannot_be_registered_by_somebody_else(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    phone = Authenticator()
    await adds(maya, phone)
    # The same credential id with another key would replace the first one.
    options = await ana.post("/v1/passkeys/options", expect=200)
    forged = Authenticator().create(options, phone.credentials[0].id)
    problem = await ana.post("/v1/passkeys", {"credential": forged}, expect=422)
    assert problem["type"] == "/problems/passkey-not-accepted"
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert reply.json()["person"]["id"] == maya.id


async def test_a_cloned_security_key_is_refused_and_a_synced_passkey_is_not(world: World) -> None:
    maya = await world.person("Maya")
    key, synced = Authenticator(synced=False, counts=True), Authenticator(counts=True)
    await adds(maya, key)
    await adds(maya, synced)

    async def once(phone: Authenticator) -> int:
        return (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code

    for phone in (key, synced):
        assert [await once(phone) for _ in range(3)] == [201, 201, 201]
        # A copy whose counter is behind.
        phone.credentials[0].count = 0
    assert await once(key) == 401, "a security key exists once, so this must be a clone"
    assert await once(synced) == 201, "copies of a synced passkey are expected, each with its own counter"
    key.credentials[0].count = 5
    assert await once(key) == 201


UNUSABLE: list[tuple[str, object]] = [
    ("credential", None),
    ("credential", "text"),
    ("credential", {"id": "x"}),
    ("label", "\u202eenohp"),
    ("label", " \u200b "),
    ("label", "x" * 61),
    ("device", "Unknown"),
]


async def test_invalid_fields_are_named(world: World) -> None:
    maya = await world.person("Maya")
    options = await maya.post("/v1/passkeys/options", expect=200)
    good = {"credential": Authenticator().create(options)}
    for field, value in UNUSABLE:
        problem = await maya.post("/v1/passkeys", good | {field: value}, expect=422)
        assert problem["type"] == "/problems/invalid", (field, value)
        assert all(error["at"].startswith(f"body.{field}") for error in problem["errors"])
    for name, value in (("id", "a b"), ("id", "x" * 1365), ("rawId", 5), ("type", "password"), ("response", {})):
        problem = await maya.post("/v1/passkeys", {"credential": good["credential"] | {name: value}}, expect=422)
        assert problem["type"] == "/problems/invalid", name
    reply = await signs_in(world.here, good["credential"], carrier="pigeon")
    assert reply.status_code == 422
    await maya.post("/v1/passkeys", good, expect=201)


async def test_passkey_guesses_are_rate_limited(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    options = {"challenge": encoded(bytes(32))}
    assert [(await signs_in(world.here, phone.get(options))).status_code for _ in range(10)] == [401] * 10
    refused = await signs_in(world.here, phone.get(options))
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")
    assert 0 < int(refused.headers["retry-after"]) <= 31
    for _ in range(100):
        reply = await world.here.http.post("/v1/sessions/passkey/options")
    reply = await world.here.http.post("/v1/sessions/passkey/options")
    assert reply.status_code == 429
    assert await world.count("passkey_challenges") <= 101
