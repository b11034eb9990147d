"""The application: routes, problem documents, the phone app behind them and the middleware around them."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api import gone_caller, phone_app, problems
from api.context import Context
from api.direct_route import DirectRoute
from api.middleware import EdgeMiddleware
from api.routes import config, helplines, ops, well_known
from api.routes.accounts import channels, devices, me, passkeys, people, proof, sessions, ways_in
from api.routes.bookend import bookends
from api.routes.circle import blocks, circle, invitations, supporting
from api.routes.daily import check_ins, commitments, connections, plan, reach_ins, rhythm, threads
from api.routes.inbox import events, inbox
from api.routes.practice import practices
from api.routes.reach_out import messages, reach_outs, reflections

ROUTERS = (
    reach_outs,
    messages,
    reflections,
    bookends,
    practices,
    check_ins,
    reach_ins,
    commitments,
    threads,
    connections,
    rhythm,
    plan,
    inbox,
    events,
    config,
    people,
    # Before the sessions, whose path parameter would match these paths as well.
    passkeys,
    proof,
    sessions,
    me,
    ways_in,
    devices,
    channels,
    circle,
    invitations,
    supporting,
    blocks,
    helplines,
    well_known,
    ops,
)


def create_app(context: Context, routes: FastAPI | None = None) -> ASGIApp:
    """Return the ASGI application that serves this context; `routes`: the result of `api_only`, to reuse it."""
    app = routes or api_only()
    app.state.context = context
    return EdgeMiddleware(app, context.settings)


def api_only() -> FastAPI:
    """Return the routes without services, which is enough for the OpenAPI document."""
    app = FastAPI(
        title="Porchlight",
        version=version("porchlight"),
        summary="One press reaches a small circle of trusted people until a human being has answered.",
        description="Errors are problem documents (RFC 9457); /problems lists their types.",
        docs_url=None,
        redoc_url=None,
        responses=_everywhere(),
        strict_content_type=False,
        # A redirect would send the client to whatever host the request claims.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    problems.install_error_handlers(app, gone_caller.resolve_error)
    for module in ROUTERS:
        app.include_router(module.router)
    app.router.routes.insert(0, DirectRoute(route for module in ROUTERS for route in module.router.routes))
    phone_app.install_phone_app(app)
    return app


def _operation_id(route: APIRoute) -> str:
    """Return a name for generated clients, such as reach_outs_press or inbox_unread_count."""
    tag = str(route.tags[0]) if route.tags else "porchlight"
    return f"{tag}_{route.name}".replace("-", "_")


def _everywhere() -> dict[int | str, dict[str, Any]]:
    return {
        422: {
            "model": problems.Problem,
            "description": "`/problems/invalid`",
            "content": {problems.PROBLEM_MEDIA_TYPE: {}},
        },
        "default": {
            "model": problems.Problem,
            "description": "A problem.",
            "content": {problems.PROBLEM_MEDIA_TYPE: {}},
        },
    }
