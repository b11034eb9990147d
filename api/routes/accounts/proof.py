"""Fresh proof within a session: the passphrase or a passkey, given once more."""

from fastapi import APIRouter, Request
from pydantic import model_validator

from api import login_throttle
from api.context import Context
from api.dependencies import Services, Token, Writing, WritingCaller, make_unit
from api.problems import problems
from api.relying_party import relying_party
from api.routes.accounts.sessions import SessionOut, session_out
from api.schemas.common import Body, GivenPassphrase
from api.schemas.webauthn import RequestOptions, SignedChallenge, credential_json
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Session
from models.enums import AccessKind
from rules import access
from rules.access import Caller
from rules.accounts import access_log, sessions
from rules.accounts.passkey import passkey_sign_in
from rules.errors import NotFound, NotSignedIn, PasskeysNotOffered, PasskeyUnknown, TooMany, WrongCredentials

router = APIRouter(prefix="/v1/sessions/current/proof", tags=["sessions"])


class Proof(Body):
    """One of the two: the passphrase, or what one of the caller's passkeys answered to `/v1/sessions/current/proof/options`."""

    passphrase: GivenPassphrase | None = None
    credential: SignedChallenge | None = None

    @model_validator(mode="after")
    def _one(self) -> "Proof":
        if (self.passphrase is None) == (self.credential is None):
            raise ValueError("must have either a passphrase or a credential")
        return self


@router.post(
    "/options",
    summary="Begin to give proof with a passkey",
    responses=problems(PasskeysNotOffered, NotFound),
    operation_id="begin_proof",
)
async def passkey_proof_options(unit: Writing, who: WritingCaller, context: Services) -> RequestOptions:
    """Begin to give proof with one of my passkeys; what was begun before can no longer be finished."""
    party = relying_party(context)
    return RequestOptions.model_validate(await passkey_sign_in.passkey_proof_options(unit, who, party))


@router.post(
    "",
    summary="Give my passphrase or a passkey once more",
    responses=problems(NotSignedIn, WrongCredentials, PasskeyUnknown, PasskeysNotOffered, TooMany, KeysUnavailable),
    operation_id="give_proof",
)
async def prove(body: Proof, request: Request, token: Token, context: Services) -> SessionOut:
    """Give the passphrase once more, or let a passkey answer; it counts as fresh for 5 minutes."""
    async with context.database.read() as session:
        reading = make_unit(context, session)
        who = await access.load_caller(reading, token)
        encoded = (await access.load_person(reading, who)).passphrase_hash
    if body.credential is not None:
        return await _prove_with_passkey(context, request, who, body.credential)
    # No connection is held while a passphrase is checked, or a queue of checks could hold up a press.
    guess = await login_throttle.count_guess(context, request, str(who.person_id), who.person_id)
    if not await context.passphrases.matches(encoded, body.passphrase or "", guess.who):
        async with context.database.write() as session:
            access_log.record_own_event(make_unit(context, session), who, AccessKind.PROOF_FAILED)
            await session.commit()
        raise WrongCredentials
    await login_throttle.accept_guess(context, guess, who.person_id)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        await sessions.record_proof(unit, who)
        proven = await _own_session_out(unit, who)
        await unit.commit(context.bus, context.dispatch_now)
    return proven


async def _prove_with_passkey(
    context: Context, request: Request, who: Caller, credential: SignedChallenge
) -> SessionOut:
    party = relying_party(context)
    guess = await login_throttle.count_guess(context, request, credential.id, None, guessable=False)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        try:
            await passkey_sign_in.prove_with_passkey(unit, who, party, credential_json(credential))
        except PasskeyUnknown:
            # The challenge is used up in any case.
            access_log.record_own_event(unit, who, AccessKind.PROOF_FAILED)
            await unit.commit(context.bus, context.dispatch_now)
            raise
        proven = await _own_session_out(unit, who)
        await unit.commit(context.bus, context.dispatch_now)
    await login_throttle.accept_guess(context, guess, who.person_id)
    return proven


async def _own_session_out(unit: UnitOfWork, who: Caller) -> SessionOut:
    """Return the caller's session. Raises NotSignedIn when it has ended meanwhile."""
    row = await unit.session.get(Session, who.session_id)
    if row is None:
        raise NotSignedIn
    devices = await sessions.load_session_devices(unit, who, [row])
    return session_out(row, who.session_id, devices.get(row.id))
