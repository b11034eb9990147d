"""Accounts that a passkey alone opens: fresh proof, a second way in, the last way in, recovery, erasure."""

import asyncio

import pytest

from core.passphrases import Match
from tests.standins.authenticator import Authenticator, encoded
from tests.world.passkeys import adds, joins, proves, sign_in_options, signs_in
from tests.world.person import Person
from tests.world.race import race
from tests.world.world import World

PROOF = "/v1/sessions/current/proof"


async def test_no_passphrase_signs_in_and_the_name_looks_unknown(world: World) -> None:
    maya = await joins(world, Authenticator())
    names = (maya.sign_in_name, "maya-nobody")
    replies = []
    for name in names:
        for passphrase in ("a lantern by the window", "None", "null"):
            guess = {"sign_in_name": name, "passphrase": passphrase}
            replies.append(await world.here.http.post("/v1/sessions", json=guess))
        used = {"sign_in_name": name, "recovery_code": "0000-0000-0000-0000", "new_passphrase": "a new lantern"}
        replies.append(await world.here.http.post("/v1/sessions/recovery", json=used))
    bodies = [reply.json() | {"request_id": ""} for reply in replies]
    assert {reply.status_code for reply in replies} == {401}
    assert all(body == bodies[0] for body in bodies)
    taken = {"sign_in_name": maya.sign_in_name, "passphrase": "a lantern by the window", "display_name": "Other"}
    assert (await world.here.http.post("/v1/people", json=taken)).status_code == 409


