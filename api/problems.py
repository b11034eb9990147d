"""Errors as problem documents (RFC 9457): the one place where a slug meets an HTTP status."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from api import small_page
from core.database import refers_to_nothing
from core.errors import Busy, KeysUnavailable, PorchlightError
from rules import errors

MEDIA = "application/problem+json"
RETRY_SECONDS = "2"

log = structlog.get_logger(__name__)


class WrongMethod(PorchlightError):
    slug = "wrong-method"
    title = "This address does not take that method."
    advice = "See Allow for the methods it takes, or /docs."


class CrossSite(PorchlightError):
    slug = "cross-site"
    title = "The request came from another site."
    advice = "Open Porchlight itself and try there."


class TooLarge(PorchlightError):
    slug = "too-large"
    title = "The body is larger than 64 KiB."
    advice = "Send less. A note may have 2000 characters, a message 4000."


class BadRequest(PorchlightError):
    slug = "bad-request"
    title = "The request could not be read."
    advice = "Send JSON in UTF-8 with Content-Type: application/json."


class TooSlow(PorchlightError):
    slug = "too-slow"
    title = "The request did not arrive in time."
    advice = "Send it again, whole: its headers within 10 seconds, then its body within 10 more."


STATUS: dict[type[PorchlightError], int] = {
    PorchlightError: 500,
    errors.NotFound: 404,
    errors.NotSignedIn: 401,
    errors.WrongCredentials: 401,
    errors.ProofNeeded: 403,
    CrossSite: 403,
    errors.NotYours: 403,
    errors.Invalid: 422,
    errors.NameTaken: 409,
    errors.RegistrationClosed: 403,
    errors.TooMany: 429,
    errors.KeyReused: 422,
    errors.EmptyCircle: 409,
    errors.Closed: 409,
    errors.StillOpen: 409,
    errors.NobodyAnswered: 409,
    errors.CircleFull: 409,
    errors.StepOneFull: 409,
    errors.InvitationNotValid: 404,
    errors.OwnInvitation: 409,
    errors.AlreadyInCircle: 409,
    errors.TooManyDevices: 409,
    errors.EndpointNotAllowed: 422,
    errors.DeviceRetired: 409,
    errors.ChannelNotOffered: 422,
    errors.TooManyChannels: 409,
    errors.CodeWrong: 422,
    errors.CodeOver: 409,
    errors.CompanionUnknown: 422,
    errors.MemberUnknown: 422,
    errors.BookendOver: 409,
    errors.TooManyBookends: 409,
    errors.PasskeysNotOffered: 409,
    errors.PasskeyRefused: 422,
    errors.PasskeyUnknown: 401,
    errors.TooManyPasskeys: 409,
    KeysUnavailable: 503,
    Busy: 503,
    WrongMethod: 405,
    TooLarge: 413,
    BadRequest: 400,
    TooSlow: 408,
}
BY_SLUG = {kind.slug: kind for kind in STATUS}


class Problem(BaseModel):
    """A problem document. `type` is stable and documented; `detail` says what to do."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    request_id: str


