"""The page of an invitation for somebody without the app: a name, one address, and a yes."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import login_throttle
from api.context import Context
from api.dependencies import Services, make_unit, transaction
from api.guest_pages import join_page
from api.guest_pages.join_page import Asked
from api.guest_pages.replies import find_secret, guest_page
from api.guest_pages.visit import (
    INVITATION_COOKIE,
    OWN_COOKIE,
    GuestCookie,
    browser_language,
    form_token,
    give_guest_cookie,
    go_to,
    read_form,
    require_token,
)
from core import addresses, text
from core.unit_of_work import UnitOfWork
from models import Person
from models.enums import Carrier, ChannelKind
from rules import access
from rules.access import Caller
from rules.accounts.consent import CONSENT_VERSION
from rules.circle import invitations
from rules.errors import CircleFull, NotSignedIn
from rules.guests import guest_sessions, joining
from rules.guests.joining import NewGuest
from rules.languages import DEFAULT_LANGUAGE
from rules.languages.guest_pages import guest_words

router = APIRouter(include_in_schema=False)
JOIN_SECONDS: Final = 3600
"""How long an invitation's form stays open; its link can be opened again."""


@router.post("/g/join")
@guest_page
async def take_invitation(request: Request, context: Services) -> Response:
    """Take over the token of an invitation, and lead to its page. Nothing is kept of it here."""
    reply = go_to("/g/join")
    secret = find_secret((await read_form(request)).get("secret", ""))
    give_guest_cookie(reply, context, GuestCookie(INVITATION_COOKIE, secret, "/g/join", JOIN_SECONDS))
    return reply


@router.get("/g/join")
@guest_page
async def show_invitation(request: Request, context: Services) -> Response:
    """Show who invites, and ask for a name and one address."""
    return join_page.render_invitation(await _load_invitation(request, context))


@router.post("/g/join/yes")
@guest_page
async def say_yes(request: Request, context: Services) -> Response:
    """Take the yes and send a code. What cannot be used stays in its field, with what to do."""
    form = await read_form(request)
    require_token(form, request.cookies.get(INVITATION_COOKIE, ""))
    asked = await _load_invitation(request, context, form)
    if asked.trouble is not None or not asked.kinds:
        return join_page.render_invitation(asked)
    settings = context.settings
    token = request.cookies.get(INVITATION_COOKIE, "")
    try:
        async with login_throttle.count_invalid_links(context, request), transaction(context) as unit:
            inviter = await unit.session.get_one(Person, asked.preview.inviter_id)
            new = NewGuest(
                display_name=text.one_line(asked.name, 60),
                kind=ChannelKind(asked.kind),
                address=_normalize_typed(asked.kind, asked.address, inviter.region),
                language=asked.language,
                # A page without a script does not know the clock of its reader: that of whoever asks them is the likeliest.
                time_zone=inviter.time_zone,
                standing_words=None,
                consent_version=CONSENT_VERSION,
            )
            joined = await joining.accept_as_guest(
                unit, token, new, settings.channels, settings.registration.value, await _guest(unit, request)
            )
            opened = await guest_sessions.open_joining(unit, joined.person_id, Carrier.COOKIE)
    except CircleFull:
        words = guest_words(asked.language)
        name = asked.preview.inviter_name or words.somebody
        return join_page.render_invitation(
            await _load_invitation(request, context, form, trouble=words.circle_full.format(name=name))
        )
    reply = go_to("/g/me")
    seconds = int(guest_sessions.JOINING_LIFETIME.total_seconds())
    give_guest_cookie(reply, context, GuestCookie(OWN_COOKIE, opened.token, "/g", seconds))
    return reply


async def _load_invitation(
    request: Request, context: Context, form: dict[str, str] | None = None, *, trouble: str | None = None
) -> Asked:
    """Return the invitation as it is shown, with what was typed and what is wrong with it. Raises InvitationNotValid."""
    token = request.cookies.get(INVITATION_COOKIE, "")
    async with login_throttle.count_invalid_links(context, request), context.database.read() as session:
        unit = make_unit(context, session)
        preview = await invitations.preview_invitation(unit, None, token)
        inviter = await unit.session.get_one(Person, preview.inviter_id)
        language = browser_language(request.headers) or inviter.language or DEFAULT_LANGUAGE
        region = inviter.region
    closed = context.settings.registration == "closed"
    kinds = [] if closed else joining.guest_kinds(context.settings.channels)
    form = form or {}
    kind, address = form.get("kind", ""), form.get("address", "").strip()
    if "@" in address and ChannelKind.EMAIL in kinds:
        kind = ChannelKind.EMAIL
    wrong = ""
    if form and trouble is None:
        wrong, trouble = _find_trouble(form, kind, kinds, region, language)
    return Asked(
        preview=preview,
        app_link=f"/#/invitation/{token}",
        kinds=kinds,
        token=form_token(token),
        language=language,
        name=form.get("name", ""),
        address=address,
        kind=str(kind),
        trouble=trouble,
        wrong=wrong,
    )


def _find_trouble(
    form: dict[str, str], kind: str, kinds: list[ChannelKind], region: str | None, language: str
) -> tuple[str, str | None]:
    """Return which field cannot be used, and what to do about it."""
    words = guest_words(language)
    try:
        text.one_line(text.drop_lone_surrogates(form.get("name", "")), 60)
    except ValueError:
        return "name", words.bad_name
    refusal = words.bad_mail if kind == ChannelKind.EMAIL else words.bad_number
    try:
        _normalize_typed(kind, form.get("address", ""), region)
    except ValueError:
        return "address", refusal
    return ("", None) if kind in kinds else ("address", refusal)


def _normalize_typed(kind: str, address: str, region: str | None) -> str:
    if kind == ChannelKind.EMAIL:
        return addresses.normalize_email(address)
    return addresses.normalize_phone_number(address, region)


async def _guest(unit: UnitOfWork, request: Request) -> Caller | None:
    """Return the guest who says yes again, with another address."""
    try:
        return await access.load_guest(unit, request.cookies.get(OWN_COOKIE))
    except NotSignedIn:
        return None
