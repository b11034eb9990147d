"""Limits for strangers: mass sign-ups and distributed guessing are slowed, and nobody else is affected."""

from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from core.settings import Settings
from models import KnownPlace
from rules.accounts import known_places
from tests.world.person import PASSPHRASE, Person
from tests.world.process import Process
from tests.world.world import World

LOOPBACK = "127.0.0.1"


class Clients:
    """Clients of a process with other addresses."""

    def __init__(self, process: Process, stack: AsyncExitStack) -> None:
        self._process = process
        self._stack = stack

    async def at(self, host: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._process.app, client=(host, 1))
        return await self._stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")
        )


async def sign_up(http: httpx.AsyncClient, name: str, **fields: object) -> httpx.Response:
    body = {"sign_in_name": name, "passphrase": PASSPHRASE, "display_name": "Somebody", **fields}
    return await http.post("/v1/people", json=body)


async def guess(http: httpx.AsyncClient, name: str, passphrase: str = "wrong") -> int:
    return (await http.post("/v1/sessions", json={"sign_in_name": name, "passphrase": passphrase})).status_code


@pytest.fixture
def three_sign_ups(settings: Settings) -> Settings:
    return settings.model_copy(update={"sign_ups": 3})


def test_the_default_limit_is_30_sign_ups_per_place() -> None:
    assert Settings(_env_file=None).sign_ups == 30


async def test_sign_ups_are_limited_per_place(world: World, three_sign_ups: Settings) -> None:
    process = await world.another_process(settings=three_sign_ups)
    async with AsyncExitStack() as stack:
        clients = Clients(process, stack)
        client = await clients.at("2001:db8:1:2::1")
        for name in ("one", "two", "three"):
            assert (await sign_up(client, name)).status_code == 201
        neighbour = await clients.at("2001:db8:1:2:ffff::9")
        refused = await sign_up(neighbour, "four")
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")
        wait = int(refused.headers["retry-after"])
        assert 0 < wait <= 201
        # The limit is in the database: another process shares it. Another network is not affected.
        beside = await Clients(await world.another_process(settings=three_sign_ups), stack).at("2001:db8:1:2::1")
        assert (await sign_up(beside, "four")).status_code == 429
        assert (await sign_up(await clients.at("2001:db8:1:3::1"), "five")).status_code == 201
        # Existing accounts sign in as usual.
        assert await guess(client, "one", PASSPHRASE) == 201
        await world.forward(wait)
        assert (await sign_up(client, "four")).status_code == 201


async def test_whoever_tries_it_on_the_machine_itself_is_not_counted(world: World, settings: Settings) -> None:
    chosen = settings.model_dump(exclude_unset=True, exclude={"sign_ups"})
    process = await world.another_process(settings=Settings(_env_file=None, **chosen))
    async with AsyncExitStack() as stack:
        clients = Clients(process, stack)
        here, strangers, proxied = await clients.at(LOOPBACK), await clients.at("192.0.2.7"), await clients.at(LOOPBACK)
        assert {(await sign_up(here, f"demo{i}")).status_code for i in range(33)} == {201}
        assert [(await sign_up(strangers, f"anna{i}")).status_code for i in range(31)] == [201] * 30 + [429]
        proxied.headers["Via"] = "1.1 proxy"
        assert [(await sign_up(proxied, f"bert{i}")).status_code for i in range(31)] == [201] * 30 + [429]


async def test_a_limit_that_the_operator_has_set_holds_on_the_machine_itself_too(
    world: World, three_sign_ups: Settings
) -> None:
    process = await world.another_process(settings=three_sign_ups)
    async with AsyncExitStack() as stack:
        here = await Clients(process, stack).at(LOOPBACK)
        assert [(await sign_up(here, f"demo{i}")).status_code for i in range(4)] == [201] * 3 + [429]


def test_a_server_for_others_counts_its_own_machine_where_a_proxy_may_hide_everybody() -> None:
    for address in ("http://localhost:8000", "http://127.0.0.1:8001", "http://[::1]:8000"):
        assert not Settings(_env_file=None, public_url=address).counts_own_sign_ups
    for address in ("https://porch.example", "http://192.168.1.5:8000"):
        assert Settings(_env_file=None, public_url=address).counts_own_sign_ups


async def test_invited_people_bypass_the_limit_and_tries_per_link_are_limited(
    world: World, three_sign_ups: Settings
) -> None:
    maya = await world.person("Maya")
    links = [(await maya.invites())["token"] for _ in range(5)]
    process = await world.another_process(settings=three_sign_ups)
    async with AsyncExitStack() as stack:
        client = await Clients(process, stack).at("192.0.2.1")
        alone = [(await sign_up(client, f"anna{i}")).status_code for i in range(4)]
        assert alone == [201, 201, 201, 429]
        group = [(await sign_up(client, f"bert{i}", invitation_token=link)).status_code for i, link in enumerate(links)]
        assert group == [201] * 5
        # A link is for one person, not for testing which names exist.
        last = (await maya.invites())["token"]
        tries = [(await sign_up(client, "bert0", invitation_token=last)).status_code for _ in range(12)]
        assert tries == [409] * 10 + [429] * 2