def problems(*kinds: type[PorchlightError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint for OpenAPI: these errors, by status."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        slug = f"`/problems/{kind.slug}`: {kind.title}"
        known = found.setdefault(STATUS[kind], {"model": Problem, "description": "", "content": {MEDIA: {}}})
        known["description"] = f"{known['description']} {slug}".strip()
    return found


def again_too(model: type[BaseModel], why: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a creation that may find the thing made already: 200 beside 201."""
    return {200: {"model": model, "description": why}}


def reply(error: PorchlightError, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem document of an error."""
    status = STATUS[type(error)]
    body = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "request_id": request_id,
        **error.extra,
    }
    more = dict(headers or {})
    if "retry_after" in error.extra:
        more["Retry-After"] = str(error.extra["retry_after"])
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        more["Retry-After"] = RETRY_SECONDS
    if status == HTTPStatus.UNAUTHORIZED:
        more["WWW-Authenticate"] = "Bearer"
    return Response(to_json(body), status_code=status, media_type=MEDIA, headers=more)


Vanished = Callable[[Request, PorchlightError], Awaitable[PorchlightError]]


def install(app: FastAPI, vanished: Vanished) -> None:
    """Turn everything that can be raised into a problem document. `vanished` looks whether the caller was erased meanwhile."""
    _install_refusals(app)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(item["type"] == "json_invalid" for item in found):
            return reply(BadRequest(), request_id(request))
        return reply(errors.Invalid(extra={"errors": list(_places(found))}), request_id(request))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> Response:
        return reply(PorchlightError(), request_id(request))

    @app.exception_handler(StaleDataError)
    @app.exception_handler(NoResultFound)
    async def gone(request: Request, _: Exception) -> Response:
        # The row was there a moment ago and somebody has deleted it since.
        return reply(await vanished(request, errors.NotFound()), request_id(request))

    @app.exception_handler(errors.EmptyCircle)
    @app.exception_handler(errors.CompanionUnknown)
    @app.exception_handler(errors.MemberUnknown)
    async def alone(request: Request, error: PorchlightError) -> Response:
        # Also what an account's own erasure looks like to what had begun: nobody is in its circle.
        return reply(await vanished(request, error), request_id(request))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeoutError)
    @app.exception_handler(ConnectionError)
    @app.exception_handler(asyncio.TimeoutError)
    async def database(request: Request, error: Exception) -> Response:
        if isinstance(error, DBAPIError) and refers_to_nothing(error):
            return await gone(request, error)
        log.error("database_failed", error=type(getattr(error, "orig", None) or error).__name__)
        return reply(Busy(), request_id(request))


def _install_refusals(app: FastAPI) -> None:
    """What our rules and the router raise; a person who came to a wrong address reads a page instead."""

    @app.exception_handler(PorchlightError)
    async def refused(request: Request, error: PorchlightError) -> Response:
        if isinstance(error, errors.NotFound) and _by_hand(request):
            return small_page.nowhere(request.headers)
        return reply(error, request_id(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND and _by_hand(request):
            return small_page.nowhere(request.headers)
        kind = {404: errors.NotFound, 405: WrongMethod, 413: TooLarge}.get(error.status_code, BadRequest)
        headers = dict(error.headers or {})
        if kind is WrongMethod:
            headers["Allow"] = ", ".join(sorted(_methods(app, request))) or headers.get("allow", "GET")
        return reply(kind(), request_id(request), headers)


def _by_hand(request: Request) -> bool:
    """Whether a person typed or followed an address in a browser; what is under /v1 is for programs."""
    return request.method == "GET" and small_page.wants(request.headers) and request.url.path.split("/")[1:2] != ["v1"]


@contextmanager
def invalid_at(place: str) -> Iterator[None]:
    """Make of a ValueError within the problem that a schema would have made of it at this place."""
    try:
        yield
    except ValueError as error:
        raise errors.Invalid(extra={"errors": [{"at": place, "says": str(error)}]}) from None


def _methods(app: FastAPI, request: Request) -> set[str]:
    """Every method that this path takes; the router itself names those of the first endpoint only."""
    path = getattr(request.scope.get("route"), "path", "")
    found = {method.upper() for method in app.openapi()["paths"].get(path, {})}
    return found | {"HEAD"} if "GET" in found else found


def request_id(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _places(found: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Where something is wrong and what it should be; never what was sent."""
    for item in found[:20]:
        at = ".".join(_plain(part) for part in item["loc"])
        says = str(item["msg"]).removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            says = "Unknown field."
        elif item["type"] == "union_tag_invalid":
            # Pydantic's own sentence repeats what was sent.
            says = f"Must be one of {item['ctx']['expected_tags']}."
        yield {"at": at, "says": says}


def _plain(part: object) -> str:
    text = str(part)
    return text if re.fullmatch(r"[A-Za-z0-9_\-\[\]]{1,40}", text) else "?"


def documentation(slug: str) -> str | None:
    """What a problem means and what to do, as plain text; None for a slug that does not exist."""
    kind = BY_SLUG.get(slug)
    return None if kind is None else f"{kind.title}\n\n{kind.advice}\n\nHTTP status: {STATUS[kind]}\n"
