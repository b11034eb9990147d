"""Signing up: with a name and a passphrase, or with a passkey alone. No e-mail, no phone number."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator

from api import login_throttle, new_passphrase, reported_locale, signup_throttle
from api.context import Context
from api.dependencies import IdempotencyHeader, Services, make_unit, transaction
from api.problems import problems
from api.relying_party import relying_party
from api.routes.accounts.sessions import SignedInOut, check_passphrase, signed_in_out
from api.schemas.common import Body, ConsentVersion, DisplayName, InvitationToken, Label, Passphrase, SignInName
from api.schemas.webauthn import CreationOptions, Registration, credential_json
from core.errors import KeysUnavailable
from models.enums import Carrier
from rules import idempotency
from rules.accounts import consent, registration
from rules.accounts.passkey import passkey_sign_up
from rules.accounts.registration import NewPerson
from rules.errors import (
    AlreadySignedUp,
    CircleFull,
    ConsentUnknown,
    InvitationNotValid,
    KeyReused,
    NameTaken,
    PasskeyRefused,
    PasskeysNotOffered,
    PassphraseTooEasy,
    RegistrationClosed,
    TooMany,
    WrongCredentials,
)
from rules.languages import nearest

router = APIRouter(prefix="/v1/people", tags=["people"])


class NewAccount(Body):
    """`time_zone`, `region` and `language` are what a browser reports of itself: what cannot be used of it counts as left out.

    `consent`: the `consent_version` of /v1/config, if the person was shown the privacy page and has agreed to it.
    """

    display_name: DisplayName
    time_zone: Annotated[str, BeforeValidator(reported_locale.parse_time_zone)] = "UTC"
    region: Annotated[str | None, BeforeValidator(reported_locale.parse_region)] = None
    language: Annotated[str | None, BeforeValidator(reported_locale.parse_language)] = None
    invitation_token: InvitationToken | None = None
    carrier: Carrier = Carrier.TOKEN
    consent: ConsentVersion | None = None


class SignUp(NewAccount):
    """`time_zone`, `region` and `language` are what a browser reports of itself: what cannot be used of it counts as left out.

    `consent`: the `consent_version` of /v1/config, if the person was shown the privacy page and has agreed to it.
    """

    sign_in_name: SignInName
    passphrase: Passphrase


class PasskeySignUp(NewAccount):
    """`credential`: the passkey that the browser has made. `label` is for the owner's eyes: which phone or key it is."""

    credential: Registration
    label: Label | None = None


class PasskeySignUpBegun(Body, title="SignUpBegun"):
    """With `invitation_token`, an invitation that cannot be used is refused before the browser makes a passkey."""

    display_name: DisplayName
    invitation_token: InvitationToken | None = None


class SignedUpOut(SignedInOut):
    """`recovery_codes` are shown here once. Each opens the account one time when the passphrase is lost."""

    recovery_codes: list[str]


