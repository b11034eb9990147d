"""Sessions: listing, fresh proof, sliding expiry, signing out, and recovery codes."""

import pytest

from tests.world.person import Person
from tests.world.world import World

DAY = 86_400


async def recover(maya: Person, code: str, passphrase: str = "a new lantern") -> tuple[int, dict[str, object]]:
    body = {"sign_in_name": maya.sign_in_name, "recovery_code": code, "new_passphrase": passphrase}
    reply = await maya.process.http.post("/v1/sessions/recovery", json=body)
    return reply.status_code, reply.json()


async def test_sessions_are_listed_with_their_carrier(world: World) -> None:
    maya = await world.person("Maya")
    tablet = await maya.again(carrier="cookie")
    listed = (await maya.get("/v1/sessions"))["items"]
    assert [(row["id"], row["carrier"], row["current"]) for row in listed] == [
        (tablet.session_id, "cookie", False),
        (maya.session_id, "token", True),
    ]


async def test_sessions_are_listed_page_by_page_newest_first(world: World) -> None:
    maya = await world.person("Maya")
    tablet, browser = await maya.again(), await maya.again()
    first = await maya.get("/v1/sessions?limit=2")
    assert [row["id"] for row in first["items"]] == [browser.session_id, tablet.session_id]
    rest = await maya.get(f"/v1/sessions?limit=2&cursor={first['next']}")
    assert ([row["id"] for row in rest["items"]], rest["next"]) == ([maya.session_id], None)


async def test_signing_out_ends_only_this_session_and_its_devices(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    tablet = await sponsor.again()
    await world.settle()
    await tablet.device()
    await sponsor.delete("/v1/sessions/current")
    await sponsor.get("/v1/me", expect=401)
    reasons = {row["id"]: row["disabled_reason"] for row in (await tablet.get("/v1/devices"))["items"]}
    assert [reasons[device] for device in (*sponsor.devices, *tablet.devices)] == ["signed_out", None]
    await maya.press()
    # Of the tablet's sign-in only, while it was signed in itself.
    assert await sponsor.pushed() == ["account_changed"]
    assert await tablet.pushed() == ["reach_out"]


async def test_signing_out_other_sessions(world: World) -> None:
    maya = await world.person("Maya")
    phone, tablet = await maya.again(), await maya.again()
    await phone.device()
    await maya.delete(f"/v1/sessions/{tablet.session_id}")
    await tablet.get("/v1/me", expect=401)
    await phone.get("/v1/me")
    await maya.delete("/v1/sessions/others")
    await phone.get("/v1/me", expect=401)
    assert [row["disabled_reason"] for row in (await maya.get("/v1/devices"))["items"]] == ["signed_out"]
    assert len((await maya.get("/v1/sessions"))["items"]) == 1


async def test_another_persons_session_cannot_be_ended(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    foreign = await ana.delete(f"/v1/sessions/{maya.session_id}", expect=404)
    missing = await ana.delete("/v1/sessions/0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e", expect=404)
    assert foreign | {"request_id": ""} == missing | {"request_id": ""}
    await ana.delete("/v1/sessions/nonsense", expect=404)
    await maya.get("/v1/me")


async def test_a_session_expires_after_180_days_without_use(world: World) -> None:
    maya = await world.person("Maya")
    idle = await maya.again()
    for _ in range(3):
        await world.forward(100 * DAY)
        await maya.get("/v1/me")
        await world.settle()
    await idle.get("/v1/me", expect=401)
    assert [row["id"] for row in (await maya.get("/v1/sessions"))["items"]] == [maya.session_id]
    await world.forward(180 * DAY + 1)
    await maya.get("/v1/me", expect=401)


async def test_proof_is_fresh_for_five_minutes(world: World) -> None:
    maya = await world.person("Maya")
    await world.forward(301)
    refusals = [
        await maya.delete("/v1/me", expect=403),
        await maya.post("/v1/recovery-codes", expect=403),
        await maya.put("/v1/me/passphrase", {"passphrase": "a new lantern"}, expect=403),
    ]
    assert {problem["type"] for problem in refusals} == {"/problems/proof-needed"}
    wrong = await maya.post("/v1/sessions/current/proof", {"passphrase": "wrong"}, expect=401)
    assert wrong["type"] == "/problems/wrong-credentials"
    proven = await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase}, expect=200)
    assert proven["id"] == maya.session_id
    await world.forward(299)
    await maya.put("/v1/me/passphrase", {"passphrase": "a new lantern"}, expect=204)


async def test_a_new_passphrase_ends_every_other_session(world: World) -> None:
    maya = await world.person("Maya")
    tablet = await maya.again()
    await maya.put("/v1/me/passphrase", {"passphrase": "a new lantern"}, expect=204)
    await tablet.get("/v1/me", expect=401)
    await maya.get("/v1/me")
    old = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    assert (await world.here.http.post("/v1/sessions", json=old)).status_code == 401
    maya.passphrase = "a new lantern"
    await maya.again()


async def test_a_recovery_code_opens_the_account_once(world: World) -> None:
    maya = await world.person("Maya")
    await maya.device()
    first, second = maya.recovery_codes[:2]
    status, signed_in = await recover(maya, first.lower().replace("-", " "))
    assert status == 201
    assert signed_in["person"] == {"id": maya.id, "display_name": "Maya"}
    await maya.get("/v1/me", expect=401)
    status, problem = await recover(maya, first)
    assert (status, problem["type"]) == (401, "/problems/wrong-credentials")
    maya.passphrase = "a new lantern"
    await maya.again()
    assert (await recover(maya, second))[0] == 201


async def test_new_recovery_codes_replace_the_old_ones(world: World) -> None:
    maya = await world.person("Maya")
    codes = (await maya.post("/v1/recovery-codes", expect=201))["recovery_codes"]
    assert len(set(codes)) == 10
    assert not set(codes) & set(maya.recovery_codes)
    assert (await recover(maya, maya.recovery_codes[0]))[0] == 401
    assert (await recover(maya, codes[0]))[0] == 201


async def test_recovery_code_guesses_are_rate_limited(world: World) -> None:
    maya = await world.person("Maya")
    statuses = [(await recover(maya, "0000-0000-0000-0000"))[0] for _ in range(11)]
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize("what", ["sessions", "people"])
async def test_signing_in_again_with_the_same_key_gives_the_same_session(world: World, what: str) -> None:
    maya = await world.person("Maya")
    body = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    if what == "people":
        body |= {"sign_in_name": "other", "display_name": "Other"}
    headers = {"Idempotency-Key": "k"}
    first = await world.here.http.post(f"/v1/{what}", json=body, headers=headers)
    again = await world.here.http.post(f"/v1/{what}", json=body, headers=headers)
    assert first.json()["session"] | {"expires_at": ""} == again.json()["session"] | {"expires_at": ""}
    before = await world.count("sessions")
    await world.here.http.post(f"/v1/{what}", json=body, headers=headers)
    assert await world.count("sessions") == before
