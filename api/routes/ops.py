"""Operation: liveness and readiness; the pages of the API documentation and of problems."""

from http import HTTPStatus
from importlib.resources import files
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from sqlalchemy import text

from api import problems, small_page
from api.dependencies import Services
from core.isolation import caught
from core.schema import MIN_REVISION
from rules.errors import NotFound

router = APIRouter(tags=["operation"])

DOCS_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
DOCS_PAGE = """<!doctype html>
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
DOCS_START_SCRIPT = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
)


NO_PUSH_KEY = "No key at hand opens push addresses, so this process can push nobody. Put back push.key or master.key, and restart."


@router.get("/healthz", summary="Check that the process answers", operation_id="check_alive")
async def check_alive() -> dict[str, str]:
    """Answer, as long as the process runs."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Check that this place is ready",
    responses={
        503: {
            "description": "The database is away or takes no writes (`read_only`, `disk_full`), its schema is too old, or no key opens push addresses."
        }
    },
    operation_id="check_ready",
)
async def check_ready(context: Services, to: Literal["serve"] | None = None) -> JSONResponse:
    """Check that the database answers and takes writes, its schema is recent enough for this release, and this process can push.

    `?to=serve` checks only what requests need from this process rather than another: presses are saved, and inboxes work, also without a
    key to push addresses; inboxes work while the database takes no writes.
    """
    reason: str | None = None
    with caught() as attempt:
        await context.database.ping()
        async with context.database.read() as session:
            revision = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        # Revisions are numbered; a newer schema, of a release that is being rolled out, is fine as well.
        if revision is None or str(revision) < MIN_REVISION:
            reason = "schema"
        elif to is None:
            reason = await context.database.write_obstacle()
    if attempt.error is not None:
        reason = "database"
    if reason is None and to is None and not context.keyring.opens_addresses:
        return JSONResponse(
            {"status": "not ready", "because": "push_keys", "detail": NO_PUSH_KEY}, HTTPStatus.SERVICE_UNAVAILABLE
        )
    body = {"status": "ready"} if reason is None else {"status": "not ready", "because": reason}
    return JSONResponse(body, HTTPStatus.OK if reason is None else HTTPStatus.SERVICE_UNAVAILABLE)


@router.get("/problems", include_in_schema=False)
async def all_problems() -> dict[str, Any]:
    """List all types of problems."""
    return {
        "items": [
            {"type": f"/problems/{slug}", "title": kind.title, "status": problems.STATUS[kind], "detail": kind.advice}
            for slug, kind in sorted(problems.PROBLEMS_BY_SLUG.items())
        ]
    }


@router.get("/problems/{slug}", include_in_schema=False)
async def problem(slug: str, request: Request) -> Response:
    """Explain a problem: a page in a browser, plain text otherwise."""
    kind, documentation = problems.PROBLEMS_BY_SLUG.get(slug), problems.documentation(slug)
    if kind is None or documentation is None:
        raise NotFound
    if small_page.accepts_html(request.headers):
        return small_page.render_small_page(kind.title, kind.advice, f"{problems.STATUS[kind]} · /problems/{slug}")
    return PlainTextResponse(documentation, headers={"Vary": "Accept"})


@router.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    """Serve the API documentation, with bundled assets."""
    return HTMLResponse(DOCS_PAGE, headers={"Content-Security-Policy": DOCS_POLICY})


@router.get("/docs/assets/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    if name == "start.js":
        return Response(DOCS_START_SCRIPT, media_type="text/javascript")
    if name not in DOCS_ASSETS:
        raise NotFound
    content = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(content, media_type=DOCS_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})
