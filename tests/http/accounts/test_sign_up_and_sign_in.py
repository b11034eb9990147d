"""Signing up and signing in: what is accepted, what is refused, and how a session is carried."""

import asyncio
from uuid import UUID

import pytest
from httpx import Response

from core.settings import RegistrationPolicy, Settings
from core.unit_of_work import UnitOfWork
from rules import idempotency
from rules.idempotency import RequestFingerprint
from tests.world.person import PASSPHRASE, Person
from tests.world.world import World

MAYA = {"sign_in_name": "maya", "passphrase": PASSPHRASE, "display_name": "Maya"}


async def test_signing_up_needs_no_mail_address_or_phone_number(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA)
    assert reply.status_code == 201
    signed_up = reply.json()
    assert signed_up["person"] == {"id": signed_up["person"]["id"], "display_name": "Maya"}
    assert set(signed_up["session"]) == {"id", "token", "expires_at"}
    assert len(signed_up["recovery_codes"]) == len(set(signed_up["recovery_codes"])) == 10
    me = await Person(world, world.here, "Maya", "maya", signed_up).get("/v1/me")
    assert (me["sign_in_name"], me["time_zone"], me["wake_me"], me["hours"]) == ("maya", "UTC", False, None)


async def test_concurrent_sign_ups_with_one_name_create_one_person(world: World) -> None:
    replies = await asyncio.gather(*(world.here.http.post("/v1/people", json=MAYA) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    assert {reply.json().get("type") for reply in replies} == {None, "/problems/name-taken"}
    assert await world.count("people") == 1


async def test_a_retried_sign_up_returns_the_same_secrets(world: World) -> None:
    headers = {"Idempotency-Key": "first-start"}
    replies = await asyncio.gather(*(world.here.http.post("/v1/people", json=MAYA, headers=headers) for _ in range(4)))
    assert {reply.status_code for reply in replies} == {201}
    first = replies[0].json()
    for reply in replies:
        assert reply.json()["session"]["token"] == first["session"]["token"]
        assert reply.json()["recovery_codes"] == first["recovery_codes"]
    assert await world.count("people") == 1
    other = await world.here.http.post("/v1/people", json=MAYA | {"display_name": "M"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")


async def test_a_sign_up_overtaken_by_its_own_retry_creates_one_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Idempotency-Key": "first-start"}
    ahead: list[Response] = []
    find_result, calls = idempotency.find_result, 0

    async def find_result_after_the_retry(unit: UnitOfWork, fingerprint: RequestFingerprint | None) -> UUID | None:
        nonlocal calls
        result_id = await find_result(unit, fingerprint)
        calls += 1
        # SQLite allows one writer at a time, so there the retry runs just before the sign-up writes.
        if calls == (1 if world.sqlite else 2):
            ahead.append(await world.here.http.post("/v1/people", json=MAYA, headers=headers))
        return result_id

    monkeypatch.setattr(idempotency, "find_result", find_result_after_the_retry)
    late = await world.here.http.post("/v1/people", json=MAYA, headers=headers)
    assert (late.status_code, ahead[0].status_code) == (201, 201)
    assert late.json()["session"]["token"] == ahead[0].json()["session"]["token"]
    assert await world.count("people") == 1


async def test_a_replayed_sign_up_is_refused_after_a_passphrase_change(world: World) -> None:
    headers = {"Idempotency-Key": "first-start"}
    signed_up = (await world.here.http.post("/v1/people", json=MAYA, headers=headers)).json()
    maya = Person(world, world.here, "Maya", "maya", signed_up)
    await maya.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204)
    replayed = await world.here.http.post("/v1/people", json=MAYA, headers=headers)
    assert replayed.status_code == 401


UNUSABLE: list[tuple[str, object]] = [
    ("sign_in_name", "ab"),
    ("sign_in_name", "Maya"),
    ("sign_in_name", "ma ya"),
    ("sign_in_name", "maya\n"),
    ("passphrase", "short"),
    ("passphrase", "x" * 257),
    ("display_name", ""),
    ("display_name", " \u200b\u2060 "),
    ("display_name", "\u202eayaM"),
    ("display_name", "Ma\x00ya"),
    ("display_name", "x" * 61),
    ("carrier", "pigeon"),
    ("surname", "Unknown"),
    ("sign_in_name", 5),
    ("display_name", None),
]


async def test_invalid_fields_are_named_and_create_nobody(world: World) -> None:
    for field, value in UNUSABLE:
        reply = await world.here.http.post("/v1/people", json=MAYA | {field: value})
        assert reply.status_code == 422, (field, value)
        [problem] = reply.json()["errors"]
        assert problem["at"] == f"body.{field}"
    assert await world.count("people") == 0


async def test_a_display_name_is_cleaned_and_keeps_joiners(world: World) -> None:
    for typed, kept in (("  Ma\u200bya  P. ", "Maya P."), ("👩‍🚒 Zoë", "👩‍🚒 Zoë"), ("می‌خواهم", "می‌خواهم")):
        somebody = await world.person("Somebody", display_name=typed)
        assert (await somebody.get("/v1/me"))["display_name"] == kept


async def test_a_wrong_passphrase_and_an_unknown_name_look_the_same(world: World) -> None:
    maya = await world.person("Maya")
    guess = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
    wrong = await world.here.http.post("/v1/sessions", json=guess)
    unknown = await world.here.http.post("/v1/sessions", json=guess | {"sign_in_name": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert wrong.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


async def test_sign_in_guesses_are_rate_limited(world: World) -> None:
    maya = await world.person("Maya")
    wrong = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
    for _ in range(10):
        assert (await world.here.http.post("/v1/sessions", json=wrong)).status_code == 401
    refused = await world.here.http.post("/v1/sessions", json=wrong)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 31
    assert refused.json()["type"] == "/problems/too-many-tries"
    # The limit is in the database: it holds in another process, and another name is not affected.
    other = await world.another_process()
    assert (await other.http.post("/v1/sessions", json=wrong)).status_code == 429
    await (await world.person("Ana")).again()
    await world.forward(wait)
    await maya.again()


async def test_a_cookie_session_never_shows_its_token(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    assert reply.json()["session"]["token"] is None
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("porchlight=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=15552000"):
        assert part in cookie
    assert "Secure" not in cookie
    again = await world.here.http.get("/v1/me")
    assert again.status_code == 200
    assert again.headers["set-cookie"] == cookie, "renewed for another 180 days, like the session itself"
    gone = await world.here.http.delete("/v1/sessions/current")
    assert gone.status_code == 204
    assert 'porchlight=""' in gone.headers["set-cookie"]
    gone = await world.here.http.get("/v1/me")
    assert (gone.status_code, "set-cookie" in gone.headers) == (401, False)


async def test_on_https_the_cookie_is_pinned_to_the_host(world: World) -> None:
    secure = Settings(**{**world.settings.model_dump(), "public_url": "https://porch.example"})
    process = await world.another_process(settings=secure)
    reply = await process.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    assert reply.headers["set-cookie"].startswith("__Host-porchlight=")
    assert "Secure" in reply.headers["set-cookie"]
    assert "Domain" not in reply.headers["set-cookie"]
    assert reply.headers["strict-transport-security"]


SITES: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "http://localhost:8000"}, 200),
    ({"Origin": "https://elsewhere.example"}, 403),
    ({"Origin": "http://localhost:8001"}, 403),
    ({"Origin": "null"}, 403),
]


async def test_another_site_cannot_act_with_the_cookie(world: World) -> None:
    await world.here.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    for headers, status in SITES:
        before = (await world.here.http.get("/v1/me", headers=headers)).json()["wake_me"]
        changed = await world.here.http.patch("/v1/me", json={"wake_me": not before}, headers=headers)
        assert changed.status_code == status, headers
        assert status == 200 or changed.json()["type"] == "/problems/cross-site"
        # Reading is safe from any site: no other site can see the reply.
        after = (await world.here.http.get("/v1/me", headers=headers)).json()["wake_me"]
        assert (after != before) is (status == 200)


async def test_another_site_cannot_sign_anybody_in(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert await world.count("people") == 0


async def test_the_authorization_header_wins_over_a_cookie_even_if_wrong(world: World) -> None:
    ana = await world.person("Ana")
    await world.here.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    assert (await ana.get("/v1/me"))["display_name"] == "Ana"
    for wrong in ("Bearer nonsense", "Bearer", "Basic bWF5YQ=="):
        reply = await world.here.http.get("/v1/me", headers={"Authorization": wrong})
        assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-signed-in")


@pytest.mark.parametrize("mode", ["invited", "closed"])
async def test_registration_can_be_by_invitation_or_closed(world: World, mode: str) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    settings = world.settings.model_copy(update={"registration": RegistrationPolicy(mode)})
    process = await world.another_process(settings=settings)
    assert (await process.http.get("/v1/config")).json()["registration"] == mode
    body = MAYA | {"sign_in_name": "ana"}
    assert (await process.http.post("/v1/people", json=body)).json()["type"] == "/problems/registration-closed"
    with_token = await process.http.post("/v1/people", json=body | {"invitation_token": invited["token"]})
    assert with_token.status_code == (201 if mode == "invited" else 403)
    wrong = await process.http.post("/v1/people", json=body | {"sign_in_name": "ben", "invitation_token": "guess"})
    assert wrong.status_code == (404 if mode == "invited" else 403)


async def test_signing_up_with_an_invitation_accepts_it(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites("sponsor")
    ana = await world.person("Ana", invitation_token=invited["token"])
    [member] = await maya.circle()
    assert (member["person"]["id"], member["role"], member["state"]) == (ana.id, "sponsor", "accepted")
    assert await maya.kinds() == ["invitation_accepted"]
    # A used token creates no account.
    reply = await world.here.http.post("/v1/people", json=MAYA | {"invitation_token": invited["token"]})
    assert reply.json()["type"] == "/problems/invitation-not-valid"
    assert await world.count("people") == 2


async def test_tokens_codes_and_names_are_not_readable_in_the_database(world: World) -> None:
    maya = await world.person("Maya")
    async with world.database.read() as session:
        connection = await session.connection()
        for table in ("people", "sessions", "recovery_codes"):
            held = repr((await connection.exec_driver_sql(f"SELECT * FROM {table}")).all())
            for secret in ("Maya", maya.sign_in_name, str(maya.token), *maya.recovery_codes, maya.passphrase):
                assert secret not in held
