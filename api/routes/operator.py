"""What only the operator may read: Prometheus metrics, and a page with a few numbers."""

import base64
import binascii
import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.context import Context
from api.dependencies import Services, make_unit
from api.operator_page import render_operator_page
from api.proxy_watch import FORWARDING_HEADERS
from api.small_page import PAGE_POLICY
from core.telemetry import render_metrics
from rules.errors import NotFound
from rules.upkeep.numbers import read_numbers

router = APIRouter(tags=["operation"])

PROXY_HEADERS = (*FORWARDING_HEADERS, "via")


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
    return _is_local(request) or (
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


def _is_local(request: Request) -> bool:
    # Behind a proxy on the same machine every request comes from loopback; a forwarded one is not local.
    if request.client is None or any(name in request.headers for name in PROXY_HEADERS):
        return False
    # Nor is one to a public name: from a proxy that says nothing of itself, or from a page in a browser on this machine
    # whose own name was made to lead here (DNS rebinding).
    return _is_loopback(request.client.host) and _is_loopback(_named_host(request))


def _named_host(request: Request) -> str:
    """Return the name by which the client called this server; a client that names none (HTTP/1.0) called by no public one."""
    try:
        return urlsplit(f"//{request.headers.get('host', 'localhost')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