@router.post(
    "",
    summary="Sign up",
    status_code=201,
    responses=problems(
        NameTaken,
        WrongCredentials,
        PassphraseTooEasy,
        RegistrationClosed,
        ConsentUnknown,
        InvitationNotValid,
        CircleFull,
        TooMany,
        KeyReused,
        KeysUnavailable,
    ),
    operation_id="sign_up",
)
async def sign_up(
    body: SignUp, request: Request, response: Response, context: Services, key: IdempotencyHeader
) -> SignedUpOut:
    """Make an account and sign in. With `invitation_token` the invitation is accepted in the same step."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        content = body.model_dump(mode="json")
        fingerprint = idempotency.request_fingerprint(unit.keyring, f"sign-up\0{body.sign_in_name}", key, content)
        is_retry = await idempotency.find_result(unit, fingerprint) is not None
    if not is_retry:
        consent.check_version(body.consent)
        await _require_registration(context, request, body.invitation_token)
    # Hashed outside of any transaction, so that a sign-up never holds up a press. A retry opens a session as well, so its
    # passphrase is checked: it may have been changed since.
    if is_retry:
        credentials, guess = await check_passphrase(context, request, body.sign_in_name, body.passphrase)
        await login_throttle.accept_guess(context, guess, credentials.person_id)
        hashed = credentials.passphrase_hash
    else:
        await signup_throttle.count_sign_up(context, request, body.invitation_token)
        names, place = [body.display_name, body.sign_in_name], login_throttle.request_place(request)
        hashed = await new_passphrase.hash_chosen(context, body.passphrase, names, place, sign_up=True)
    new = _new_person(body, body.sign_in_name, hashed)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        signed_up = await registration.sign_up(unit, new, fingerprint)
        await login_throttle.remember_place(unit, request, signed_up.signed_in.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    signed_in = signed_in_out(signed_up.signed_in, response, context)
    return SignedUpOut(person=signed_in.person, session=signed_in.session, recovery_codes=signed_up.recovery_codes)


@router.post(
    "/passkey/options",
    summary="Begin to sign up with a passkey alone",
    responses=problems(PasskeysNotOffered, RegistrationClosed, InvitationNotValid, TooMany, KeysUnavailable),
    operation_id="begin_passkey_sign_up",
)
async def passkey_sign_up_options(body: PasskeySignUpBegun, request: Request, context: Services) -> CreationOptions:
    """Begin to make an account that a passkey alone opens. Nothing is kept of it until it is finished."""
    party = relying_party(context)
    await _require_registration(context, request, body.invitation_token, may_follow=True)
    async with transaction(context) as unit:
        place = login_throttle.request_place(request)
        options = await passkey_sign_up.passkey_sign_up_options(unit, party, body.display_name, place)
    return CreationOptions.model_validate(options)


@router.post(
    "/passkey",
    summary="Sign up with a passkey alone",
    status_code=201,
    responses=problems(
        PasskeysNotOffered,
        PasskeyRefused,
        AlreadySignedUp,
        RegistrationClosed,
        InvitationNotValid,
        CircleFull,
        TooMany,
        KeyReused,
        KeysUnavailable,
    ),
    operation_id="sign_up_with_passkey",
)
async def sign_up_with_passkey(
    body: PasskeySignUp, request: Request, response: Response, context: Services, key: IdempotencyHeader
) -> SignedInOut:
    """Make an account that this passkey alone opens, and sign in. Its sign-in name is made here: see /v1/me.

    With `invitation_token` the invitation is accepted in the same step.
    """
    party = relying_party(context)
    async with context.database.read() as session:
        unit = make_unit(context, session)
        content = body.model_dump(mode="json")
        scope = f"passkey-sign-up\0{body.credential.id}"
        fingerprint = idempotency.request_fingerprint(unit.keyring, scope, key, content)
        is_retry = await idempotency.find_result(unit, fingerprint) is not None
    if not is_retry:
        consent.check_version(body.consent)
        await _require_registration(context, request, body.invitation_token)
        await signup_throttle.count_sign_up(context, request, body.invitation_token)
    new = _new_person(body, "", None)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        try:
            signed_in = await passkey_sign_up.sign_up_with_passkey(
                unit, party, new, credential_json(body.credential), body.label, fingerprint
            )
        except PasskeyRefused:
            # The challenge is used up in any case.
            await session.commit()
            raise
        await login_throttle.remember_place(unit, request, signed_in.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    return signed_in_out(signed_in, response, context)


async def _require_registration(
    context: Context, request: Request, invitation_token: str | None, *, may_follow: bool = False
) -> None:
    """Raise RegistrationClosed or InvitationNotValid. `may_follow`: an invitation may still be named later."""
    mode = context.settings.registration
    if may_follow and invitation_token is None and mode == "invited":
        return
    async with login_throttle.count_invalid_links(context, request), context.database.read() as session:
        await registration.require_registration(make_unit(context, session), mode, invitation_token)


def _new_person(body: NewAccount, sign_in_name: str, passphrase_hash: str | None) -> NewPerson:
    return NewPerson(
        sign_in_name=sign_in_name,
        passphrase_hash=passphrase_hash,
        display_name=body.display_name,
        time_zone=body.time_zone,
        region=body.region,
        language=nearest(body.language),
        invitation_token=body.invitation_token,
        carrier=body.carrier,
        consent_version=body.consent,
    )
