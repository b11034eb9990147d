"""For those who run it: is it alive, is it ready, how is it doing; and the documentation's own pages."""

import hmac
import ipaddress
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from api import problems, small_page
from api.dependencies import Services
from core.isolation import caught
from core.schema import MIN_REVISION
from rules.errors import NotFound

router = APIRouter(tags=["operation"])

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Porchlight API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'


NO_PUSH_KEY = "No key at hand opens push addresses, so this process can push nobody. Put back push.key or master.key, and restart."


@router.get("/healthz", summary="Check that the process answers")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Check that this place is ready",
    responses={503: {"description": "The database is away, its schema is too old, or no key opens push addresses."}},
)
async def ready(context: Services, to: Literal["serve"] | None = None) -> JSONResponse:
    """The database answers, its schema is not older than this release needs, and this process can push.

    `?to=serve` asks for what a request needs: presses are saved, and inboxes go on, where no key opens push addresses.
    """
    why = None
    with caught() as look:
        await context.database.ping()
        async with context.database.read() as session:
            found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        # Revisions are numbered, so a newer schema (a release that is being rolled out) is good as well.
        if found is None or str(found) < MIN_REVISION:
            why = "schema"
    if look.error is not None:
        why = "database"
    if why is None and to is None and not context.keyring.opens_addresses:
        return JSONResponse(
            {"status": "not ready", "because": "push_keys", "detail": NO_PUSH_KEY}, HTTPStatus.SERVICE_UNAVAILABLE
        )
    body = {"status": "ready"} if why is None else {"status": "not ready", "because": why}
    return JSONResponse(body, HTTPStatus.OK if why is None else HTTPStatus.SERVICE_UNAVAILABLE)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, context: Services) -> Response:
    """Prometheus metrics, for loopback or with the metrics token."""
    token = context.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    good = token is not None and hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    if not good and not _from_here(request):
        raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _from_here(request: Request) -> bool:
    # Behind a proxy on the same machine everybody comes from loopback; a forwarded request is not from here.
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get("/problems", include_in_schema=False)
async def all_problems() -> dict[str, Any]:
    """Every kind of error there is."""
    return {
        "items": [
            {"type": f"/problems/{slug}", "title": kind.title, "status": problems.STATUS[kind], "detail": kind.advice}
            for slug, kind in sorted(problems.BY_SLUG.items())
        ]
    }


@router.get("/problems/{slug}", include_in_schema=False)
async def problem(slug: str, request: Request) -> Response:
    """What an error means and what to do: a page in a browser, plain text for the rest."""
    kind, found = problems.BY_SLUG.get(slug), problems.documentation(slug)
    if kind is None or found is None:
        raise NotFound
    if small_page.wants(request.headers):
        return small_page.page(kind.title, kind.advice, f"{problems.STATUS[kind]} · /problems/{slug}")
    return PlainTextResponse(found, headers={"Vary": "Accept"})


@router.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    """The API, to read and try out; with assets of our own."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": DOCS_POLICY})


@router.get("/docs/assets/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    if name == "start.js":
        return Response(START, media_type="text/javascript")
    if name not in ASSETS:
        raise NotFound
    held = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(held, media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})
