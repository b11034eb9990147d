"""Errors as problem documents (RFC 9457); the only file that maps slugs to HTTP statuses."""

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
from core.database import fault, referenced_row_missing
from core.errors import Busy, KeysUnavailable, PorchlightError
from rules import errors

PROBLEM_MEDIA_TYPE = "application/problem+json"
BUSY_RETRY_SECONDS = "2"
DATABASE_FAILURES = (DBAPIError, PoolTimeoutError, ConnectionError, asyncio.TimeoutError)
"""What a database that is away, full or busy raises."""

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
    title = "The body is larger than 64 KiB, or a file to import than 4 MiB."
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
    errors.PassphraseTooEasy: 422,
    errors.NameTaken: 409,
    errors.RegistrationClosed: 403,
    errors.AccountDisabled: 403,
    errors.ConsentUnknown: 422,
    errors.TooMany: 429,
    errors.ReachInsUnanswered: 429,
    errors.KeyReused: 422,
    errors.EmptyCircle: 409,
    errors.NobodyFree: 409,
    errors.AskedOften: 429,
    errors.ReachOutClosed: 409,
    errors.StillOpen: 409,
    errors.NobodyAnswered: 409,
    errors.CircleFull: 409,
    errors.StepOneFull: 409,
    errors.InvitationNotValid: 404,
    errors.OwnInvitation: 409,
    errors.AlreadyInCircle: 409,
    errors.AddressInCircle: 409,
    errors.TooManyDevices: 409,
    errors.EndpointNotAllowed: 422,
    errors.DeviceRetired: 409,
    errors.ChannelNotOffered: 422,
    errors.TooManyChannels: 409,
    errors.CodeWrong: 422,
    errors.CodeOver: 409,
    errors.CompanionUnknown: 422,
    errors.MemberUnknown: 422,
    errors.PartsNotGiven: 422,
    errors.PracticeOpen: 409,
    errors.PracticeTooSoon: 429,
    errors.ReachOutOpen: 409,
    errors.NobodyToPractise: 409,
    errors.NotForGuests: 409,
    errors.BookendOver: 409,
    errors.TooManyBookends: 409,
    errors.TooManyCommitments: 409,
    errors.ImportUnreadable: 422,
    errors.PasskeysNotOffered: 409,
    errors.PasskeyRefused: 422,
    errors.PasskeyUnknown: 401,
    errors.TooManyPasskeys: 409,
    errors.AlreadySignedUp: 409,
    errors.LastWayIn: 409,
    KeysUnavailable: 503,
    Busy: 503,
    WrongMethod: 405,
    TooLarge: 413,
    BadRequest: 400,
    TooSlow: 408,
}
PROBLEMS_BY_SLUG = {kind.slug: kind for kind in STATUS}


class Problem(BaseModel):
    """A problem document. `type` is stable and documented; `detail` says what to do."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    request_id: str


def problems(*kinds: type[PorchlightError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of an endpoint for these errors, by status."""
    by_status: dict[int | str, dict[str, Any]] = {}
    if any(STATUS[kind] == STATUS[errors.Invalid] for kind in kinds):
        # They take the place of the 422 that every endpoint has.
        kinds = (errors.Invalid, *kinds)
    for kind in kinds:
        slug = f"`/problems/{kind.slug}`: {kind.title}"
        entry = by_status.setdefault(
            STATUS[kind], {"model": Problem, "description": "", "content": {PROBLEM_MEDIA_TYPE: {}}}
        )
        entry["description"] = f"{entry['description']} {slug}".strip()
    return by_status


def or_existing(model: type[BaseModel], why: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a creation whose result may exist already: 200 besides 201."""
    return {200: {"model": model, "description": why}}


def problem_response(error: PorchlightError, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem document of an error."""
    status = STATUS[type(error)]
    body = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "request_id": request_id,
        **error.extra,
    }
    all_headers = dict(headers or {})
    if "retry_after" in error.extra:
        all_headers["Retry-After"] = str(error.extra["retry_after"])
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        all_headers["Retry-After"] = BUSY_RETRY_SECONDS
    if status == HTTPStatus.UNAUTHORIZED:
        all_headers["WWW-Authenticate"] = "Bearer"
    return Response(to_json(body), status_code=status, media_type=PROBLEM_MEDIA_TYPE, headers=all_headers)


ErrorResolver = Callable[[Request, PorchlightError], Awaitable[PorchlightError]]


