"""The application: routes, problem documents, the phone app behind them and the middleware around them."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api import gone_caller, phone_app, problems
from api.context import Context
from api.description import DescribedApi
from api.direct_route import DirectEndpoints, RaisingRoute
from api.middleware import EdgeMiddleware
from api.routes import config, helplines, operator, ops, well_known
from api.routes.accounts import channels, consent, devices, me, moving, passkeys, people, proof, sessions, ways_in
from api.routes.bookend import bookends
from api.routes.circle import blocks, circle, invitations, supporting
from api.routes.daily import check_ins, commitments, connections, plan, reach_ins, rhythm, threads
from api.routes.guests import account_pages, guests, join_pages, link_pages, own_pages
from api.routes.guests import accounts as guest_accounts
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
    # Before what has a path parameter in the place of its last word.
    guests,
    guest_accounts,
    # Before the page of a link, whose id would match these as well.
    account_pages,
    own_pages,
    join_pages,
    link_pages,
    # Before the sessions, whose path parameter would match these paths as well.
    passkeys,
    proof,
    sessions,
    me,
    moving,
    consent,
    ways_in,
    devices,
    channels,
    circle,
    invitations,
    supporting,
    blocks,
    helplines,
    well_known,
    operator,
    ops,
)


def create_app(context: Context, routes: FastAPI | None = None) -> ASGIApp:
    """Return the ASGI application that serves this context; `routes`: the result of `api_only`, to reuse it."""
    app = routes or api_only()
    app.state.context = context
    direct = DirectEndpoints(app, (route for module in ROUTERS for route in module.router.routes))
    return EdgeMiddleware(direct, context.settings)


def api_only() -> FastAPI:
    """Return the routes without services, which is enough for the OpenAPI document."""
    app = DescribedApi(
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
    )
    problems.install_error_handlers(app, gone_caller.resolve_error, gone_caller.resolve_unknown)
    for module in ROUTERS:
        app.include_router(module.router)
    app.router.routes.insert(0, RaisingRoute())
    phone_app.install_phone_app(app)
    return app


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
