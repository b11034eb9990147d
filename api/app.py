"""The application: routes, problem documents, the phone app behind them and the edge around them, put together."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api import phone_app, problems, vanished
from api.context import Context
from api.edge import Edge
from api.lane import open_lane
from api.routes import (
    blocks,
    bookends,
    channels,
    check_ins,
    circle,
    config,
    connections,
    devices,
    events,
    helplines,
    inbox,
    invitations,
    me,
    messages,
    operation,
    passkeys,
    people,
    reach_ins,
    reach_outs,
    reflections,
    sessions,
    supporting,
)

ROUTERS = (
    reach_outs,
    messages,
    reflections,
    bookends,
    check_ins,
    reach_ins,
    connections,
    inbox,
    events,
    config,
    people,
    # Before the sessions: a path is theirs only if it is nobody else's.
    passkeys,
    sessions,
    me,
    devices,
    channels,
    circle,
    invitations,
    supporting,
    blocks,
    helplines,
    operation,
)


def create_app(context: Context, routes: FastAPI | None = None) -> ASGIApp:
    """The ASGI application that serves this context, with `routes` from `api_only` if they were made already."""
    app = routes or api_only()
    app.state.context = context
    return Edge(open_lane(app, context), context.settings)


def api_only() -> FastAPI:
    """The routes without services: enough for the OpenAPI document."""
    app = FastAPI(
        title="Porchlight",
        version=version("porchlight"),
        summary="One press reaches a small circle of trusted people until a human being has answered.",
        description="Errors are problem documents (RFC 9457); /problems lists their types.",
        docs_url=None,
        redoc_url=None,
        responses=_everywhere(),
        strict_content_type=False,
        # A redirect would name the host that the request claims.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    problems.install(app, vanished.told)
    for module in ROUTERS:
        app.include_router(module.router)
    phone_app.install(app)
    return app


def _operation_id(route: APIRoute) -> str:
    """A name that reads well in a generated client: reach_outs_press, inbox_unread_count."""
    tag = str(route.tags[0]) if route.tags else "porchlight"
    return f"{tag}_{route.name}".replace("-", "_")


def _everywhere() -> dict[int | str, dict[str, Any]]:
    return {
        422: {"model": problems.Problem, "description": "`/problems/invalid`", "content": {problems.MEDIA: {}}},
        "default": {"model": problems.Problem, "description": "A problem.", "content": {problems.MEDIA: {}}},
    }
