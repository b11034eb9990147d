"""What a stranger may try: signing up by the dozen, guessing from everywhere; and that nobody else is held up by it."""

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

AT_HOME = "127.0.0.1"


class Elsewhere:
    """`process` as it is reached from other addresses."""

    def __init__(self, process: Process, stack: AsyncExitStack) -> None:
        self._process = process
        self._stack = stack

    async def at(self, host: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._process.app, client=(host, 1))
        return await self._stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")
        )


async def sign_up(http: httpx.AsyncClient, name: str, **said: object) -> httpx.Response:
    body = {"sign_in_name": name, "passphrase": PASSPHRASE, "display_name": "Somebody", **said}
    return await http.post("/v1/people", json=body)


async def guess(http: httpx.AsyncClient, name: str, passphrase: str = "wrong") -> int:
    return (await http.post("/v1/sessions", json={"sign_in_name": name, "passphrase": passphrase})).status_code


@pytest.fixture
def few(settings: Settings) -> Settings:
    return settings.model_copy(update={"sign_ups": 3})


def test_thirty_may_sign_up_at_one_place_in_ten_minutes_unless_the_operator_says_otherwise() -> None:
    assert Settings(_env_file=None).sign_ups == 30


async def test_sign_ups_from_one_place_are_slowed_and_nobody_else_is(world: World, few: Settings) -> None:
    process = await world.another_process(settings=few)
    async with AsyncExitStack() as stack:
        elsewhere = Elsewhere(process, stack)
        there = await elsewhere.at("2001:db8:1:2::1")
        for name in ("one", "two", "three"):
            assert (await sign_up(there, name)).status_code == 201
        neighbour = await elsewhere.at("2001:db8:1:2:ffff::9")
        refused = await sign_up(neighbour, "four")
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")
        wait = int(refused.headers["retry-after"])
        assert 0 < wait <= 201
        # Kept in the database: another process counts on. Another network is not held up.
        beside = await Elsewhere(await world.another_process(settings=few), stack).at("2001:db8:1:2::1")
        assert (await sign_up(beside, "four")).status_code == 429
        assert (await sign_up(await elsewhere.at("2001:db8:1:3::1"), "five")).status_code == 201
        # Those who have an account sign in as ever.
        assert await guess(there, "one", PASSPHRASE) == 201
        await world.forward(wait)
        assert (await sign_up(there, "four")).status_code == 201


async def test_who_comes_by_an_invitation_is_not_held_up_and_a_link_takes_few_tries(
    world: World, few: Settings
) -> None:
    maya = await world.person("Maya")
    links = [(await maya.invites())["token"] for _ in range(5)]
    process = await world.another_process(settings=few)
    async with AsyncExitStack() as stack:
        there = await Elsewhere(process, stack).at("192.0.2.1")
        alone = [(await sign_up(there, f"anna{i}")).status_code for i in range(4)]
        assert alone == [201, 201, 201, 429]
        group = [(await sign_up(there, f"bert{i}", invitation_token=link)).status_code for i, link in enumerate(links)]
        assert group == [201] * 5
        # A link is good for one person, not for trying names with.
        last = (await maya.invites())["token"]
        tries = [(await sign_up(there, "bert0", invitation_token=last)).status_code for _ in range(12)]
        assert tries == [409] * 10 + [429] * 2


async def test_guesses_from_everywhere_never_keep_anybody_out_where_they_have_been(world: World) -> None:
    maya = await world.person("Maya")
    async with AsyncExitStack() as stack:
        elsewhere = Elsewhere(world.here, stack)
        tries = [await guess(await elsewhere.at(f"198.51.100.{i}"), maya.sign_in_name) for i in range(42)]
        assert tries == [401] * 40 + [429] * 2
        # The right one from an unknown place waits as well, or a guesser would be told; hers at home does not.
        nowhere = await elsewhere.at("198.51.100.99")
        assert await guess(nowhere, maya.sign_in_name, PASSPHRASE) == 429
        await maya.again()
        assert await guess(await elsewhere.at("198.51.100.98"), "somebody.else", PASSPHRASE) == 401
        # Where she got in once the wait was over, she is known from then on.
        await world.forward(61)
        assert await guess(nowhere, maya.sign_in_name, PASSPHRASE) == 201
        await guess(await elsewhere.at("198.51.100.97"), maya.sign_in_name)
        assert await guess(await elsewhere.at("198.51.100.96"), maya.sign_in_name) == 429
        assert await guess(nowhere, maya.sign_in_name, PASSPHRASE) == 201


