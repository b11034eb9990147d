"""The pages on which a guest makes an account, for a fresh code: with a name and a passphrase, or with a passkey alone."""

import json

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, JSONResponse, Response

from api import login_throttle, new_passphrase
from api.context import Context
from api.dependencies import Services
from api.guest_pages import account_page
from api.guest_pages.fresh_code import send_visitor_code, take_visitor_code
from api.guest_pages.replies import guest_page
from api.guest_pages.visit import OWN_COOKIE, Visit, go_to, own_visit, read_form
from api.relying_party import relying_party
from api.routes.accounts.sessions import signed_in_out
from api.schemas.common import Passphrase, SignInName
from api.schemas.webauthn import CreationOptions, Registration, credential_json
from core import secret_text
from models.enums import Carrier
from rules.accounts import people
from rules.accounts.passkey import passkeys
from rules.errors import NameTaken, NotFound, PasskeyRefused, PassphraseTooEasy
from rules.guests import guest_account, guest_place
from rules.guests.guest_account import NewWayIn
from rules.guests.guest_place import GuestPlace

router = APIRouter(include_in_schema=False)
_NAME: TypeAdapter[str] = TypeAdapter(SignInName)
_PASSPHRASE: TypeAdapter[str] = TypeAdapter(Passphrase)


@router.get("/g/me/account")
@guest_page
async def show_account_page(request: Request, context: Services) -> Response:
    """Show what an account brings, and what it needs."""
    _require_registration_open(context)
    async with own_visit(request, context) as visit:
        return _account_page(visit, await _load_member(visit), context)


@router.post("/g/me/account/code")
@guest_page
async def send_account_code(request: Request, context: Services) -> Response:
    """Send a fresh code to the guest's own address."""
    async with own_visit(request, context) as visit:
        await send_visitor_code(visit, context)
    return go_to(account_page.ACCOUNT)


@router.post("/g/me/account")
@guest_page
async def make_account_on_page(request: Request, context: Services) -> Response:
    """Make the account, and be signed in on this phone. The name that was typed stays, the passphrase never does."""
    _require_registration_open(context)
    form = await read_form(request)
    name, passphrase = secret_text.sign_in_name(form.get("sign_in_name", "")), form.get("passphrase", "")
    async with own_visit(request, context) as visit:
        # Only to know that somebody is there before anything is hashed.
        member = await _load_member(visit)
        try:
            _NAME.validate_python(name)
            _PASSPHRASE.validate_python(passphrase)
        except ValidationError:
            return _account_page(visit, member, context, name, visit.words.bad_account)
        names = await people.load_own_names(visit.unit, visit.who)
    # Outside of any transaction, so that it never holds up a press.
    place = login_throttle.request_place(request)
    try:
        hashed = await new_passphrase.hash_chosen(context, passphrase, [*names, name], place, sign_up=True)
    except PassphraseTooEasy:
        async with own_visit(request, context) as visit:
            return _account_page(visit, await _load_member(visit), context, name, visit.words.easy_to_guess)
    async with own_visit(request, context) as visit:
        trouble = await take_visitor_code(visit, context, form.get("code", ""))
        try:
            if trouble is None:
                new = NewWayIn(name, hashed, Carrier.COOKIE)
                return await _make(visit, context, request, new)
        except NameTaken:
            # The code stays good.
            await visit.unit.rollback()
            trouble = visit.words.name_taken
        return _account_page(visit, await _load_member(visit), context, name, trouble)


@router.get("/g/me/account/finger")
@guest_page
async def show_finger_page(request: Request, context: Services) -> Response:
    """Show how an account is made with a passkey alone, where the browser can."""
    _require_registration_open(context)
    relying_party(context)
    async with own_visit(request, context) as visit:
        return account_page.render_finger(visit, await _load_member(visit))


@router.post("/g/me/account/finger/code")
@guest_page
async def send_finger_code(request: Request, context: Services) -> Response:
    """Send a fresh code to the guest's own address."""
    async with own_visit(request, context) as visit:
        await send_visitor_code(visit, context)
    return go_to(account_page.FINGER)


@router.post("/g/me/account/finger/options")
@guest_page
async def begin_finger(request: Request, context: Services) -> Response:
    """Return what the browser needs to make the passkey."""
    _require_registration_open(context)
    async with own_visit(request, context) as visit:
        await _load_member(visit)
        options = await guest_account.passkey_options(visit.unit, visit.who, relying_party(context))
        await visit.unit.commit(context.bus, context.dispatch_now)
    given = CreationOptions.model_validate(options).model_dump(mode="json", by_alias=True)
    return JSONResponse(given, headers={"Cache-Control": "no-store"})


@router.post("/g/me/account/finger")
@guest_page
async def make_account_with_finger(request: Request, context: Services) -> Response:
    """Make the account with what the browser made, and be signed in on this phone."""
    _require_registration_open(context)
    party = relying_party(context)
    form = await read_form(request)
    async with own_visit(request, context) as visit:
        unit = visit.unit
        await _load_member(visit)
        try:
            credential = credential_json(Registration.model_validate(json.loads(form.get("credential", ""))))
            registered = await passkeys.check_own_registration(unit, visit.who, party, credential)
        except (ValueError, PasskeyRefused):
            # The challenge is used up in any case.
            await unit.commit(context.bus, context.dispatch_now)
            return account_page.render_finger(visit, await _load_member(visit), trouble=visit.words.account_finger_not)
        trouble = await take_visitor_code(visit, context, form.get("code", ""))
        if trouble is None:
            return await _make(visit, context, request, NewWayIn(None, None, Carrier.COOKIE, registered))
        return account_page.render_finger(visit, await _load_member(visit), trouble=trouble)


async def _load_member(visit: Visit) -> GuestPlace:
    """Return the guest, who is in a circle. Raises NotFound."""
    place = await guest_place.load_guest_place(visit.unit, visit.who)
    if place.member is None:
        raise NotFound
    return place


def _account_page(
    visit: Visit, place: GuestPlace, context: Context, sign_in_name: str = "", trouble: str | None = None
) -> HTMLResponse:
    finger = context.settings.rp_id is not None
    return account_page.render_account(visit, place, sign_in_name=sign_in_name, trouble=trouble, finger=finger)


async def _make(visit: Visit, context: Context, request: Request, new: NewWayIn) -> Response:
    """Make the account; the code has been used up. Return its first page, signed in. Raises NameTaken."""
    unit = visit.unit
    signed_up = await guest_account.make_account(unit, visit.who, new)
    carrier = Response()
    signed_in_out(signed_up.signed_in, carrier, context)
    await login_throttle.remember_place(unit, request, visit.who.person_id)
    await unit.commit(context.bus, context.dispatch_now)
    # Without codes to write down, the app is next: it asks for a second way in.
    made = account_page.render_made(visit, signed_up.recovery_codes) if signed_up.recovery_codes else go_to("/")
    made.headers["set-cookie"] = carrier.headers["set-cookie"]
    made.delete_cookie(OWN_COOKIE, path="/g")
    return made


def _require_registration_open(context: Context) -> None:
    if context.settings.registration == "closed":
        raise NotFound
