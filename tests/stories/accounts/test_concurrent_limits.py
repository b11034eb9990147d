"""Limits hold for concurrent requests as they do for sequential ones."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from core.settings import Settings
from tests.world.bookends import plans
from tests.world.race import race
from tests.world.world import World

MANY = 12


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Allow a connection for each request, or the pool would serialize them."""
    return settings.model_copy(update={"database_connections": 3 * (MANY + 2)})


def statuses(replies: Sequence[httpx.Response]) -> Counter[int]:
    return Counter(reply.status_code for reply in replies)


async def test_concurrent_wrong_passphrases(world: World) -> None:
    maya = await world.person("Maya")
    wrong = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
    guesses = (world.here.http.post("/v1/sessions", json=wrong) for _ in range(MANY))
    assert statuses(await race(world, "throttles IN SHARE", *guesses)) == {401: 10, 429: 2}


async def test_concurrent_right_passphrases_do_not_count(world: World) -> None:
    maya = await world.person("Maya")
    right = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    for _ in range(2):
        signed_in = (world.here.http.post("/v1/sessions", json=right) for _ in range(10))
        assert statuses(await race(world, "throttles IN SHARE", *signed_in)) == {201: 10}


async def test_invitations(world: World) -> None:
    maya = await world.person("Maya")
    for _ in range(28):
        invited = await maya.invites()
        await maya.delete(f"/v1/invitations/{invited['id']}")
    invitations = (maya.send("POST", "/v1/invitations", {"role": "friend"}) for _ in range(6))
    assert statuses(await race(world, "throttles IN SHARE", *invitations)) == {201: 2, 429: 4}


async def test_test_pushes(world: World) -> None:
    maya = await world.person("Maya")
    device = await maya.device()
    tests = (maya.send("POST", f"/v1/devices/{device['id']}/test") for _ in range(8))
    assert statuses(await race(world, "throttles IN SHARE", *tests)) == {200: 6, 429: 2}


async def test_pending_passkey_sign_ins(world: World) -> None:
    for _ in range(98):
        await world.here.http.post("/v1/sessions/passkey/options")
    begun = (world.here.http.post("/v1/sessions/passkey/options") for _ in range(5))
    assert statuses(await race(world, "throttles IN SHARE", *begun)) == {200: 2, 429: 3}


async def test_devices(world: World) -> None:
    maya = await world.person("Maya")
    for _ in range(18):
        await maya.device()
    new = (maya.send("POST", "/v1/devices", {"kind": "fcm", "token": f"token-{which}"}) for which in range(6))
    assert statuses(await race(world, "devices IN SHARE", *new)) == {201: 2, 409: 4}


async def test_bookends(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    body: dict[str, Any] = {"companion": sponsor.places[maya.id]}
    for _ in range(18):
        body["due_at"] = (await plans(maya, sponsor))["due_at"]
    planned = (maya.send("POST", "/v1/bookends", body) for _ in range(6))
    assert statuses(await race(world, "bookends IN SHARE", *planned)) == {201: 2, 409: 4}


async def test_a_device_is_registered_while_a_new_passphrase_ends_its_session(world: World) -> None:
    maya = await world.person("Maya")
    elsewhere = await maya.again()
    registered, changed = await race(
        world,
        "memberships IN EXCLUSIVE",
        elsewhere.send("POST", "/v1/devices", {"kind": "fcm", "token": "token"}),
        maya.send("PUT", "/v1/me/passphrase", {"passphrase": "another one by the door"}),
    )
    assert (registered.status_code, changed.status_code) == (201, 204)
    [device] = (await maya.get("/v1/devices"))["items"]
    assert device["disabled_reason"] == "signed_out"