def install_error_handlers(app: FastAPI, resolve: ErrorResolver, resolve_unknown: ErrorResolver) -> None:
    """Turn all exceptions into problem documents. `resolve`: returns what to reply when rows were deleted meanwhile.

    `resolve_unknown`: returns what to reply to a caller whom the endpoint does not know.
    """
    _install_refusals(app, resolve_unknown)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        items = error.errors()
        if any(item["type"] == "json_invalid" for item in items):
            return problem_response(BadRequest(), request_id(request))
        return problem_response(errors.Invalid(extra={"errors": list(_validation_errors(items))}), request_id(request))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> Response:
        return problem_response(PorchlightError(), request_id(request))

    @app.exception_handler(StaleDataError)
    @app.exception_handler(NoResultFound)
    async def gone(request: Request, _: Exception) -> Response:
        # A row that was read has been deleted concurrently.
        return problem_response(await resolve(request, errors.NotFound()), request_id(request))

    @app.exception_handler(errors.EmptyCircle)
    @app.exception_handler(errors.CompanionUnknown)
    @app.exception_handler(errors.MemberUnknown)
    async def alone(request: Request, error: PorchlightError) -> Response:
        # A request by an account that is erased meanwhile fails like this too, because its circle is gone.
        return problem_response(await resolve(request, error), request_id(request))

    async def database(request: Request, error: Exception) -> Response:
        if isinstance(error, DBAPIError) and referenced_row_missing(error):
            return await gone(request, error)
        log.error("database_failed", error=fault(error))
        return problem_response(Busy(), request_id(request))

    for kind in DATABASE_FAILURES:
        app.add_exception_handler(kind, database)


def _install_refusals(app: FastAPI, resolve_unknown: ErrorResolver) -> None:
    """Handle what rules and the router raise; a person with a wrong address in a browser gets a page."""

    @app.exception_handler(PorchlightError)
    async def refused(request: Request, error: PorchlightError) -> Response:
        if isinstance(error, errors.NotSignedIn):
            error = await resolve_unknown(request, error)
        if isinstance(error, errors.NotFound) and _is_navigation(request):
            return small_page.not_found_page(request.headers)
        return problem_response(error, request_id(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND and _is_navigation(request):
            return small_page.not_found_page(request.headers)
        kind = {404: errors.NotFound, 405: WrongMethod, 413: TooLarge}.get(error.status_code, BadRequest)
        headers = dict(error.headers or {})
        if kind is WrongMethod:
            headers["Allow"] = ", ".join(sorted(_methods(app, request))) or headers.get("allow", "GET")
        return problem_response(kind(), request_id(request), headers)


def _is_navigation(request: Request) -> bool:
    """Return whether a browser navigates to this address, outside of /v1."""
    return (
        request.method == "GET"
        and small_page.accepts_html(request.headers)
        and request.url.path.split("/")[1:2] != ["v1"]
    )


@contextmanager
def invalid_at(place: str) -> Iterator[None]:
    """Turn a ValueError raised within into the Invalid that a schema would report at this place."""
    try:
        yield
    except ValueError as error:
        raise errors.Invalid(extra={"errors": [{"at": place, "says": str(error)}]}) from None


def _methods(app: FastAPI, request: Request) -> set[str]:
    """Return all methods of this path; the router itself reports those of the first endpoint only."""
    path = getattr(request.scope.get("route"), "path", "")
    methods = {method.upper() for method in app.openapi()["paths"].get(path, {})}
    return methods | {"HEAD"} if "GET" in methods else methods


def request_id(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _validation_errors(items: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Yield where the request is invalid and what is expected there, never what was sent."""
    for item in items[:20]:
        at = ".".join(_safe_path_part(part) for part in item["loc"])
        says = str(item["msg"]).removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            says = "Unknown field."
        elif item["type"] == "union_tag_invalid":
            # Pydantic's own message repeats what was sent.
            says = f"Must be one of {item['ctx']['expected_tags']}."
        yield {"at": at, "says": says}


def _safe_path_part(part: object) -> str:
    text = str(part)
    return text if re.fullmatch(r"[A-Za-z0-9_\-\[\]]{1,40}", text) else "?"


def documentation(slug: str) -> str | None:
    """Return what a problem means and what to do, as plain text; None for an unknown slug."""
    kind = PROBLEMS_BY_SLUG.get(slug)
    return None if kind is None else f"{kind.title}\n\n{kind.advice}\n\nHTTP status: {STATUS[kind]}\n"
