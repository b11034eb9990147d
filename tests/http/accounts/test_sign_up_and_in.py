"""Signing up and in: what is taken, what is refused, and how a session is carried."""

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


async def test_signing_up_takes_no_address_of_any_kind(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA)
    assert reply.status_code == 201
    made = reply.json()
    assert made["person"] == {"id": made["person"]["id"], "display_name": "Maya"}
    assert set(made["session"]) == {"id", "token", "expires_at"}
    assert len(made["recovery_codes"]) == len(set(made["recovery_codes"])) == 10
    me = await Person(world, world.here, "Maya", "maya", made).get("/v1/me")
    assert (me["sign_in_name"], me["time_zone"], me["wake_me"], me["hours"]) == ("maya", "UTC", False, None)


async def test_a_name_is_taken_once_however_many_ask_at_once(world: World) -> None:
    replies = await asyncio.gather(*(world.here.http.post("/v1/people", json=MAYA) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    assert {reply.json().get("type") for reply in replies} == {None, "/problems/name-taken"}
    assert await world.count("people") == 1


async def test_a_sign_up_asked_for_twice_is_one_person_with_the_same_secrets(world: World) -> None:
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


async def test_a_sign_up_that_was_a_statement_behind_its_own_retry_is_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Idempotency-Key": "first-start"}
    ahead: list[Response] = []
    earlier, asked_before = idempotency.find_result, 0

    async def behind(unit: UnitOfWork, asked: RequestFingerprint | None) -> UUID | None:
        nonlocal asked_before
        found = await earlier(unit, asked)
        asked_before += 1
        # While the one is written SQLite lets nobody write: there the other comes just before.
        if asked_before == (1 if world.sqlite else 2):
            ahead.append(await world.here.http.post("/v1/people", json=MAYA, headers=headers))
        return found

    monkeypatch.setattr(idempotency, "find_result", behind)
    late = await world.here.http.post("/v1/people", json=MAYA, headers=headers)
    assert (late.status_code, ahead[0].status_code) == (201, 201)
    assert late.json()["session"]["token"] == ahead[0].json()["session"]["token"]
    assert await world.count("people") == 1


async def test_a_replayed_sign_up_is_no_way_around_a_changed_passphrase(world: World) -> None:
    headers = {"Idempotency-Key": "first-start"}
    made = (await world.here.http.post("/v1/people", json=MAYA, headers=headers)).json()
    maya = Person(world, world.here, "Maya", "maya", made)
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


async def test_what_cannot_be_used_is_named_and_makes_nobody(world: World) -> None:
    for field, value in UNUSABLE:
        reply = await world.here.http.post("/v1/people", json=MAYA | {field: value})
        assert reply.status_code == 422, (field, value)
        [problem] = reply.json()["errors"]
        assert problem["at"] == f"body.{field}"
    assert await world.count("people") == 0


async def test_a_name_that_people_read_is_cleaned_and_keeps_what_a_language_needs(world: World) -> None:
    for typed, kept in (("  Ma\u200bya  P. ", "Maya P."), ("👩‍🚒 Zoë", "👩‍🚒 Zoë"), ("می‌خواهم", "می‌خواهم")):
        somebody = await world.person("Somebody", display_name=typed)
        assert (await somebody.get("/v1/me"))["display_name"] == kept


async def test_a_wrong_guess_says_the_same_for_a_name_that_does_not_exist(world: World) -> None:
    maya = await world.person("Maya")
    said = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
    wrong = await world.here.http.post("/v1/sessions", json=said)
    unknown = await world.here.http.post("/v1/sessions", json=said | {"sign_in_name": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert wrong.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


async def test_guessing_is_slowed_and_time_makes_it_good_again(world: World) -> None:
    maya = await world.person("Maya")
    wrong = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
    for _ in range(10):
        assert (await world.here.http.post("/v1/sessions", json=wrong)).status_code == 401
    refused = await world.here.http.post("/v1/sessions", json=wrong)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 31
    assert refused.json()["type"] == "/problems/too-many-tries"
    # The limit is in the database: another process knows it, and another name is not held up by it.
    other = await world.another_process()
    assert (await other.http.post("/v1/sessions", json=wrong)).status_code == 429
    await (await world.person("Ana")).again()
    await world.forward(wait)
    await maya.again()


async def test_a_session_in_a_cookie_never_shows_its_token(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    assert reply.json()["session"]["token"] is None
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("porchlight=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=15552000"):
        assert part in cookie
    assert "Secure" not in cookie
    again = await world.here.http.get("/v1/me")
    assert again.status_code == 200
    assert again.headers["set-cookie"] == cookie, "the app is opened: for another 180 days, as the session itself"
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
        # Reading is safe from anywhere: no other site may read the reply.
        after = (await world.here.http.get("/v1/me", headers=headers)).json()["wake_me"]
        assert (after != before) is (status == 200)


async def test_another_site_cannot_sign_anybody_in(world: World) -> None:
    reply = await world.here.http.post("/v1/people", json=MAYA, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert await world.count("people") == 0


async def test_authorization_wins_over_a_cookie_also_when_it_is_wrong(world: World) -> None:
    ana = await world.person("Ana")
    await world.here.http.post("/v1/people", json=MAYA | {"carrier": "cookie"})
    assert (await ana.get("/v1/me"))["display_name"] == "Ana"
    for wrong in ("Bearer nonsense", "Bearer", "Basic bWF5YQ=="):
        reply = await world.here.http.get("/v1/me", headers={"Authorization": wrong})
        assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-signed-in")


@pytest.mark.parametrize("mode", ["invited", "closed"])
async def test_who_may_sign_up_is_the_operators_to_say(world: World, mode: str) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    settings = world.settings.model_copy(update={"registration": RegistrationPolicy(mode)})
    process = await world.another_process(settings=settings)
    assert (await process.http.get("/v1/config")).json()["registration"] == mode
    said = MAYA | {"sign_in_name": "ana"}
    assert (await process.http.post("/v1/people", json=said)).json()["type"] == "/problems/registration-closed"
    with_token = await process.http.post("/v1/people", json=said | {"invitation_token": invited["token"]})
    assert with_token.status_code == (201 if mode == "invited" else 403)
    wrong = await process.http.post("/v1/people", json=said | {"sign_in_name": "ben", "invitation_token": "guess"})
    assert wrong.status_code == (404 if mode == "invited" else 403)


async def test_signing_up_with_an_invitation_accepts_it_in_the_same_step(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites("sponsor")
    ana = await world.person("Ana", invitation_token=invited["token"])
    [member] = await maya.circle()
    assert (member["person"]["id"], member["role"], member["state"]) == (ana.id, "sponsor", "accepted")
    assert await maya.kinds() == ["invitation_accepted"]
    # A token that is no longer good makes no account.
    reply = await world.here.http.post("/v1/people", json=MAYA | {"invitation_token": invited["token"]})
    assert reply.json()["type"] == "/problems/invitation-not-valid"
    assert await world.count("people") == 2


async def test_no_token_is_kept_and_no_name_can_be_read_in_the_database(world: World) -> None:
    maya = await world.person("Maya")
    async with world.database.read() as session:
        connection = await session.connection()
        for table in ("people", "sessions", "recovery_codes"):
            held = repr((await connection.exec_driver_sql(f"SELECT * FROM {table}")).all())
            for secret in ("Maya", maya.sign_in_name, str(maya.token), *maya.recovery_codes, maya.passphrase):
                assert secret not in held
