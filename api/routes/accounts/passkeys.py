"""Passkeys: a fingerprint or a face instead of a passphrase."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api import login_throttle
from api.dependencies import (
    IdempotencyHeader,
    Reading,
    ReadingCaller,
    Services,
    Writing,
    WritingCaller,
    fingerprint_of,
    make_unit,
)
from api.problems import problems
from api.relying_party import relying_party
from api.routes.accounts.sessions import SignedInOut, signed_in_out
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Label, Limit, Page, page
from api.schemas.webauthn import CreationOptions, Registration, RequestOptions, SignedChallenge, credential_json
from core.errors import KeysUnavailable
from models import Passkey
from models.enums import Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts.passkey import passkey_sign_in, passkeys
from rules.errors import (
    AccountDisabled,
    KeyReused,
    LastWayIn,
    NotFound,
    PasskeyRefused,
    PasskeysNotOffered,
    PasskeyUnknown,
    ProofNeeded,
    TooMany,
    TooManyPasskeys,
)

router = APIRouter(tags=["passkeys"])


class NewPasskey(Body):
    """`label` is for the owner's eyes: which phone or key it is."""

    credential: Registration
    label: Label | None = None


class PasskeySignIn(Body):
    credential: SignedChallenge
    carrier: Carrier = Carrier.TOKEN


class PasskeyOut(BaseModel):
    """`synced`: it may live on several of your devices."""

    id: UUID
    label: str | None
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


@router.post(
    "/v1/passkeys/options",
    summary="Begin to add a passkey",
    responses=problems(PasskeysNotOffered, ProofNeeded, TooManyPasskeys, KeysUnavailable),
    operation_id="begin_passkey",
)
async def passkey_creation_options(unit: Writing, who: WritingCaller, context: Services) -> CreationOptions:
    """Begin to add a passkey. Needs fresh proof; what was begun before can no longer be finished."""
    party = relying_party(context)
    access.require_proof(who, unit.now)
    return CreationOptions.model_validate(await passkeys.passkey_creation_options(unit, who, party))


@router.post(
    "/v1/passkeys",
    summary="Add a passkey",
    status_code=201,
    responses=problems(
        PasskeysNotOffered, ProofNeeded, PasskeyRefused, TooManyPasskeys, NotFound, KeyReused, KeysUnavailable
    ),
    operation_id="add_passkey",
)
async def add_passkey(
    body: NewPasskey, unit: Writing, who: WritingCaller, context: Services, key: IdempotencyHeader
) -> PasskeyOut:
    """Add the passkey that the browser has made. Needs fresh proof; ten are the most."""
    party = relying_party(context)
    access.require_proof(who, unit.now)
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/passkeys", key, body)
    try:
        return _passkey_out(
            await passkeys.add_passkey(unit, who, party, credential_json(body.credential), body.label, fingerprint),
            who,
        )
    except PasskeyRefused:
        # The challenge is used up in any case.
        await unit.commit(context.bus, context.dispatch_now)
        raise


@router.get("/v1/passkeys", summary="List my passkeys", operation_id="list_passkeys")
async def list_passkeys(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[PasskeyOut]:
    """My passkeys."""
    return page(await passkeys.list_passkeys(unit, who, limit, cursor), limit, lambda row: _passkey_out(row, who))


@router.delete(
    "/v1/passkeys/{passkey_id}",
    summary="Remove a passkey",
    status_code=204,
    responses=problems(NotFound, ProofNeeded, LastWayIn),
    operation_id="remove_passkey",
)
async def remove_passkey(passkey_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Remove a passkey, unless it is the only way in. Needs fresh proof. Where it has signed in stays signed in: see /v1/sessions."""
    access.require_proof(who, unit.now)
    await passkeys.remove_passkey(unit, who, passkey_id)


@router.post(
    "/v1/sessions/passkey/options",
    summary="Begin to sign in with a passkey",
    responses=problems(PasskeysNotOffered, TooMany),
    operation_id="begin_passkey_sign_in",
)
async def passkey_request_options(unit: Writing, request: Request, context: Services) -> RequestOptions:
    """Begin to sign in with a passkey, whoever you are."""
    party = relying_party(context)
    return RequestOptions.model_validate(
        await passkey_sign_in.passkey_request_options(unit, party, login_throttle.request_place(request))
    )


@router.post(
    "/v1/sessions/passkey",
    summary="Sign in with a passkey",
    status_code=201,
    responses=problems(PasskeysNotOffered, PasskeyUnknown, AccountDisabled, TooMany, KeyReused, KeysUnavailable),
    operation_id="sign_in_with_passkey",
)
async def sign_in_with_passkey(
    body: PasskeySignIn, request: Request, response: Response, context: Services, key: IdempotencyHeader
) -> SignedInOut:
    """Sign in with a passkey. It counts as fresh proof."""
    party = relying_party(context)
    guess = await login_throttle.count_guess(context, request, body.credential.id, None, guessable=False)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        content = body.model_dump(mode="json", exclude_unset=True)
        fingerprint = idempotency.request_fingerprint(unit.keyring, f"passkey\0{body.credential.id}", key, content)
        try:
            signed_in = await passkey_sign_in.sign_in_with_passkey(
                unit, party, credential_json(body.credential), body.carrier, fingerprint
            )
        except PasskeyUnknown:
            # The challenge is used up in any case.
            await session.commit()
            raise
        await unit.commit(context.bus, context.dispatch_now)
    await login_throttle.accept_guess(context, guess, signed_in.person_id)
    return signed_in_out(signed_in, response, context)


def _passkey_out(row: Passkey, who: Caller) -> PasskeyOut:
    return PasskeyOut(
        id=row.id,
        label=who.vault.open("passkeys.label", row.id, row.label),
        synced=row.synced,
        created_at=row.created_at,
        last_used_at=row.used_at,
    )
