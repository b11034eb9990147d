"""Served until the database is reachable and migrated."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from core.errors import Busy


class StartupApp:
    """Passes requests on once it has been opened. Until then `/healthz` answers ok and everything else is a 503."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._because = "starting"

    def open(self, app: ASGIApp) -> None:
        self._app = app

    def waiting(self, because: str) -> None:
        """Set the reason that /readyz gives: database or schema."""
        self._because = because

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._reply(Request(scope))(scope, receive, send)

    def _reply(self, request: Request) -> Response:
        if request.url.path == "/healthz":
            return JSONResponse({"status": "ok"})
        if request.url.path == "/readyz":
            return JSONResponse({"status": "not ready", "because": self._because}, 503)
        return problems.problem_response(Busy(), "")
