"""Served until the database is reachable and migrated."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.middleware import EMPTY_CSP, every_reply
from core.errors import Busy


class StartupApp:
    """Passes requests on once it has been opened. Until then `/healthz` answers ok and everything else is a 503."""

    def __init__(self, *, secure: bool) -> None:
        self._app: ASGIApp | None = None
        self._secure = secure
        self._because = "starting"

    def open(self, app: ASGIApp) -> None:
        self._app = app

    def waiting(self, because: str) -> None:
        """Set the reason that /readyz gives: database, schema or read_only."""
        self._because = because

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            request_id = secrets.token_hex(8)
            response = self._reply(Request(scope), request_id)
            response.raw_headers += [*every_reply(request_id, secure=self._secure), EMPTY_CSP]
            await response(scope, receive, send)

    def _reply(self, request: Request, request_id: str) -> Response:
        if request.url.path == "/healthz":
            return JSONResponse({"status": "ok"})
        if request.url.path == "/readyz":
            return JSONResponse({"status": "not ready", "because": self._because}, 503)
        return problems.problem_response(Busy(), request_id)