async def test_distributed_guesses_never_lock_a_person_out_of_known_places(world: World) -> None:
    maya = await world.person("Maya")
    async with AsyncExitStack() as stack:
        clients = Clients(world.here, stack)
        tries = [await guess(await clients.at(f"198.51.100.{i}"), maya.sign_in_name) for i in range(42)]
        assert tries == [401] * 40 + [429] * 2
        # The right passphrase from an unknown place waits too, or guessers would learn it; at a known place it does not.
        unknown_place = await clients.at("198.51.100.99")
        assert await guess(unknown_place, maya.sign_in_name, PASSPHRASE) == 429
        await maya.again()
        assert await guess(await clients.at("198.51.100.98"), "somebody.else", PASSPHRASE) == 401
        # A place of a successful sign-in is known from then on.
        await world.forward(61)
        assert await guess(unknown_place, maya.sign_in_name, PASSPHRASE) == 201
        await guess(await clients.at("198.51.100.97"), maya.sign_in_name)
        assert await guess(await clients.at("198.51.100.96"), maya.sign_in_name) == 429
        assert await guess(unknown_place, maya.sign_in_name, PASSPHRASE) == 201


async def test_guesses_for_an_unknown_name_are_limited_too(world: World) -> None:
    async with AsyncExitStack() as stack:
        clients = Clients(world.here, stack)
        tries = [await guess(await clients.at(f"198.51.100.{i}"), "nobody.at.all") for i in range(42)]
        assert tries == [401] * 40 + [429] * 2


async def test_recovery_code_guesses_are_limited_like_passphrases(world: World) -> None:
    maya = await world.person("Maya")
    body = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": "0000-0000-0000-0000",
        "new_passphrase": "a lamp at the gate",
    }
    async with AsyncExitStack() as stack:
        clients = Clients(world.here, stack)
        for i in range(40):
            reply = await (await clients.at(f"198.51.100.{i}")).post("/v1/sessions/recovery", json=body)
            assert reply.status_code == 401
        slowed = await (await clients.at("198.51.100.99")).post("/v1/sessions/recovery", json=body)
        assert slowed.status_code == 429
        right = body | {"recovery_code": maya.recovery_codes[0]}
        assert (await world.here.http.post("/v1/sessions/recovery", json=right)).status_code == 201


async def test_places_are_stored_as_keyed_hashes_and_pruned(world: World) -> None:
    maya = await world.person("Maya")
    async with AsyncExitStack() as stack:
        clients = Clients(world.here, stack)
        for i in range(known_places.MAX_PLACES + 2):
            await world.forward(10)
            assert await guess(await clients.at(f"198.51.100.{i}"), maya.sign_in_name, PASSPHRASE) == 201
    [[kept]] = await world.rows(select(func.count()).select_from(KnownPlace))
    assert kept == known_places.MAX_PLACES
    rows = repr(await world.rows(select(KnownPlace.place_hash)))
    assert "198.51.100" not in rows
    await maya.delete("/v1/me")
    assert await world.count("known_places") == 0


async def test_an_untrusted_proxy_is_reported_once(world: World, three_sign_ups: Settings) -> None:
    async def warnings(*signing_up: tuple[str, dict[str, str]]) -> list[str]:
        process = await world.another_process(settings=three_sign_ups.model_copy(update={"sign_ups": 100_000}))
        async with AsyncExitStack() as stack:
            with capture_logs() as lines:
                for number, (host, headers) in enumerate(signing_up):
                    http = await Clients(process, stack).at(host)
                    name = f"{len(lines)}-{number}-{id(lines)}"
                    body = {"sign_in_name": name, "passphrase": PASSPHRASE, "display_name": "Somebody"}
                    assert (await http.post("/v1/people", json=body, headers=headers)).status_code == 201
        return [line["event"] for line in lines if line["event"] == "sign_ups_from_one_private_address"]

    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert len(await warnings(("172.17.0.1", forwarded), ("172.17.0.1", forwarded))) == 1
    assert len(await warnings(*[("172.17.0.1", {})] * 8)) == 1
    assert await warnings(*[("172.17.0.1", {})] * 3, ("172.17.0.9", {}), *[("172.17.0.1", {})] * 5) == []
    assert await warnings(*[("203.0.113.7", {})] * 8) == []
    assert await warnings(*[(LOOPBACK, {})] * 8) == []


async def test_proofs_are_rate_limited(world: World) -> None:
    maya: Person = await world.person("Maya")
    tries = [await maya.send("POST", "/v1/sessions/current/proof", {"passphrase": "wrong"}) for _ in range(11)]
    assert [reply.status_code for reply in tries] == [401] * 10 + [429]


async def test_a_right_passphrase_never_counts_even_if_the_sign_in_fails(world: World) -> None:
    maya = await world.person("Maya")
    body = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    key = {"Idempotency-Key": "of-another-body"}
    assert (
        await world.here.http.post("/v1/sessions", json=body | {"carrier": "cookie"}, headers=key)
    ).status_code == 201
    for _ in range(15):
        reply = await world.here.http.post("/v1/sessions", json=body, headers=key)
        assert reply.json()["type"] == "/problems/key-reused"
    assert await guess(world.here.http, maya.sign_in_name, maya.passphrase) == 201
