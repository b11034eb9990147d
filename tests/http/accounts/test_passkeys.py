"""Passkeys: added with fresh proof, used for signing in, listed, removed, and removed with an old passphrase."""

import asyncio
from datetime import timedelta

import pytest

from core.wrapping_apps import android_apps
from tests.standins.authenticator import Authenticator, decoded
from tests.world.passkeys import adds, sign_in_options, signs_in
from tests.world.person import Person
from tests.world.world import World


async def test_registration_and_sign_in_options(world: World) -> None:
    maya = await world.person("Maya")
    options = await maya.post("/v1/passkeys/options", expect=200)
    assert options["rp"] == {"id": "localhost", "name": "Porchlight"}
    assert (options["user"]["name"], options["user"]["displayName"]) == (maya.sign_in_name, "Maya")
    handle = decoded(options["user"]["id"])
    assert len(handle) == 32
    assert maya.id.replace("-", "") not in handle.hex(), "the user handle does not reveal the account's id"
    assert len(decoded(options["challenge"])) == 32
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
    assert 0 < options["timeout"] <= 300_000
    begun = await sign_in_options(world.here)
    assert (begun["rpId"], begun["userVerification"], begun["allowCredentials"]) == ("localhost", "required", [])


async def test_a_passkey_signs_in_and_counts_as_fresh_proof(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    passkey = await adds(maya, phone, label="  Her\u200b phone ")
    assert (passkey["label"], passkey["synced"], passkey["last_used_at"]) == ("Her phone", True, None)
    await world.forward(3600)
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert reply.status_code == 201, reply.text
    assert reply.json()["person"] == {"id": maya.id, "display_name": "Maya"}
    again = Person(world, world.here, "Maya", maya.sign_in_name, reply.json())
    [listed] = (await again.get("/v1/passkeys"))["items"]
    assert (listed["id"], listed["label"]) == (passkey["id"], "Her phone")
    assert listed["last_used_at"]
    await again.post("/v1/recovery-codes", expect=201)
    log = (await again.get("/v1/me/access-log"))["items"]
    assert {(event["kind"], event["about_id"], event["session_id"]) for event in log} >= {
        ("passkey_added", passkey["id"], maya.session_id),
        ("signed_in_with_passkey", passkey["id"], again.session_id),
    }
    # The passphrase still works, and signing out removes no passkey.
    await again.delete("/v1/sessions/others")
    await maya.again()
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 201


async def test_passkey_sign_in_allows_only_post(world: World) -> None:
    reply = await world.here.http.put("/v1/sessions/passkey", json={})
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


async def test_a_passkey_sign_in_can_set_a_cookie(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)), carrier="cookie")
    assert reply.json()["session"]["token"] is None
    assert "HttpOnly" in reply.headers["set-cookie"]
    assert (await world.here.http.get("/v1/me")).json()["id"] == maya.id


