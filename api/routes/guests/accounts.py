"""An account of their own for a guest, with a passphrase or with a passkey alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints, model_validator

from api import guest_access, login_throttle, new_passphrase
from api.context import Context
from api.dependencies import Services, Token, Writing, WritingCaller, make_unit
from api.problems import problems
from api.relying_party import relying_party
from api.routes.accounts.people import SignedUpOut
from api.routes.accounts.sessions import signed_in_out
from api.schemas.common import Body, Label, Passphrase, SignInName
from api.schemas.webauthn import CreationOptions, Registration, credential_json
from core.errors import KeysUnavailable
from core.passkeys import Registered
from models.enums import Carrier
from rules import access
from rules.accounts import people
from rules.accounts.passkey import passkeys
from rules.errors import (
    CodeOver,
    CodeWrong,
    NameTaken,
    NotFound,
    NotSignedIn,
    PasskeyRefused,
    PasskeysNotOffered,
    PassphraseTooEasy,
    RegistrationClosed,
    TooMany,
)
from rules.guests import guest_account
from rules.guests.guest_account import NewWayIn

router = APIRouter(tags=["guests"])


class AccountOfGuest(Body):
    """`code`: a fresh one, from POST /v1/me/code. With `sign_in_name` and `passphrase`, or with a `credential` alone.

    A credential answers POST /v1/me/account/options; its sign-in name is made here, and there are no recovery codes yet.
    """

    code: Annotated[str, StringConstraints(min_length=6, max_length=64)]
    sign_in_name: SignInName | None = None
    passphrase: Passphrase | None = None
    credential: Registration | None = None
    label: Label | None = None
    carrier: Carrier = Carrier.TOKEN

    @model_validator(mode="after")
    def one_way_in(self) -> "AccountOfGuest":
        """Ask for one of the two, whole."""
        with_passphrase = self.sign_in_name is not None and self.passphrase is not None
        with_any_of_it = self.sign_in_name is not None or self.passphrase is not None
        if with_passphrase == (self.credential is not None) or with_any_of_it != with_passphrase:
            msg = "Give a sign-in name and a passphrase, or a passkey alone."
            raise ValueError(msg)
        return self


@router.post(
    "/v1/me/account/options",
    summary="Begin an account of a guest with a passkey alone",
    responses=problems(NotFound, RegistrationClosed, PasskeysNotOffered, KeysUnavailable),
    operation_id="begin_guest_account",
)
async def account_options(unit: Writing, who: WritingCaller, context: Services) -> CreationOptions:
    """Begin to make an account that a passkey alone opens. What was begun before can no longer be finished."""
    if who.guest is None:
        raise NotFound
    _require_open(context)
    return CreationOptions.model_validate(await guest_account.passkey_options(unit, who, relying_party(context)))


async def admitted_guest(request: Request, token: Token, context: Services) -> None:
    """Look at who asks before the body is read, and hold no transaction afterwards. Raises NotSignedIn, NotFound."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        try:
            await guest_access.admit(unit, token, request)
        except NotSignedIn:
            # Somebody with an account is signed in, and sees nothing here.
            await access.load_caller(unit, token)
            raise NotFound from None


@router.post(
    "/v1/me/account",
    summary="Make an account of a guest",
    status_code=201,
    responses=problems(
        NotFound,
        RegistrationClosed,
        NameTaken,
        PassphraseTooEasy,
        PasskeysNotOffered,
        PasskeyRefused,
        CodeWrong,
        CodeOver,
        TooMany,
        KeysUnavailable,
    ),
    operation_id="make_guest_account",
    dependencies=[Depends(admitted_guest)],
)
async def make_account(
    body: AccountOfGuest, request: Request, response: Response, token: Token, context: Services
) -> SignedUpOut:
    """Have an account from now on, with the same circle and addresses. Every link and every session of the guest ends."""
    _require_open(context)
    # Outside of any transaction, so that it never holds up a press.
    hashed = None
    if body.passphrase is not None:
        async with context.database.read() as session:
            unit = make_unit(context, session)
            names = await people.load_own_names(unit, await guest_access.admit(unit, token, request))
        names, place = [*names, body.sign_in_name], login_throttle.request_place(request)
        hashed = await new_passphrase.hash_chosen(context, body.passphrase, names, place, sign_up=True)
    party = None if body.credential is None else relying_party(context)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        who = await guest_access.admit(unit, token, request)
        try:
            registered: Registered | None = None
            if body.credential is not None and party is not None:
                registered = await passkeys.check_own_registration(unit, who, party, credential_json(body.credential))
            refusal = await guest_account.use_fresh_code(unit, who, body.code)
        except PasskeyRefused:
            # The challenge is used up in any case.
            await unit.commit(context.bus, context.dispatch_now)
            raise
        if refusal is not None:
            # A guess counts.
            await unit.commit(context.bus, context.dispatch_now)
            raise refusal
        new = NewWayIn(body.sign_in_name, hashed, body.carrier, registered, body.label)
        signed_up = await guest_account.make_account(unit, who, new)
        await login_throttle.remember_place(unit, request, who.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    signed_in = signed_in_out(signed_up.signed_in, response, context)
    return SignedUpOut(person=signed_in.person, session=signed_in.session, recovery_codes=signed_up.recovery_codes)


def _require_open(context: Context) -> None:
    """Raise RegistrationClosed where no accounts are made; an invitation is what every guest has come with."""
    if context.settings.registration == "closed":
        raise RegistrationClosed
