"""The application: routes, problem documents and the edge around them, put together."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api import problems
from api.context import Context
from api.edge import Edge
from api.routes import (
    blocks,
    bookends,
    channels,
    circle,
    config,
    devices,
    events,
    helplines,
    inbox,
    invitations,
    me,
    operation,
    people,
    reach_outs,
    sessions,
    supporting,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
ROUTERS = (
    reach_outs,
    bookends,
    inbox,
    events,
    config,
    people,
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


def create_app(context: Context, lifespan: Lifespan | None = None) -> ASGIApp:
    """The ASGI application that serves this context."""
    app = api_only(lifespan)
    app.state.context = context
    return Edge(app, context.settings)


def api_only(lifespan: Lifespan | None = None) -> FastAPI:
    """The routes without services: enough for the OpenAPI document."""
    app = FastAPI(
        title="Porchlight",
        version=version("porchlight"),
        summary="One press reaches a small circle of trusted people until a human being has answered.",
        description="Errors are problem documents (RFC 9457); /problems lists their types.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=_everywhere(),
        strict_content_type=False,
    )
    problems.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    return app


def _everywhere() -> dict[int | str, dict[str, Any]]:
    return {
        422: {"model": problems.Problem, "description": "`/problems/invalid`", "content": {problems.MEDIA: {}}},
        "default": {"model": problems.Problem, "description": "A problem.", "content": {problems.MEDIA: {}}},
    }
