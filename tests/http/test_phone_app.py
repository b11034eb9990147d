"""Serving the phone app: which path gives which file, and with which headers."""

import gzip
import os
import time
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import phone_app
from api.app import api_only
from api.middleware import EdgeMiddleware
from tests.world.world import World

PAGE = "<!doctype html><title>Porchlight</title><div id=app></div>" * 20
SCRIPT = "document.title = 'Porchlight';\n" * 50
SMALL = b"stands for the Brotli copy that the build makes"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create the files of a built app."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(PAGE)
    (dist / "sw.js").write_text("self.addEventListener('push', () => {});")
    (dist / "manifest.webmanifest").write_text("{}")
    (dist / "icon.png").write_bytes(b"\x89PNG")
    (dist / ".digest").write_text("not for anybody")
    (dist / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (dist / "assets" / "index-1a2b.js.br").write_bytes(SMALL)
    for language in ("en", "es"):
        (dist / "assets" / f"{language}-3c4d.json").write_text("[]")
    return dist


@pytest.fixture
async def http(world: World, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with _serving(world, folder) as client:
        yield client


def _serving(world: World, folder: Path) -> httpx.AsyncClient:
    app = api_only()
    phone_app.install_phone_app(app, folder)
    app.state.context = world.here.context
    transport = httpx.ASGITransport(EdgeMiddleware(app, world.settings))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


async def test_the_page_is_revalidated_by_etag(http: httpx.AsyncClient) -> None:
    page = await http.get("/", headers=BROWSER)
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    again = await http.get("/", headers={**BROWSER, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await http.head("/", headers=BROWSER)).status_code == 200


@pytest.mark.parametrize(
    ("accept_language", "words"), [("es-MX,es;q=0.9", "es"), ("en-GB", "en"), ("de-DE,es;q=0.5", "en"), ("", "en")]
)
async def test_the_page_preloads_language_and_profile(
    http: httpx.AsyncClient, accept_language: str, words: str
) -> None:
    page = await http.get("/", headers={**BROWSER, "Accept-Language": accept_language})
    ahead = "rel=preload; as=fetch; crossorigin"
    assert page.headers["link"] == f"</assets/{words}-3c4d.json>; {ahead}, </v1/me>; {ahead}"
    assert "Accept-Language" in page.headers["vary"]
    assert "link" not in (await http.get("/assets/index-1a2b.js")).headers


async def test_the_page_has_a_strict_content_security_policy(http: httpx.AsyncClient) -> None:
    headers = (await http.get("/")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    for power in ("camera", "microphone", "geolocation"):
        assert f"{power}=()" in headers["permissions-policy"]


async def test_hashed_assets_are_cached_for_a_year(http: httpx.AsyncClient) -> None:
    script = await http.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert script.text == SCRIPT
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    assert int(script.headers["content-length"]) <= len(gzip.compress(SCRIPT.encode(), 9))
    plain = await http.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers) == (SCRIPT, False)
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip", "br"),
        ("gzip, br;q=0", "gzip"),
        ("GZIP;q=0.2", "gzip"),
        ("br; q=0.000", None),
        ("brotli", None),
        ("", None),
    ],
)
async def test_a_file_is_sent_in_the_smallest_encoding_that_the_browser_takes(
    http: httpx.AsyncClient, accepted: str, sent: str | None
) -> None:
    async with http.stream("GET", "/assets/index-1a2b.js", headers={"Accept-Encoding": accepted}) as script:
        body = b"".join([chunk async for chunk in script.aiter_raw()])
    assert script.headers.get("content-encoding") == sent
    assert body == SMALL if sent == "br" else SCRIPT.encode() == (gzip.decompress(body) if sent else body)
    assert (await http.get("/assets/index-1a2b.js.br")).status_code == 404


async def test_a_copy_that_is_older_than_its_file_is_never_sent(world: World, folder: Path) -> None:
    script = folder / "assets" / "index-1a2b.js"
    os.utime(script, (time.time() + 60, time.time() + 60))
    async with _serving(world, folder) as http:
        reply = await http.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip, br"})
    assert (reply.headers["content-encoding"], reply.text) == ("gzip", SCRIPT)


async def test_the_service_worker_is_never_cached_and_controls_the_whole_app(http: httpx.AsyncClient) -> None:
    worker = await http.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["service-worker-allowed"] == "/"
    assert "connect-src 'self'" in worker.headers["content-security-policy"], (
        "the worker's own policy applies to its requests"
    )
    manifest = await http.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    icon = await http.get("/icon.png")
    assert (icon.headers["content-type"], icon.content) == ("image/png", b"\x89PNG")


async def test_invitation_paths_give_the_page_and_unknown_paths_a_404(
    http: httpx.AsyncClient,
) -> None:
    for path in ("/invitation/", "/%23/invitation/0199f3c2"):
        assert (await http.get(path, headers=BROWSER)).text == PAGE
    for path in ("/circle", "/reach-outs/0199f3c2"):
        reply = await http.get(path, headers=BROWSER)
        assert (reply.status_code, "nothing at this address" in reply.text) == (404, True)
    for path in ("/circle", "/favicon.ico", "/.digest", "/../pyproject.toml"):
        assert (await http.get(path)).status_code == 404, path
    assert (await http.post("/circle", headers=BROWSER)).status_code == 404


async def test_a_link_with_an_encoded_hash_sign_gives_the_page(http: httpx.AsyncClient) -> None:
    token = "aB3_dE-fGh1jKlMnOpQr5w"
    for path in (
        f"/%23/invitation/{token}",
        f"/%23/invitation/{token}.",
        f"/%23%2Finvitation%2F{token})",
        f"/%2523/invitation/{token}",
        f"/invitation/{token}.",
        "/%23/invitation/%E0%A4%A",
        "/%23/inbox",
    ):
        reply = await http.get(path, headers=BROWSER)
        assert (reply.status_code, reply.text) == (200, PAGE), path


async def test_a_request_target_that_is_no_path_gives_a_404(world: World) -> None:
    """`GET * HTTP/1.1`, as sent by a scanner; httpx cannot send it."""
    sent: list[MutableMapping[str, Any]] = []

    async def nothing_more() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "*", "query_string": b"", "headers": []}
    await world.here.app(scope, nothing_more, send)
    assert sent[0]["status"] == 404


async def test_unknown_api_paths_give_a_problem_document(http: httpx.AsyncClient) -> None:
    for path in ("/v1/nothing", "/v1", "/docs/nothing", "/assets/index-old.js", "/problems/nothing", "/logo.svg"):
        reply = await http.get(path, headers=BROWSER if path.startswith("/v1") else {})
        assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found"), path


async def test_server_routes_are_never_replaced_by_the_app(http: httpx.AsyncClient) -> None:
    for path in ("/docs", "/healthz", "/openapi.json", "/problems", "/problems/not-found"):
        reply = await http.get(path, headers=BROWSER)
        assert (reply.status_code, "id=app" in reply.text) == (200, False), path


async def test_without_a_built_app_the_root_explains_itself(world: World, tmp_path: Path) -> None:
    async with _serving(world, tmp_path) as http:
        page = await http.get("/", headers=BROWSER)
        assert page.status_code == 200
        assert 'href="/docs"' in page.text
        assert page.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert (await http.get("/circle", headers=BROWSER)).status_code == 404