async def test_adding_and_removing_a_passkey_need_fresh_proof(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    passkey = await adds(maya, phone)
    options = await maya.post("/v1/passkeys/options", expect=200)
    await world.forward(299)
    credential = Authenticator().create(options)
    await world.forward(2)
    for method, path, body in (
        ("POST", "/v1/passkeys/options", None),
        ("POST", "/v1/passkeys", {"credential": credential}),
        ("DELETE", f"/v1/passkeys/{passkey['id']}", None),
    ):
        assert (await maya.ask(method, path, body, expect=403))["type"] == "/problems/proof-needed"
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete(f"/v1/passkeys/{passkey['id']}")
    await maya.delete(f"/v1/passkeys/{passkey['id']}", expect=404)
    assert (await maya.get("/v1/passkeys"))["items"] == []
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/wrong-passkey")


async def test_a_passkey_is_visible_only_to_its_owner(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    passkey = await adds(maya, Authenticator())
    assert (await ana.get("/v1/passkeys"))["items"] == []
    await ana.delete(f"/v1/passkeys/{passkey['id']}", expect=404)
    for path in ("/v1/passkeys/options", "/v1/passkeys"):
        assert (await world.here.http.post(path, json={})).status_code in {401, 422}
    assert (await world.here.http.get("/v1/passkeys")).status_code == 401


async def test_a_person_has_at_most_ten_passkeys_even_concurrently(world: World) -> None:
    maya = await world.person("Maya")
    for number in range(9):
        await adds(maya, Authenticator(), label=f"Key {number}")
    options = await maya.post("/v1/passkeys/options", expect=200)
    assert len(options["excludeCredentials"]) == 9
    bodies = [{"credential": Authenticator().create(options)} for _ in range(3)]
    replies = await asyncio.gather(*(maya.send("POST", "/v1/passkeys", body) for body in bodies))
    assert [reply.status_code for reply in replies].count(201) == 1
    assert len((await maya.get("/v1/passkeys?limit=100"))["items"]) == 10
    problem = await maya.post("/v1/passkeys/options", expect=409)
    assert problem["type"] == "/problems/too-many-passkeys"
    first = await maya.get("/v1/passkeys?limit=6")
    rest = await maya.get(f"/v1/passkeys?limit=6&cursor={first['next']}")
    assert [passkey["label"] for passkey in first["items"] + rest["items"]][1:] == [
        f"Key {n}" for n in reversed(range(9))
    ]


async def test_a_retry_gives_the_same_passkey_and_the_same_session(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    body = {"credential": phone.create(await maya.post("/v1/passkeys/options", expect=200))}
    first, again = [await maya.post("/v1/passkeys", body, expect=201, key="k") for _ in range(2)]
    assert first == again
    await maya.post("/v1/passkeys", body | {"label": "Other"}, expect=422, key="k")
    credential = phone.get(await sign_in_options(world.here))
    replies = await asyncio.gather(*(signs_in(world.here, credential, key="k") for _ in range(3)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["session"]["token"] for reply in replies}) == 1
    assert len((await maya.get("/v1/sessions"))["items"]) == 2


async def test_a_retried_sign_in_is_refused_after_its_session_or_five_minutes(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    credential = phone.get(await sign_in_options(world.here))
    signed_in = (await signs_in(world.here, credential, key="k")).json()
    await world.forward(301)
    assert (await signs_in(world.here, credential, key="k")).status_code == 401
    credential = phone.get(await sign_in_options(world.here))
    signed_in = (await signs_in(world.here, credential, key="l")).json()
    await maya.proves()
    await maya.delete(f"/v1/sessions/{signed_in['session']['id']}")
    assert (await signs_in(world.here, credential, key="l")).status_code == 401


async def test_a_new_passphrase_removes_every_passkey(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone)
    await maya.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204)
    assert (await maya.get("/v1/passkeys"))["items"] == []
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401
    await adds(maya, phone)
    body = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": maya.recovery_codes[0],
        "new_passphrase": "a third lantern",
    }
    back = Person(
        world, world.here, "Maya", "", (await world.here.http.post("/v1/sessions/recovery", json=body)).json()
    )
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401
    kinds = [event["kind"] for event in (await back.get("/v1/me/access-log"))["items"]]
    assert kinds.count("passkey_removed") == kinds.count("passkey_added") == 2


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        ("https://porch.example", "porch.example"),
        ("https://porch.example:8443", "porch.example"),
        ("http://localhost:8000", "localhost"),
        ("http://porch.example", None),
        ("https://192.0.2.7", None),
        ("http://127.0.0.1:8000", None),
        ("https://[2001:db8::7]", None),
    ],
)
async def test_passkeys_need_a_secure_host_name(world: World, url: str, offered: str | None) -> None:
    process = await world.another_process(settings=world.settings.model_copy(update={"public_url": url}))
    assert (await process.http.get("/v1/config")).json()["passkeys"] is (offered is not None)
    maya = await world.person("Maya", process=process)
    reply = await process.http.post("/v1/sessions/passkey/options")
    if offered:
        assert reply.json()["rpId"] == offered
        phone = Authenticator(url)
        await adds(maya, phone)
        assert (await signs_in(process, phone.get(await sign_in_options(process)))).status_code == 201
        return
    body = {"credential": Authenticator().create({"rp": {"id": "x"}, "user": {"id": "eA"}, "challenge": "eA"})}
    problems = [
        reply.json(),
        await maya.post("/v1/passkeys/options", expect=409),
        await maya.post("/v1/passkeys", body, expect=409),
    ]
    assert {problem["type"] for problem in problems} == {"/problems/passkeys-not-offered"}
    assert (await maya.get("/v1/passkeys"))["items"] == []


async def test_passkey_rows_are_encrypted_exported_and_erased(world: World) -> None:
    maya = await world.person("Maya")
    phone = Authenticator()
    await adds(maya, phone, label="Her phone")
    await sign_in_options(world.here)
    async with world.database.read() as session:
        connection = await session.connection()
        for table in ("passkeys", "passkey_challenges"):
            held = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert held
            plain = b"".join(bytes(value) for row in held for value in row if isinstance(value, bytes | memoryview))
            for secret in (b"Her phone", phone.credentials[0].id, phone.credentials[0].user_handle):
                assert secret not in plain
    export = await maya.get("/v1/me/export")
    assert [row["label"] for row in export["passkeys"]] == ["Her phone"]
    await maya.delete("/v1/me")
    assert await world.count("passkeys") == 0
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401


async def test_unanswered_challenges_are_purged(world: World) -> None:
    maya = await world.person("Maya")
    for _ in range(3):
        await maya.post("/v1/passkeys/options", expect=200)
        await sign_in_options(world.here)
    assert await world.count("passkey_challenges") == 4, "one for the person, and one for each sign-in that was started"
    assert (await world.purge().run())["passkey_challenges"] == 0
    await world.forward(timedelta(minutes=5).total_seconds())
    assert (await world.purge().run())["passkey_challenges"] == 4


async def test_an_android_app_of_the_operator_uses_passkeys_and_no_other_does(world: World) -> None:
    """Android's own passkey API signs for the hash of the app's signing certificate instead of a web origin."""
    fingerprint = bytes(range(32))
    apps = android_apps(f"org.example.porch:{fingerprint.hex()}")
    process = await world.another_process(settings=world.settings.model_copy(update={"android_apps": apps}))
    maya = await world.person("Maya")
    phone = Authenticator(origin="android:apk-key-hash:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    body = {"credential": phone.create(await maya.post("/v1/passkeys/options", expect=200))}
    assert (await maya.post("/v1/passkeys", body, expect=422))["type"] == "/problems/passkey-not-accepted"
    maya.process = process
    body = {"credential": phone.create(await maya.post("/v1/passkeys/options", expect=200))}
    await maya.post("/v1/passkeys", body, expect=201)
    assert (await signs_in(process, phone.get(await sign_in_options(process)))).status_code == 201
    phone.origin = f"android:apk-key-hash:{'A' * 43}"
    assert (await signs_in(process, phone.get(await sign_in_options(process)))).status_code == 401
