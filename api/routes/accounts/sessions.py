"""Signing in with name and passphrase, recovering an account, and signing out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from api import login_throttle, new_passphrase
from api.context import Context
from api.dependencies import (
    IdempotencyHeader,
    Reading,
    ReadingCaller,
    Services,
    Writing,
    WritingCaller,
    make_unit,
    reading_operation,
)
from api.login_throttle import Guess
from api.problems import problems
from api.schemas.common import (
    DEFAULT_LIMIT,
    Body,
    Cursor,
    GivenPassphrase,
    GivenSignInName,
    Limit,
    Page,
    Passphrase,
    PersonOut,
    page,
)
from core.passphrases import Match
from models import Session
from models.enums import Carrier, Platform
from rules import access, idempotency
from rules.accounts import people, sessions
from rules.accounts.sessions import Credentials, SessionDevice, SignedIn
from rules.errors import AccountDisabled, KeyReused, NotFound, PassphraseTooEasy, ProofNeeded, TooMany, WrongCredentials

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


class SignIn(Body):
    sign_in_name: GivenSignInName
    passphrase: GivenPassphrase
    carrier: Carrier = Carrier.TOKEN


class Recover(Body):
    sign_in_name: GivenSignInName
    recovery_code: GivenPassphrase
    new_passphrase: Passphrase
    carrier: Carrier = Carrier.TOKEN


class NewSessionOut(BaseModel):
    """`token` is given here once; it is null when a cookie carries the session."""

    id: UUID
    token: str | None
    expires_at: datetime


class SignedInOut(BaseModel):
    person: PersonOut
    session: NewSessionOut


class SessionOut(BaseModel):
    """`label` and `platform`: of the phone or browser that takes pushes in this session; null where none does."""

    id: UUID
    label: str | None
    platform: Platform | None
    carrier: Carrier
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


@router.post(
    "",
    summary="Sign in with name and passphrase",
    status_code=201,
    responses=problems(WrongCredentials, AccountDisabled, TooMany, KeyReused),
    operation_id="sign_in",
)
async def sign_in(
    body: SignIn, request: Request, response: Response, context: Services, key: IdempotencyHeader
) -> SignedInOut:
    """Sign in with name and passphrase."""
    credentials, guess = await check_passphrase(context, request, body.sign_in_name, body.passphrase)
    fresh_hash = None
    if credentials.earlier or context.passphrases.outdated(credentials.passphrase_hash):
        fresh_hash = await context.passphrases.hash(body.passphrase, str(credentials.person_id))
    async with (
        login_throttle.accepted_anyway(context, guess, credentials.person_id),
        context.database.write() as session,
    ):
        unit = make_unit(context, session)
        fingerprint = idempotency.request_fingerprint(
            unit.keyring, f"{credentials.person_id}\0sign-in", key, body.model_dump(mode="json")
        )
        _, is_new = await idempotency.run_once(
            unit, fingerprint, credentials.person_id, lambda: sessions.lock_for_sign_in(unit, credentials.person_id)
        )
        secret = idempotency.secret(unit, fingerprint, "sign_in.token")
        signed_in = await sessions.sign_in(unit, credentials, body.carrier, secret, fresh_hash, is_retry=not is_new)
        await login_throttle.accept_in(unit, guess, signed_in.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    return signed_in_out(signed_in, response, context)


@router.post(
    "/recovery",
    summary="Recover my account with a recovery code",
    status_code=201,
    responses=problems(WrongCredentials, AccountDisabled, TooMany, PassphraseTooEasy, KeyReused),
    operation_id="recover_account",
)
async def recover(
    body: Recover, request: Request, response: Response, context: Services, key: IdempotencyHeader
) -> SignedInOut:
    """Trade a recovery code for a new passphrase. Everywhere else you are signed out, and passkeys go."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        fingerprint = idempotency.request_fingerprint(
            unit.keyring, f"recovery\0{body.sign_in_name}", key, body.model_dump(mode="json")
        )
        is_retry = await idempotency.find_result(unit, fingerprint) is not None
        owner = await sessions.find_name_owner(unit, people.name_hash(unit.keyring, body.sign_in_name))
    # What a retry does: the code is used up, but the new passphrase is set.
    as_sign_in = SignIn(sign_in_name=body.sign_in_name, passphrase=body.new_passphrase, carrier=body.carrier)
    if is_retry:
        return await sign_in(as_sign_in, request, response, context, None)
    guess = await login_throttle.count_guess(context, request, body.sign_in_name, owner.person_id if owner else None)
    passphrase_hash = await _hash_recovered(context, body, guess)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        signed_in = None
        try:
            signed_in = await people.recover(unit, body.sign_in_name, body.recovery_code, passphrase_hash, body.carrier)
        except WrongCredentials:
            # A concurrent copy of this request may have used the code up.
            person_id = await idempotency.find_result(unit, fingerprint)
            if person_id is None:
                raise
        else:
            person_id = signed_in.person_id
            await idempotency.remember(unit, fingerprint, person_id, person_id)
            await unit.commit(context.bus, context.dispatch_now)
    await login_throttle.accept_guess(context, guess, person_id)
    if signed_in is None:
        return await sign_in(as_sign_in, request, response, context, None)
    return signed_in_out(signed_in, response, context)


