"""A direct route answers as a plain route does: the same ordinary and odd requests sent to both."""

from collections.abc import AsyncIterator, MutableMapping, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from api.app import api_only
from api.middleware import MAX_BODY_BYTES, EdgeMiddleware
from tests.world.person import Person
from tests.world.process import http_client
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


@pytest.fixture
def plain_app(world: World) -> ASGIApp:
    """Return the same app without direct endpoints."""
    routes = api_only()
    routes.state.context = world.here.context
    return EdgeMiddleware(routes, world.settings)


@pytest_asyncio.fixture
async def plain(world: World, plain_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(plain_app, world.settings.public_url) as http:
        yield http


@pytest.mark.parametrize("case", PRESSES)
async def test_a_press_is_answered_alike(world: World, plain: httpx.AsyncClient, case: str) -> None:
    headers, body = PRESSES[case]
    replies = []
    for http in (world.here.http, plain):
        maya, _ = await world.circle("sponsor")
        sent = [("Authorization", f"Bearer {maya.token}"), *headers]
        replies.append(await http.post("/v1/reach-outs", headers=sent, content=body))
    assert_alike(*replies)


@pytest.mark.parametrize("query", PAGES)
async def test_a_page_is_answered_alike(world: World, plain: httpx.AsyncClient, query: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    path, headers = f"/v1/inbox{query}", {"Authorization": f"Bearer {sponsor.token}"}
    direct, other = [await http.get(path, headers=headers) for http in (world.here.http, plain)]
    assert_alike(direct, other)
    assert direct.is_error or direct.json() == other.json()


@pytest.mark.parametrize("credentials", ["nothing", "basic", "lower", "wrong", "cookie", "both", "bare", "two", "wide"])
async def test_credentials_are_read_alike(world: World, plain: httpx.AsyncClient, credentials: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    replies = [
        await http.get("/v1/inbox", headers=_credentials(world, sponsor, credentials))
        for http in (world.here.http, plain)
    ]
    assert_alike(*replies)
    assert replies[0].status_code == (200 if credentials in {"lower", "cookie", "wide"} else 401)


async def test_a_chunked_body_that_is_too_large_is_refused_alike(world: World, plain: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"note": "' + b"x" * MAX_BODY_BYTES
        yield b'"}'

    maya, _ = await world.circle("sponsor")
    headers = [("Authorization", f"Bearer {maya.token}"), *JSON]
    replies = [
        await http.post("/v1/reach-outs", headers=headers, content=endless()) for http in (world.here.http, plain)
    ]
    assert_alike(*replies)
    assert replies[0].status_code == 413


@pytest.mark.parametrize("refusal", ["empty circle", "key reused", "signed out", "another site"])
async def test_a_press_is_refused_alike(world: World, plain: httpx.AsyncClient, refusal: str) -> None:
    replies = []
    for http in (world.here.http, plain):
        maya, _ = await world.circle("sponsor") if refusal != "empty circle" else (await world.person(), None)
        sent = [("Authorization", f"Bearer {maya.token}"), ("Idempotency-Key", "key"), *JSON]
        if refusal == "key reused":
            await http.post("/v1/reach-outs", headers=sent, content=b"{}")
        if refusal == "signed out":
            sent = JSON
        if refusal == "another site":
            sent = [("Cookie", f"{world.settings.cookie_name}={maya.token}"), ("Sec-Fetch-Site", "cross-site")]
        replies.append(await http.post("/v1/reach-outs", headers=sent, content=b'{"note": "Hi"}'))
    assert_alike(*replies)
    assert replies[0].status_code == {"empty circle": 409, "key reused": 422, "signed out": 401}.get(refusal, 403)


async def test_an_ordinary_press_is_served_directly(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise these tests would compare the plain route with itself."""
    maya, sponsor = await world.circle("sponsor")

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the dependency graph was solved")

    monkeypatch.setattr("fastapi.routing.solve_dependencies", refuse)
    reply = await world.here.http.post(
        "/v1/reach-outs", headers=[("Authorization", f"Bearer {maya.token}"), *JSON], content=b'{"note": "Hi"}'
    )
    assert reply.status_code == 201, reply.text
    page = await world.here.http.get("/v1/inbox?limit=5", headers={"Authorization": f"Bearer {sponsor.token}"})
    assert page.status_code == 200, page.text


async def test_an_unexpected_error_is_logged_alike(world: World, plain: httpx.AsyncClient) -> None:
    def broken(deliveries: Sequence[UUID]) -> None:
        raise RuntimeError(len(deliveries))

    world.here.context.dispatch_now = broken
    replies = []
    with capture_logs() as lines:
        for http in (world.here.http, plain):
            maya, _ = await world.circle("sponsor")
            replies.append(await http.post("/v1/reach-outs", headers={"Authorization": f"Bearer {maya.token}"}))
    assert_alike(*replies)
    assert replies[0].status_code == 500
    assert [line["error"] for line in lines if line["event"] == "request_failed"] == ["RuntimeError"] * 2


async def test_a_disconnected_client_is_handled_alike(world: World, plain_app: ASGIApp) -> None:
    for app in (world.here.app, plain_app):
        maya, _ = await world.circle("sponsor")
        statuses: list[int] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any], statuses: list[int] = statuses) -> None:
            statuses += [message["status"]] if message["type"] == "http.response.start" else []

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/reach-outs",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {maya.token}".encode())],
        }
        await app(scope, receive, send)
        assert statuses == [400]


def _credentials(world: World, who: Person, how: str) -> list[tuple[str, str]]:
    cookie = ("Cookie", f"other=1; {world.settings.cookie_name}={who.token}")
    return {
        "nothing": [],
        "basic": [("Authorization", "Basic abc")],
        "lower": [("authorization", f"bearer {who.token}")],
        "wrong": [("Authorization", "Bearer nobody")],
        "cookie": [cookie],
        # `Authorization` wins, even if it is wrong.
        "both": [cookie, ("Authorization", "Bearer nobody")],
        "wide": [("Authorization", f"Bearer  {who.token} ")],
        "bare": [("Authorization", "Bearer")],
        "two": [("Authorization", "Bearer nobody"), ("Authorization", f"Bearer {who.token}")],
    }[how]


def assert_alike(direct: httpx.Response, plain: httpx.Response) -> None:
    assert direct.status_code == plain.status_code, (direct.text, plain.text)
    assert direct.headers["content-type"] == plain.headers["content-type"]
    assert set(direct.headers) == set(plain.headers)
    direct_body, plain_body = direct.json(), plain.json()
    if direct.is_error:
        assert direct_body | {"request_id": ""} == plain_body | {"request_id": ""}
    else:
        assert list(direct_body) == list(plain_body)