async def test_a_guess_takes_as_long_as_for_an_unknown_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both must hash: answering at once would tell which names have no passphrase."""
    maya = await joins(world, Authenticator())
    hashed = 0
    check = world.here.context.passphrases._check

    def counting(encoded: str, passphrase: str) -> Match:
        nonlocal hashed
        hashed += 1
        return check(encoded, passphrase)

    monkeypatch.setattr(world.here.context.passphrases, "_check", counting)
    for name in (maya.sign_in_name, "maya-nobody"):
        guess = {"sign_in_name": name, "passphrase": "wrong"}
        before = hashed
        assert (await world.here.http.post("/v1/sessions", json=guess)).status_code == 401
        assert hashed == before + 1, name


async def test_a_passkey_gives_fresh_proof_in_the_same_session(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    await world.forward(301)
    refused = await maya.post("/v1/recovery-codes", expect=403)
    assert refused["type"] == "/problems/proof-needed"
    options = await maya.post(f"{PROOF}/options", expect=200)
    assert [allowed["id"] for allowed in options["allowCredentials"]] == [encoded(phone.credentials[0].id)]
    proven = await maya.post(PROOF, {"credential": phone.get(options)}, expect=200)
    assert proven["current"]
    await maya.post("/v1/recovery-codes", expect=201)
    assert len((await maya.get("/v1/sessions"))["items"]) == 1
    assert (await maya.get("/v1/passkeys"))["items"][0]["last_used_at"]


async def test_proof_is_given_by_ones_own_passkey_and_challenge(world: World) -> None:
    phone, other = Authenticator(), Authenticator()
    maya, ana = await joins(world, phone), await joins(world, other, "Ana")
    await world.forward(301)
    hers = await maya.post(f"{PROOF}/options", expect=200)
    anas = await ana.post(f"{PROOF}/options", expect=200)
    sign_in = await sign_in_options(world.here)
    wrong = [other.get(hers), phone.get(anas), phone.get(sign_in), phone.get(hers | {"challenge": encoded(bytes(32))})]
    for credential in wrong:
        assert (await maya.post(PROOF, {"credential": credential}, expect=401))["type"] == "/problems/wrong-passkey"
    # The first of these has used it up.
    await maya.post(PROOF, {"credential": phone.get(hers)}, expect=401)
    first = await maya.post(f"{PROOF}/options", expect=200)
    second = await maya.post(f"{PROOF}/options", expect=200)
    await maya.post(PROOF, {"credential": phone.get(first)}, expect=401)
    await maya.post("/v1/recovery-codes", expect=403)
    await maya.post(PROOF, {"credential": phone.get(second)}, expect=200)
    kinds = [event["kind"] for event in (await maya.get("/v1/me/access-log"))["items"]]
    assert kinds.count("proof_failed") == 6


async def test_proof_is_one_of_the_two(world: World) -> None:
    phone = Authenticator()
    maya = await world.person("Maya")
    await maya.post(f"{PROOF}/options", expect=404)
    await adds(maya, phone)
    await world.forward(301)
    credential = phone.get(await maya.post(f"{PROOF}/options", expect=200))
    for body in ({}, {"passphrase": maya.passphrase, "credential": credential}, {"passphrase": None}):
        assert (await maya.post(PROOF, body, expect=422))["type"] == "/problems/invalid"
    await maya.post(PROOF, {"credential": credential}, expect=200)
    await maya.post(PROOF, {"passphrase": maya.passphrase}, expect=200)
    nobody = await joins(world, Authenticator(), "Ana")
    assert (await nobody.post(PROOF, {"passphrase": "None"}, expect=401))["type"] == "/problems/wrong-credentials"
    assert (await world.here.http.post(f"{PROOF}/options")).status_code == 401


async def test_a_first_passphrase_is_one_more_way_in_and_ends_nothing(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    other = (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).json()
    body = {"passphrase": "another lantern"}
    await world.forward(301)
    assert (await maya.put("/v1/me/passphrase", body, expect=403))["type"] == "/problems/proof-needed"
    await proves(maya, phone)
    # A second press, or a retry after a lost reply, is no change of it either.
    await asyncio.gather(*(maya.put("/v1/me/passphrase", body, expect=204) for _ in range(3)))
    assert (await maya.get("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 1, "recovery_codes": 0}
    assert other["session"]["id"] in {row["id"] for row in (await maya.get("/v1/sessions"))["items"]}
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 201
    maya.passphrase = body["passphrase"]
    await maya.again()
    # From now on a new one takes the passkeys, as everywhere.
    await maya.put("/v1/me/passphrase", {"passphrase": "a third lantern"}, expect=204)
    assert (await maya.get("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 0, "recovery_codes": 0}


async def test_of_two_first_passphrases_at_once_the_later_is_a_change(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    bodies = [{"passphrase": f"lantern number {n}"} for n in range(2)]
    await race(
        world,
        "people IN SHARE ROW EXCLUSIVE",
        *(maya.put("/v1/me/passphrase", body, expect=204) for body in bodies),
    )
    assert (await maya.get("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 0, "recovery_codes": 0}
    opened = []
    for body in bodies:
        reply = await world.here.http.post("/v1/sessions", json={"sign_in_name": maya.sign_in_name, **body})
        opened.append(reply.status_code)
    assert sorted(opened) == [201, 401]


async def test_the_last_way_in_cannot_be_removed(world: World) -> None:
    phone, key = Authenticator(), Authenticator()
    maya = await joins(world, phone)
    [only] = (await maya.get("/v1/passkeys"))["items"]
    problem = await maya.delete(f"/v1/passkeys/{only['id']}", expect=409)
    assert problem["type"] == "/problems/last-way-in"
    # A second passkey, then codes, then a passphrase: with each of them it may go.
    second = await adds(maya, key)
    await maya.delete(f"/v1/passkeys/{only['id']}")
    await maya.delete(f"/v1/passkeys/{second['id']}", expect=409)
    await maya.post("/v1/recovery-codes", expect=201)
    await maya.delete(f"/v1/passkeys/{second['id']}")
    third = await adds(maya, Authenticator())
    await maya.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204)
    await maya.delete(f"/v1/passkeys/{third['id']}")
    assert (await maya.get("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 0, "recovery_codes": 10}


async def test_two_removals_at_once_leave_one_way_in(world: World) -> None:
    maya = await joins(world, Authenticator())
    await adds(maya, Authenticator())
    ids = [row["id"] for row in (await maya.get("/v1/passkeys"))["items"]]
    replies = await race(
        world, "passkeys IN SHARE ROW EXCLUSIVE", *(maya.send("DELETE", f"/v1/passkeys/{id_}") for id_ in ids)
    )
    assert sorted(reply.status_code for reply in replies) == [204, 409]
    assert await world.count("passkeys") == 1


async def test_a_recovery_code_opens_it_without_the_phone(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    codes = (await maya.post("/v1/recovery-codes", expect=201))["recovery_codes"]
    body = {"sign_in_name": maya.sign_in_name, "recovery_code": codes[0], "new_passphrase": "another lantern"}
    reply = await world.here.http.post("/v1/sessions/recovery", json=body)
    assert reply.status_code == 201, reply.text
    back = Person(world, world.here, "Maya", maya.sign_in_name, reply.json())
    assert (await back.get("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 0, "recovery_codes": 9}
    await maya.get("/v1/me", expect=401)
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401


async def test_such_an_account_is_exported_and_erased_whole(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    exported = await maya.get("/v1/me/export")
    assert exported["person"]["sign_in_name"] == maya.sign_in_name
    assert (len(exported["passkeys"]), exported["recovery_codes_left"]) == (1, 0)
    await world.forward(301)
    await maya.delete("/v1/me", expect=403)
    await proves(maya, phone)
    await maya.delete("/v1/me")
    assert [await world.count(table) for table in ("people", "passkeys", "sessions")] == [0, 0, 0]
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401


async def test_proofs_with_a_passkey_are_rate_limited_like_guesses(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    wrong = phone.get({"challenge": encoded(bytes(32))})
    for _ in range(10):
        await maya.post(PROOF, {"credential": wrong}, expect=401)
    assert (await maya.post(PROOF, {"credential": wrong}, expect=429))["type"] == "/problems/too-many-tries"