async def _hash_recovered(context: Context, body: Recover, guess: Guess) -> str:
    """Return the hash of the new passphrase. Raises PassphraseTooEasy to whoever has the code, and to nobody else.

    A display name is never judged by for somebody without the code: the reply would confirm it.
    """
    async with context.database.read() as session:
        unit = make_unit(context, session)
        names = await people.load_names_behind_code(unit, body.sign_in_name, body.recovery_code)
        owner = await sessions.find_name_owner(unit, people.name_hash(unit.keyring, body.sign_in_name))
    if names is None or owner is None:
        # As much work as for the right code; what is wrong with this one is said later.
        return await context.passphrases.hash(body.new_passphrase, guess.who)
    try:
        return await new_passphrase.hash_chosen(context, body.new_passphrase, names, guess.who)
    except PassphraseTooEasy:
        await login_throttle.accept_guess(context, guess, owner.person_id)
        raise


@router.get("", summary="List where I am signed in", operation_id="list_sessions")
async def list_sessions(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SessionOut]:
    """Where I am signed in."""
    listed = await sessions.list_sessions(unit, who, limit, cursor)
    devices = await sessions.load_session_devices(unit, who, listed)
    return page(listed, limit, lambda row: session_out(row, who.session_id, devices.get(row.id)))


def session_out(row: Session, current: UUID, device: SessionDevice | None = None) -> SessionOut:
    """Build the reply that describes a session; `current` is the caller's own."""
    return SessionOut(
        id=row.id,
        label=device.label if device else None,
        platform=device.platform if device else None,
        carrier=Carrier(row.carrier),
        created_at=row.created_at,
        last_used_at=row.used_at,
        expires_at=row.expires_at,
        current=row.id == current,
    )


@router.delete(
    "/{which}", summary="Sign out", status_code=204, responses=problems(NotFound, ProofNeeded), operation_id="sign_out"
)
async def sign_out(
    which: Annotated[str, Path(description="A session's id, `current` or `others`.", max_length=64)],
    unit: Writing,
    who: WritingCaller,
    response: Response,
    context: Services,
) -> None:
    """Sign out. Elsewhere it needs fresh proof. The devices that were registered in that session get no more pushes."""
    if which == "others":
        access.require_proof(who, unit.now)
        await sessions.end_others(unit, who.person_id, keep=who.session_id)
        return
    try:
        session_id = who.session_id if which == "current" else UUID(which)
    except ValueError:
        raise NotFound from None
    if session_id != who.session_id:
        access.require_proof(who, unit.now)
    await sessions.end_session(unit, who, session_id)
    if session_id == who.session_id:
        response.delete_cookie(
            context.settings.cookie_name, path="/", secure=context.settings.secure, httponly=True, samesite="lax"
        )


def signed_in_out(signed_in: SignedIn, response: Response, context: Context) -> SignedInOut:
    """Build the reply to a sign-in or sign-up, and set the cookie if that is the carrier."""
    cookie = signed_in.carrier is Carrier.COOKIE
    if cookie:
        give_cookie(response, context, signed_in.token)
    return SignedInOut(
        person=PersonOut(id=signed_in.person_id, display_name=signed_in.display_name),
        session=NewSessionOut(
            id=signed_in.session_id, token=None if cookie else signed_in.token, expires_at=signed_in.expires_at
        ),
    )


def give_cookie(response: Response, context: Context, token: str) -> None:
    """Set the cookie with this token, for the idle lifetime of a session."""
    response.set_cookie(
        context.settings.cookie_name,
        token,
        max_age=int(sessions.SESSION_IDLE_LIFETIME.total_seconds()),
        path="/",
        secure=context.settings.secure,
        httponly=True,
        samesite="lax",
    )


async def check_passphrase(
    context: Context, request: Request, sign_in_name: str, passphrase: str
) -> tuple[Credentials, Guess]:
    """Check a passphrase, with no transaction open meanwhile; return whose it is, and the guess for the caller to accept.

    Raises WrongCredentials, AccountDisabled, TooMany.
    """
    async with reading_operation(context) as reading:
        owner = await sessions.find_name_owner(reading, people.name_hash(context.keyring, sign_in_name))
    guess = await login_throttle.count_guess(context, request, sign_in_name, owner.person_id if owner else None)
    # Without a passphrase, a name is like one that nobody has: it takes as long, and says as little.
    encoded = owner.passphrase_hash if owner else None
    match = await context.passphrases.matches_guess(encoded, passphrase, guess.who)
    if not match or owner is None or encoded is None:
        raise WrongCredentials
    if owner.disabled_at is not None:
        await login_throttle.accept_guess(context, guess, owner.person_id)
        raise AccountDisabled
    return Credentials(owner.person_id, encoded, earlier=match is Match.EARLIER_SPELLING), guess