async def test_a_name_that_nobody_has_is_slowed_like_any_other(world: World) -> None:
    async with AsyncExitStack() as stack:
        elsewhere = Elsewhere(world.here, stack)
        tries = [await guess(await elsewhere.at(f"198.51.100.{i}"), "nobody.at.all") for i in range(42)]
        assert tries == [401] * 40 + [429] * 2


async def test_recovery_codes_are_guessed_no_faster_than_passphrases(world: World) -> None:
    maya = await world.person("Maya")
    said = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": "0000-0000-0000-0000",
        "new_passphrase": "a lamp at the gate",
    }
    async with AsyncExitStack() as stack:
        elsewhere = Elsewhere(world.here, stack)
        for i in range(40):
            reply = await (await elsewhere.at(f"198.51.100.{i}")).post("/v1/sessions/recovery", json=said)
            assert reply.status_code == 401
        slowed = await (await elsewhere.at("198.51.100.99")).post("/v1/sessions/recovery", json=said)
        assert slowed.status_code == 429
        right = said | {"recovery_code": maya.recovery_codes[0]}
        assert (await world.here.http.post("/v1/sessions/recovery", json=right)).status_code == 201


async def test_of_places_only_a_keyed_hash_is_kept_and_not_for_ever(world: World) -> None:
    maya = await world.person("Maya")
    async with AsyncExitStack() as stack:
        elsewhere = Elsewhere(world.here, stack)
        for i in range(known_places.MAX_PLACES + 2):
            await world.forward(10)
            assert await guess(await elsewhere.at(f"198.51.100.{i}"), maya.sign_in_name, PASSPHRASE) == 201
    [[kept]] = await world.rows(select(func.count()).select_from(KnownPlace))
    assert kept == known_places.MAX_PLACES
    rows = repr(await world.rows(select(KnownPlace.place_hash)))
    assert "198.51.100" not in rows
    await maya.delete("/v1/me")
    assert await world.count("known_places") == 0


async def test_a_proxy_that_is_not_named_is_noticed_once(world: World, few: Settings) -> None:
    async def heard(*signing_up: tuple[str, dict[str, str]]) -> list[str]:
        process = await world.another_process(settings=few.model_copy(update={"sign_ups": 100_000}))
        async with AsyncExitStack() as stack:
            with capture_logs() as said:
                for number, (host, headers) in enumerate(signing_up):
                    http = await Elsewhere(process, stack).at(host)
                    name = f"{len(said)}-{number}-{id(said)}"
                    body = {"sign_in_name": name, "passphrase": PASSPHRASE, "display_name": "Somebody"}
                    assert (await http.post("/v1/people", json=body, headers=headers)).status_code == 201
        return [line["event"] for line in said if line["event"] == "sign_ups_from_one_private_address"]

    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert len(await heard(("172.17.0.1", forwarded), ("172.17.0.1", forwarded))) == 1
    assert len(await heard(*[("172.17.0.1", {})] * 8)) == 1
    assert await heard(*[("172.17.0.1", {})] * 3, ("172.17.0.9", {}), *[("172.17.0.1", {})] * 5) == []
    assert await heard(*[("203.0.113.7", {})] * 8) == []
    assert await heard(*[(AT_HOME, {})] * 8) == []


async def test_a_proof_is_limited_by_where_it_is_given(world: World) -> None:
    maya: Person = await world.person("Maya")
    tries = [await maya.send("POST", "/v1/sessions/current/proof", {"passphrase": "wrong"}) for _ in range(11)]
    assert [reply.status_code for reply in tries] == [401] * 10 + [429]
