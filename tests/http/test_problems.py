"""Problem documents: one for every error, each says what to do, none repeats the request's content."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from html import escape

import httpx
import pytest
from structlog.testing import capture_logs

from rules.languages import LANGUAGES
from tests.world.commitments import means_to
from tests.world.faults import no_commit_goes_through
from tests.world.operations import all_operations
from tests.world.world import World

SECRET = "quinsomething"
FIELDS = {"type", "title", "status", "detail", "request_id"}
JSON = {"Content-Type": "application/json"}
NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


def assert_problem(reply: httpx.Response, status: int, slug: str) -> dict[str, object]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = reply.json()
    assert set(problem) >= FIELDS
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_every_kind_of_mistake_has_its_problem_document(world: World) -> None:
    maya = await world.person("Maya")
    assert_problem(await maya.send("POST", "/v1/reach-outs", b"{not json", headers=JSON), 400, "bad-request")
    assert_problem(await maya.send("POST", "/v1/reach-outs", b"\xff\xfe", headers=JSON), 400, "bad-request")
    assert_problem(await world.here.http.get("/v1/me"), 401, "not-signed-in")
    assert_problem(await maya.send("GET", "/v1/nowhere"), 404, "not-found")
    assert_problem(await maya.send("GET", "/nowhere"), 404, "not-found")
    wrong = await maya.send("PUT", "/v1/me", {})
    assert_problem(wrong, 405, "wrong-method")
    assert {"GET", "PATCH", "DELETE"} <= set(wrong.headers["allow"].replace(" ", "").split(","))
    assert_problem(await maya.send("GET", "/v1/reach-outs/not-an-id"), 422, "invalid")
    assert_problem(await maya.send("GET", f"/v1/reach-outs/{NOWHERE}"), 404, "not-found")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_problem_opens_as_a_page_in_a_browser(world: World) -> None:
    listed = (await world.here.http.get("/problems")).json()["items"]
    for problem in listed:
        page = await world.here.http.get(problem["type"], headers=BROWSER)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert escape(problem["title"]) in page.text
        assert escape(problem["detail"]) in page.text
        assert '<a href="/">' in page.text
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "script" not in page.text
        plain = await world.here.http.get(problem["type"])
        assert plain.headers["content-type"].startswith("text/plain")


async def test_an_unknown_path_gives_a_page_in_a_browser(world: World) -> None:
    for path in ("/nowhere", "/nowhere.html", "/problems/none", "/docs/none", "/assets/none.js", "/a/b"):
        page = await world.here.http.get(path, headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert "nothing at this address" in page.text
        assert "Accept-Language" in page.headers["vary"]
        assert_problem(await world.here.http.get(path), 404, "not-found")
    assert_problem(await world.here.http.get("/v1/nowhere", headers=BROWSER), 404, "not-found")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,de;q=0.9", "de"), ("fr-FR, es;q=0.8", "es"), ("en-GB,de;q=0.5", "en"), ("tlh", "en"), ("", "en")],
)
async def test_the_page_of_an_unknown_path_is_in_the_browsers_language(
    world: World, accepted: str, language: str
) -> None:
    page = await world.here.http.get("/nowhere", headers={**BROWSER, "Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert LANGUAGES[language].pages.nowhere in page.text
    assert LANGUAGES[language].pages.open_app in page.text


async def test_bodies_are_limited_to_64_kib_with_or_without_a_length(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")

    async def slowly(size: int) -> AsyncIterator[bytes]:
        yield b'{"note": "'
        for _ in range(size // 1024):
            yield b" " * 1024
        yield b'"}'

    async def send(content: bytes | AsyncIterator[bytes]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {maya.token}", **JSON}
        return await world.here.http.post("/v1/reach-outs", content=content, headers=headers)

    assert "content-length" not in httpx.Request("POST", "http://x", content=slowly(1)).headers
    assert_problem(await send(b" " * (64 * 1024 + 1)), 413, "too-large")
    assert_problem(await send(slowly(70 * 1024)), 413, "too-large")
    assert await sponsor.inbox() == []
    assert (await send(slowly(60 * 1024))).status_code == 201
    assert (await send(b"{}" + b" " * 60_000)).status_code == 200


async def test_an_unexpected_error_gives_a_problem_document(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    maya, _ = await world.circle("sponsor")

    def broken(_: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(world.here.context.bus, "publish", broken)
    with capture_logs() as lines:
        reply = await maya.send("POST", "/v1/reach-outs", {"note": SECRET})
    assert_problem(reply, 500, "internal")
    assert SECRET not in reply.text + str(lines)
    assert [(line["event"], line["error"]) for line in lines if line["log_level"] == "error"] == [
        ("request_failed", "ZeroDivisionError")
    ]


async def test_a_database_failure_is_a_503_with_retry_after(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    async with no_commit_goes_through(world):
        with capture_logs() as lines:
            reply = await maya.send("POST", "/v1/reach-outs", {"note": SECRET})
    assert_problem(reply, 503, "unavailable")
    assert int(reply.headers["retry-after"]) >= 1
    assert SECRET not in reply.text + str(lines)
    assert await maya.press()


async def test_every_reply_has_its_own_request_id_and_security_headers(world: World) -> None:
    maya = await world.person("Maya")
    replies = [await maya.send("GET", path) for path in ("/v1/me", "/v1/nowhere", "/healthz")]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 3
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert replies[0].headers["cache-control"] == "no-store"


def requests_with_secret(known: Mapping[str, str]) -> list[tuple[str, str, object]]:
    """Return requests with the secret in every field, path and query of every operation, where it is invalid in most."""
    long = SECRET * 800
    asked: list[tuple[str, str, object]] = [
        (operation.method, operation.at(known), {field: value})
        for operation in all_operations()
        for field in operation.fields
        for value in (SECRET, long, [SECRET], {f"{SECRET}!": SECRET}, f"{SECRET}\u202e\x00")
    ]
    asked += [
        (operation.method, f"{operation.at(known)}?{name}={SECRET}", None)
        for operation in all_operations()
        for name in operation.query_names
    ]
    asked += [
        (operation.method, operation.at({**known, name: SECRET}), None)
        for operation in all_operations()
        for name in operation.path_names
    ]
    full = {"sign_in_name": "ok-name", "passphrase": "another lantern", "display_name": "Ok"}
    return [
        *asked,
        (
            "POST",
            "/v1/devices",
            {"kind": "webpush", "endpoint": f"https://{SECRET}.example/x", "keys": {"p256dh": SECRET, "auth": SECRET}},
        ),
        ("POST", "/v1/devices", {"kind": "fcm", "token": f"{SECRET} {SECRET}"}),
        ("POST", "/v1/people", full | {"time_zone": SECRET}),
        ("POST", "/v1/people", full | {"invitation_token": SECRET}),
        ("POST", "/v1/sessions", {"sign_in_name": SECRET, "passphrase": SECRET}),
        (
            "POST",
            "/v1/check-ins",
            {"week": {f"{SECRET}!": 1}, "shares": [{"membership_id": SECRET, "parts": [SECRET]}]},
        ),
        (
            "PUT",
            "/v1/me/rhythm",
            {"check_in": {"at": SECRET, "days": [SECRET]}, "week": {"at": "21:00", "day": SECRET}},
        ),
        ("PUT", "/v1/me/plan", {"professionals": [{"name": SECRET, "phone": SECRET}]}),
        ("PATCH", "/v1/me", {"hours": [{"day": SECRET, "from": SECRET, "to": SECRET}]}),
        ("POST", "/v1/commitments", {"text": SECRET, "days": [SECRET], "at": SECRET, "ends_on": SECRET}),
        ("GET", f"/{SECRET}", None),
        ("GET", f"/problems/{SECRET}", None),
        ("POST", "/v1/reach-outs", SECRET),
        ("POST", "/v1/reach-outs", f'{{"note": "{SECRET}'.encode()),
        ("POST", f"/v1/inbox/{known['notice_id']}/read?x={SECRET}", None),
    ]


@pytest.mark.promise(7)
async def test_promise_7_no_problem_and_no_log_line_repeats_the_request(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    await maya.press()
    [notice] = await sponsor.inbox("reach_out")
    meant = await means_to(sponsor)
    written = await sponsor.post("/v1/check-ins", {"feeling": 1}, expect=201)
    known = {
        "reach_out_id": str(world.reach_out),
        "notice_id": notice["id"],
        "device_id": next(iter(sponsor.devices)),
        "membership_id": sponsor.places[maya.id],
        "person_id": maya.id,
        "commitment_id": meant["id"],
        "check_in_id": written["id"],
        "date": "2026-03-10",
    }
    requests = requests_with_secret(defaultdict(lambda: NOWHERE, known))
    # Log lines of the test's HTTP client are not the server's.
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    refused = 0
    repeated = []
    with capture_logs() as lines, caplog.at_level(logging.INFO):
        for method, path, body in requests:
            reply = await sponsor.send(method, path, body, headers=JSON if isinstance(body, bytes) else None)
            assert reply.status_code < 500, f"{method} {path} {str(body)[:60]}: {reply.text}"
            refused += reply.is_error
            if SECRET in str(reply.headers) or (reply.is_error and SECRET in reply.text):
                repeated.append(f"{method} {path} {str(body)[:60]}: {reply.text[:300]}")
    assert repeated == []
    assert refused > 0.8 * len(requests)
    assert SECRET not in str(lines)
    assert SECRET not in caplog.text


CREATED_WITH_A_KEY = {
    "/v1/invitations": ({"role": "friend"}, {"role": "sponsor"}),
    "/v1/reach-outs": ({"note": "One"}, {"note": "Two"}),
    "/v1/reach-outs/{reach_out}/messages": ({"text": "One"}, {"text": "Two"}),
    "/v1/check-ins": ({"note": "One"}, {"note": "Two"}),
    "/v1/devices": ({"kind": "fcm", "token": "one"}, {"kind": "fcm", "token": "two"}),
    "/v1/commitments": ({"text": "One", "days": [1], "at": "21:00"}, {"text": "Two", "days": [1], "at": "21:00"}),
}


@pytest.mark.parametrize("path", CREATED_WITH_A_KEY)
async def test_a_reused_key_with_another_body_is_refused_everywhere(world: World, path: str) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.press()
    where = path.format(reach_out=world.reach_out)
    body, other_body = CREATED_WITH_A_KEY[path]
    first, again = [await maya.post(where, body, key="k") for _ in range(2)]
    assert first["id"] == again["id"]
    assert_problem(await maya.send("POST", where, other_body, key="k"), 422, "key-reused")


async def test_a_key_may_have_255_characters(world: World) -> None:
    maya = await world.person("Maya")
    body = {"role": "friend"}
    await maya.post("/v1/invitations", body, 201, key="k" * 255)
    for wrong in ("", "k" * 256):
        reply = await maya.send("POST", "/v1/invitations", body, headers={"Idempotency-Key": wrong})
        assert_problem(reply, 422, "invalid")


async def test_a_press_is_not_refused_for_its_key(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for key, again in (("k" * 255, 201), ("k" * 256, 201), ("", 200)):
        headers = {"Idempotency-Key": key}
        first = await maya.ask("POST", "/v1/reach-outs", {}, 201, headers=headers)
        assert (await maya.ask("POST", "/v1/reach-outs", {}, again, headers=headers))["id"] == first["id"]
        await maya.post(f"/v1/reach-outs/{first['id']}/close", {"outcome": "connected"}, 200)


async def test_a_flood_of_sign_ins_delays_no_press(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    credentials = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    flood = [asyncio.create_task(world.here.http.post("/v1/sessions", json=credentials)) for _ in range(20)]
    assert await maya.press()
    assert {reply.status_code for reply in await asyncio.gather(*flood)} <= {201, 429, 503}
