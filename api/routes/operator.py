"""What only the operator may read: Prometheus metrics, and a page with a few numbers."""

import base64
import binascii
import hmac

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.context import Context
from api.dependencies import Services, make_unit
from api.operator_page import render_operator_page
from api.small_page import PAGE_POLICY
from api.this_machine import is_from_this_machine
from core.telemetry import render_metrics
from rules.errors import NotFound
from rules.upkeep.numbers import read_numbers

router = APIRouter(tags=["operation"])


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, context: Services) -> Response:
    """Return Prometheus metrics, to loopback clients or with the metrics token."""
    if not _is_operator(request, context):
        raise NotFound
    return Response(render_metrics(), media_type=CONTENT_TYPE_LATEST)


@router.get("/operator", include_in_schema=False)
async def operator(request: Request, context: Services) -> Response:
    """Return a page of numbers, to loopback clients or with the metrics token, which a browser asks for as a password."""
    if not _is_operator(request, context):
        if context.settings.metrics_token is None:
            raise NotFound
        return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Porchlight", charset="UTF-8"'})
    async with context.database.read() as session:
        numbers = await read_numbers(make_unit(context, session))
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(render_operator_page(numbers), headers=headers)


def _is_operator(request: Request, context: Context) -> bool:
    token = context.settings.metrics_token
    return is_from_this_machine(request) or (
        token is not None and hmac.compare_digest(_given_token(request), token.get_secret_value().encode())
    )


def _given_token(request: Request) -> bytes:
    """Return the bearer token, or the password of basic authentication (RFC 7617); the user's name does not matter."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    # As the bytes that were sent: Starlette reads headers as Latin-1.
    given = text.encode("latin-1")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    return given if scheme.lower() == "bearer" else b""
