"""A guest's visit: the cookie of their session, the token of a form, the language, and what a form has sent."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.dependencies import make_unit
from core.unit_of_work import UnitOfWork
from models.enums import GuestSessionKind
from rules import access
from rules.access import Caller
from rules.errors import NotFound, NotSignedIn
from rules.languages import offered
from rules.languages.guest_pages import guest_words
from rules.languages.guest_pages.words import GuestWords

LINK_COOKIE: Final = "porchlight-guest-link"
OWN_COOKIE: Final = "porchlight-guest"
INVITATION_COOKIE: Final = "porchlight-invitation"
SEE_OTHER: Final = 303
MAX_FIELDS: Final = 50


@dataclass(frozen=True, slots=True)
class Visit:
    """A guest behind a page. `token`: what its forms send back, so that no other site can send them."""

    unit: UnitOfWork
    who: Caller
    token: str
    language: str
    words: GuestWords

    @property
    def reach_out_id(self) -> UUID:
        """The one reach-out that a link shows. Raises NotFound for a session of the other kind."""
        if self.who.guest is None or self.who.guest.reach_out_id is None:
            raise NotFound
        return self.who.guest.reach_out_id


def browser_language(headers: Headers) -> str | None:
    """Return the first of the browser's languages that is offered, or None."""
    tags = [tag.partition(";")[0].strip() for tag in headers.get("accept-language", "").split(",")]
    return next(filter(None, map(offered, tags)), None)


def form_token(secret: str) -> str:
    """Return the token for the forms of whoever holds this cookie."""
    return hashlib.sha256(b"guest-form\0" + secret.encode()).hexdigest()[:32]


def require_token(form: Mapping[str, str], secret: str) -> None:
    """Raise NotFound for a form that was not made for this cookie."""
    if not hmac.compare_digest(form.get("token", "").encode(), form_token(secret).encode()):
        raise NotFound


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; what is not one has none. The last of several values counts."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        # More fields than any form here has.
        return {}


@asynccontextmanager
async def link_visit(request: Request, context: Context, reach_out_id: str) -> AsyncIterator[Visit]:
    """Begin a visit through the link of this reach-out. Raises NotFound."""
    async with _visit(request, context, LINK_COOKIE, GuestSessionKind.LINK) as visit:
        if str(visit.reach_out_id) != reach_out_id:
            raise NotFound
        yield visit


@asynccontextmanager
async def own_visit(request: Request, context: Context) -> AsyncIterator[Visit]:
    """Begin a visit of a guest who joins, or has proved with a code that it is them. Raises NotFound."""
    async with _visit(request, context, OWN_COOKIE, GuestSessionKind.JOINING) as visit:
        yield visit


@asynccontextmanager
async def _visit(request: Request, context: Context, cookie: str, kind: GuestSessionKind) -> AsyncIterator[Visit]:
    """Look at the session of a cookie, and at a form's token where one is posted. GET reads, POST may write."""
    secret = request.cookies.get(cookie, "")
    writing = request.method == "POST"
    if writing:
        require_token(await read_form(request), secret)
    async with context.database.write() if writing else context.database.read() as session:
        unit = make_unit(context, session)
        try:
            who = await access.load_guest(unit, secret)
        except NotSignedIn:
            raise NotFound from None
        if who.guest is None or who.guest.kind is not kind:
            raise NotFound
        language = browser_language(request.headers) or who.language
        yield Visit(unit, who, form_token(secret), language, guest_words(language))


@dataclass(frozen=True, slots=True)
class GuestCookie:
    """A cookie for a guest's own pages under `path`; nobody else's site sends it along."""

    name: str
    secret: str
    path: str
    seconds: int


def give_guest_cookie(response: Response, context: Context, cookie: GuestCookie) -> None:
    response.set_cookie(
        cookie.name,
        cookie.secret,
        max_age=cookie.seconds,
        path=cookie.path,
        secure=context.settings.secure,
        httponly=True,
        samesite="strict",
    )


def go_to(path: str) -> RedirectResponse:
    """Return the way to a page after a form: reloading that page sends nothing again."""
    return RedirectResponse(path, SEE_OTHER, headers={"Cache-Control": "no-store"})
