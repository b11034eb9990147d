"""Signing up: a name to sign in with, a passphrase, a name that friends know. No e-mail, no phone number."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator

from api import login_throttle, reported_locale, signup_throttle
from api.dependencies import IdempotencyHeader, Services, make_unit
from api.problems import problems
from api.routes.accounts.sessions import SignedInOut, check_passphrase, signed_in_out
from api.schemas.common import Body, DisplayName, InvitationToken, Passphrase, SignInName
from core.errors import KeysUnavailable
from models.enums import Carrier
from rules import idempotency
from rules.accounts import people
from rules.accounts.people import NewPerson
from rules.errors import CircleFull, InvitationNotValid, KeyReused, NameTaken, RegistrationClosed, TooMany
from rules.languages import nearest

router = APIRouter(prefix="/v1/people", tags=["people"])


class SignUp(Body):
    """`time_zone`, `region` and `language` are what a browser reports of itself: what cannot be used of it counts as left out."""

    sign_in_name: SignInName
    passphrase: Passphrase
    display_name: DisplayName
    time_zone: Annotated[str, BeforeValidator(reported_locale.parse_time_zone)] = "UTC"
    region: Annotated[str | None, BeforeValidator(reported_locale.parse_region)] = None
    language: Annotated[str | None, BeforeValidator(reported_locale.parse_language)] = None
    invitation_token: InvitationToken | None = None
    carrier: Carrier = Carrier.TOKEN


class SignedUpOut(SignedInOut):
    """`recovery_codes` are shown here once. Each opens the account one time when the passphrase is lost."""

    recovery_codes: list[str]


@router.post(
    "",
    summary="Sign up",
    status_code=201,
    responses=problems(
        NameTaken, RegistrationClosed, InvitationNotValid, CircleFull, TooMany, KeyReused, KeysUnavailable
    ),
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
            async with login_throttle.count_invalid_links(context, request):
                await people.require_registration(unit, context.settings.registration, body.invitation_token)
    # Hashed outside of any transaction, so that a sign-up never holds up a press. A retry opens a session as well, so its
    # passphrase is checked: it may have been changed since.
    if is_retry:
        hashed = (await check_passphrase(context, request, body.sign_in_name, body.passphrase)).passphrase_hash
    else:
        await signup_throttle.count_sign_up(context, request, body.invitation_token)
        hashed = await context.passphrases.hash_for_sign_up(body.passphrase, login_throttle.request_place(request))
    new = NewPerson(
        sign_in_name=body.sign_in_name,
        passphrase_hash=hashed,
        display_name=body.display_name,
        time_zone=body.time_zone,
        region=body.region,
        language=nearest(body.language),
        invitation_token=body.invitation_token,
        carrier=body.carrier,
    )
    async with context.database.write() as session:
        unit = make_unit(context, session)
        signed_up = await people.sign_up(unit, new, fingerprint)
        await login_throttle.remember_place(unit, request, signed_up.signed_in.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    signed_in = signed_in_out(signed_up.signed_in, response, context)
    return SignedUpOut(person=signed_in.person, session=signed_in.session, recovery_codes=signed_up.recovery_codes)
