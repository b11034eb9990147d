"""The short way in answers as the long way does: the same requests, sent both ways, ordinary and odd."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from api.app import api_only
from api.middleware import LARGEST, Edge
from tests.world.person import Person
from tests.world.served import client
from tests.world.world import World

JSON = [("Content-Type", "application/json")]
PRESSES: dict[str, tuple[list[tuple[str, str]], bytes]] = {
    "nothing": ([], b""),
    "all of it": (JSON, b'{"note": "Hi", "need": "talk", "pressed_at": "2026-11-01T21:40:00Z"}'),
    "no content type": ([], b'{"note": "Hi"}'),
    "a charset": ([("Content-Type", "application/json; charset=utf-8")], b'{"note": "Hi"}'),
    "another content type": ([("Content-Type", "text/plain")], b'{"note": "Hi"}'),
    "plain text that is none": ([("Content-Type", "text/plain;charset=UTF-8")], b"Hi"),
    "a long note": (JSON, b'{"note": "' + b"x" * 9000 + b'"}'),
    "a newer app": (JSON, b'{"hat": 1, "need": "cake", "to": "all"}'),
    "not JSON": (JSON, b'{"note": '),
    "not an object": (JSON, b"[1]"),
    "null": (JSON, b"null"),
    "half a letter": (JSON, b'{"note": "\\ud800"}'),
    "not UTF-8": (JSON, b'{"note": "\xff"}'),
    "deep": (JSON, b"[" * 5000 + b"]" * 5000),
    "somebody unknown": (JSON, b'{"to": ["019a0000-0000-7000-8000-000000000000"]}'),
    "nobody": (JSON, b'{"to": []}'),
    "a long key": ([*JSON, ("Idempotency-Key", "k" * 256)], b"{}"),
    "an empty key": ([*JSON, ("Idempotency-Key", "")], b"{}"),
    "two keys": ([*JSON, ("Idempotency-Key", "one"), ("Idempotency-Key", "two")], b"{}"),
}
PAGES = (
    "",
    "?limit=1",
    "?limit=0",
    "?limit=101",
    "?limit=many",
    "?limit=1&limit=2",
    "?unread=true&kind=reach_out",
    "?unread=0",
    "?unread=perhaps",
    "?kind=cake",
    "?cursor=019a0000-0000-7000-8000-000000000000",
    "?cursor=back",
    "?hat=1",
    "?limit=",
)


@pytest_asyncio.fixture
async def long_way(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The same service without the lane."""
    routes = api_only()
    routes.state.context = world.here.context
    app = Edge(routes, world.settings)
    async with client(app, world.settings.public_url) as made:
        yield made


@pytest.mark.parametrize("which", PRESSES)
async def test_a_press_is_answered_alike(world: World, long_way: httpx.AsyncClient, which: str) -> None:
    headers, body = PRESSES[which]
    replies = []
    for http in (world.here.http, long_way):
        maya, _ = await world.circle("sponsor")
        sent = [("Authorization", f"Bearer {maya.token}"), *headers]
        replies.append(await http.post("/v1/reach-outs", headers=sent, content=body))
    _alike(*replies)


@pytest.mark.parametrize("query", PAGES)
async def test_a_page_is_answered_alike(world: World, long_way: httpx.AsyncClient, query: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    path, said = f"/v1/inbox{query}", {"Authorization": f"Bearer {sponsor.token}"}
    short, long = [await http.get(path, headers=said) for http in (world.here.http, long_way)]
    _alike(short, long)
    assert short.is_error or short.json() == long.json()


@pytest.mark.parametrize("carried", ["nothing", "basic", "lower", "wrong", "cookie", "both", "bare", "two", "wide"])
async def test_who_asks_is_read_alike(world: World, long_way: httpx.AsyncClient, carried: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    replies = [
        await http.get("/v1/inbox", headers=_carried(world, sponsor, carried)) for http in (world.here.http, long_way)
    ]
    _alike(*replies)
    assert replies[0].status_code == (200 if carried in {"lower", "cookie", "wide"} else 401)


async def test_a_body_without_a_length_that_is_too_large_is_refused_alike(
    world: World, long_way: httpx.AsyncClient
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"note": "' + b"x" * LARGEST
        yield b'"}'

    maya, _ = await world.circle("sponsor")
    headers = [("Authorization", f"Bearer {maya.token}"), *JSON]
    replies = [
        await http.post("/v1/reach-outs", headers=headers, content=endless()) for http in (world.here.http, long_way)
    ]
    _alike(*replies)
    assert replies[0].status_code == 413


async def test_what_nobody_expected_is_logged(world: World) -> None:
    maya, _ = await world.circle("sponsor")

    def broken(deliveries: Sequence[UUID]) -> None:
        raise RuntimeError(len(deliveries))

    world.here.context.dispatch_now = broken
    with capture_logs() as lines:
        await maya.press(expect=500)
    assert [line["error"] for line in lines if line["event"] == "request_failed"] == ["RuntimeError"]


def _carried(world: World, who: Person, how: str) -> list[tuple[str, str]]:
    cookie = ("Cookie", f"other=1; {world.settings.cookie_name}={who.token}")
    return {
        "nothing": [],
        "basic": [("Authorization", "Basic abc")],
        "lower": [("authorization", f"bearer {who.token}")],
        "wrong": [("Authorization", "Bearer nobody")],
        "cookie": [cookie],
        # `Authorization` wins, also when it is wrong.
        "both": [cookie, ("Authorization", "Bearer nobody")],
        "wide": [("Authorization", f"Bearer  {who.token} ")],
        "bare": [("Authorization", "Bearer")],
        "two": [("Authorization", "Bearer nobody"), ("Authorization", f"Bearer {who.token}")],
    }[how]


def _alike(short: httpx.Response, long: httpx.Response) -> None:
    assert short.status_code == long.status_code, (short.text, long.text)
    assert short.headers["content-type"] == long.headers["content-type"]
    assert set(short.headers) == set(long.headers)
    one, other = short.json(), long.json()
    if short.is_error:
        assert one | {"request_id": ""} == other | {"request_id": ""}
    else:
        assert list(one) == list(other)
