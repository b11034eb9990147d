"""Adding and replacing a passphrase and recovery codes."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api import new_passphrase
from api.dependencies import IdempotencyHeader, Services, Token, Writing, WritingCaller, fingerprint_of, make_unit
from api.problems import problems
from api.schemas.common import Body, Passphrase
from core.errors import Busy
from rules import access
from rules.accounts import people
from rules.errors import PassphraseTooEasy, ProofNeeded

router = APIRouter(tags=["me"])

MAX_PASSPHRASE_ATTEMPTS = 3
"""How often a new passphrase is tried while others are set concurrently in the same account."""


class NewPassphrase(Body):
    passphrase: Passphrase


class CodesOut(BaseModel):
    recovery_codes: list[str]


async def proven_caller(token: Token, context: Services) -> None:
    """Ask who it is before the body is read, and hold no transaction afterwards. Raises NotSignedIn, ProofNeeded."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        access.require_proof(await access.load_caller(unit, token), unit.now)


@router.put(
    "/v1/me/passphrase",
    summary="Set a passphrase",
    status_code=204,
    responses=problems(ProofNeeded, PassphraseTooEasy),
    dependencies=[Depends(proven_caller)],
    operation_id="set_passphrase",
)
async def set_passphrase(body: NewPassphrase, token: Token, context: Services) -> None:
    """Set a passphrase. Needs fresh proof. A new one signs you out everywhere else, and passkeys go; a first one ends nothing."""
    for _ in range(MAX_PASSPHRASE_ATTEMPTS):
        async with context.database.read() as session:
            unit = make_unit(context, session)
            who = await access.load_caller(unit, token)
            access.require_proof(who, unit.now)
            earlier_hash = (await access.load_person(unit, who)).passphrase_hash
            names = await people.load_own_names(unit, who)
        # A request that is sent once more must not be taken for a change, which would remove the passkeys.
        if earlier_hash and await context.passphrases.matches(earlier_hash, body.passphrase, str(who.person_id)):
            return
        hashed = await new_passphrase.hash_chosen(context, body.passphrase, names, str(who.person_id))
        async with context.database.write() as session:
            unit = make_unit(context, session)
            who = await access.load_caller(unit, token)
            if await people.set_passphrase(unit, who, earlier_hash, hashed):
                await unit.commit(context.bus, context.dispatch_now)
                return
    raise Busy


@router.post(
    "/v1/recovery-codes",
    summary="Make new recovery codes",
    status_code=201,
    responses=problems(ProofNeeded),
    operation_id="make_recovery_codes",
)
async def renew_codes(unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> CodesOut:
    """Ten new recovery codes; the earlier ones stop working. Needs fresh proof."""
    access.require_proof(who, unit.now)
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/recovery-codes", key, None)
    return CodesOut(recovery_codes=await people.renew_codes(unit, who, fingerprint))
