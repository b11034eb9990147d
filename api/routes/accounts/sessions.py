"""Signing in and out, and giving the passphrase once more."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from api import login_throttle
from api.context import Context
from api.dependencies import IdempotencyKey, Reading, ReadingCaller, Services, Token, Writing, WritingCaller, make_unit
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
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.accounts import access_log, people, sessions
from rules.accounts.sessions import Credentials, SignedIn
from rules.errors import NotFound, NotSignedIn, TooMany, WrongCredentials

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


class Proof(Body):
    passphrase: GivenPassphrase


class NewSessionOut(BaseModel):
    """`token` is given here once; it is null when a cookie carries the session."""

    id: UUID
    token: str | None
    expires_at: datetime


class SignedInOut(BaseModel):
    person: PersonOut
    session: NewSessionOut


class SessionOut(BaseModel):
    id: UUID
    carrier: Carrier
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


@router.post(
    "", summary="Sign in with name and passphrase", status_code=201, responses=problems(WrongCredentials, TooMany)
)
async def sign_in(
    body: SignIn, request: Request, response: Response, context: Services, key: IdempotencyKey
) -> SignedInOut:
    """Sign in with name and passphrase."""
    known = await check_passphrase(context, request, body.sign_in_name, body.passphrase)
    fresh = None
    if known.earlier or context.passphrases.outdated(known.passphrase_hash):
        fresh = await context.passphrases.hash(body.passphrase, str(known.person_id))
    async with context.database.write() as session:
        unit = make_unit(context, session)
        asked = idempotency.request_fingerprint(
            unit.keyring, f"{known.person_id}\0sign-in", key, body.model_dump(mode="json")
        )
        _, new = await idempotency.run_once(unit, asked, known.person_id, lambda: _same(known.person_id))
        secret = idempotency.secret(unit, asked, "sign_in.token")
        made = await sessions.sign_in(unit, known, body.carrier, secret, fresh, is_retry=not new)
        await unit.commit(context.bus, context.dispatch_now)
    return signed_in_out(made, response, context)


async def _same(person_id: UUID) -> UUID:
    return person_id


@router.post(
    "/recovery",
    summary="Recover my account with a recovery code",
    status_code=201,
    responses=problems(WrongCredentials, TooMany),
)
async def recover(
    body: Recover, request: Request, response: Response, context: Services, key: IdempotencyKey
) -> SignedInOut:
    """Trade a recovery code for a new passphrase. Everywhere else you are signed out, and passkeys go."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        asked = idempotency.request_fingerprint(
            unit.keyring, f"recovery\0{body.sign_in_name}", key, body.model_dump(mode="json")
        )
        again = await idempotency.find_result(unit, asked) is not None
        owner = await sessions.find_credentials(unit, people.name_hash(unit.keyring, body.sign_in_name))
    if again:
        # The reply was lost: the code is used up, but the new passphrase opens the door.
        said = SignIn(sign_in_name=body.sign_in_name, passphrase=body.new_passphrase, carrier=body.carrier)
        return await sign_in(said, request, response, context, None)
    guess = await login_throttle.take(context, request, body.sign_in_name, owner.person_id if owner else None)
    hashed = await context.passphrases.hash(body.new_passphrase, guess.who)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        made = await people.recover(unit, body.sign_in_name, body.recovery_code, hashed, body.carrier)
        await idempotency.remember(unit, asked, made.person_id, made.person_id)
        await unit.commit(context.bus, context.dispatch_now)
    await login_throttle.give_back(context, guess, made.person_id)
    return signed_in_out(made, response, context)


@router.get("", summary="List where I am signed in")
async def mine(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SessionOut]:
    """Where I am signed in."""
    return page(
        await sessions.list_sessions(unit, who, limit, cursor), limit, lambda row: _session_out(row, who.session_id)
    )


def _session_out(row: Session, current: UUID) -> SessionOut:
    return SessionOut(
        id=row.id,
        carrier=Carrier(row.carrier),
        created_at=row.created_at,
        last_used_at=row.used_at,
        expires_at=row.expires_at,
        current=row.id == current,
    )


@router.post("/current/proof", summary="Give my passphrase once more", responses=problems(WrongCredentials, TooMany))
async def prove(body: Proof, request: Request, token: Token, context: Services) -> SessionOut:
    """Give the passphrase once more; it counts as fresh for 5 minutes."""
    async with context.database.read() as session:
        reading = make_unit(context, session)
        who = await access.caller(reading, token)
        encoded = (await access.person(reading, who)).passphrase_hash
    # No connection is held while a passphrase is checked: a queue of them must never stand before a press.
    guess = await login_throttle.take(context, request, str(who.person_id), who.person_id)
    if not await context.passphrases.matches(encoded, body.passphrase, guess.who):
        async with context.database.write() as session:
            access_log.record_own_event(make_unit(context, session), who, AccessKind.PROOF_FAILED)
            await session.commit()
        raise WrongCredentials
    await login_throttle.give_back(context, guess, who.person_id)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        await sessions.record_proof(unit, who)
        found = await session.get(Session, who.session_id)
        if found is None:
            raise NotSignedIn
        await unit.commit(context.bus, context.dispatch_now)
    return _session_out(found, who.session_id)


@router.delete("/{which}", summary="Sign out", status_code=204, responses=problems(NotFound))
async def sign_out(
    which: Annotated[str, Path(description="A session's id, `current` or `others`.", max_length=64)],
    unit: Writing,
    who: WritingCaller,
    response: Response,
    context: Services,
) -> None:
    """Sign out. The devices that were registered in that session get no more pushes."""
    if which == "others":
        await sessions.end_others(unit, who.person_id, keep=who.session_id)
        return
    try:
        session_id = who.session_id if which == "current" else UUID(which)
    except ValueError:
        raise NotFound from None
    await sessions.end(unit, who, session_id)
    if session_id == who.session_id:
        response.delete_cookie(
            context.settings.cookie_name, path="/", secure=context.settings.secure, httponly=True, samesite="lax"
        )


def signed_in_out(made: SignedIn, response: Response, context: Context) -> SignedInOut:
    """The reply to a sign-in or sign-up, in the carrier that was asked for."""
    cookie = made.carrier is Carrier.COOKIE
    if cookie:
        give_cookie(response, context, made.token)
    return SignedInOut(
        person=PersonOut(id=made.person_id, display_name=made.display_name),
        session=NewSessionOut(id=made.session_id, token=None if cookie else made.token, expires_at=made.expires_at),
    )


def give_cookie(response: Response, context: Context, token: str) -> None:
    """Let the browser carry this token for as long as a session may lie idle."""
    response.set_cookie(
        context.settings.cookie_name,
        token,
        max_age=int(sessions.SESSION_IDLE_LIFETIME.total_seconds()),
        path="/",
        secure=context.settings.secure,
        httponly=True,
        samesite="lax",
    )


async def check_passphrase(context: Context, request: Request, sign_in_name: str, passphrase: str) -> Credentials:
    """Whose passphrase this is. No transaction is open while it is hashed. Raises WrongCredentials, TooMany."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        known = await sessions.find_credentials(unit, people.name_hash(unit.keyring, sign_in_name))
    guess = await login_throttle.take(context, request, sign_in_name, known.person_id if known else None)
    match = await context.passphrases.matches(known.passphrase_hash if known else None, passphrase, guess.who)
    if not match or known is None:
        raise WrongCredentials
    await login_throttle.give_back(context, guess, known.person_id)
    return replace(known, earlier=match is Match.EARLIER)
