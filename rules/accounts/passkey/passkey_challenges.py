"""Challenges of passkeys: each is issued here, answered once and within its lifetime."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete

from core.passkeys import CHALLENGE_BYTES, decode_base64url
from core.unit_of_work import UnitOfWork
from models import PasskeyChallenge
from rules import access
from rules.access import Caller

CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long a challenge can be answered."""
CHALLENGE_SECONDS = int(CHALLENGE_LIFETIME.total_seconds())

_FOR_SIGN_IN = and_(PasskeyChallenge.person_id.is_(None), PasskeyChallenge.new_person_id.is_(None))


async def issue_challenge(
    unit: UnitOfWork, person_id: UUID | None = None, *, new_person_id: UUID | None = None
) -> bytes:
    """Store a new challenge and return it.

    It is for this person, or for the account that will have the id `new_person_id`; with neither, for a sign-in.
    """
    challenge = decode_base64url(unit.new_token(CHALLENGE_BYTES))
    unit.session.add(
        PasskeyChallenge(
            challenge_hash=_challenge_hash(challenge),
            person_id=person_id,
            new_person_id=new_person_id,
            expires_at=unit.now + CHALLENGE_LIFETIME,
        )
    )
    await unit.session.flush()
    return challenge


async def replace_challenge(unit: UnitOfWork, who: Caller) -> bytes:
    """Return a new challenge for the caller; earlier ones are no longer accepted."""
    await unit.session.execute(delete(PasskeyChallenge).where(access.mine(PasskeyChallenge, who)))
    return await issue_challenge(unit, who.person_id)


async def use_challenge(unit: UnitOfWork, challenge: bytes, person_id: UUID | None) -> bool:
    """Delete a challenge; return whether it was for this person (None: for a sign-in) and has not expired."""
    whose = _FOR_SIGN_IN if person_id is None else access.owned_by(PasskeyChallenge, person_id)
    used, _ = await _use(unit, challenge, whose)
    return used


async def use_sign_up_challenge(unit: UnitOfWork, challenge: bytes) -> UUID | None:
    """Delete a challenge; return the id of the account that it was issued for, None if there is none or it has expired."""
    used, new_person_id = await _use(unit, challenge, PasskeyChallenge.new_person_id.is_not(None))
    return new_person_id if used else None


async def _use(unit: UnitOfWork, challenge: bytes, whose: ColumnElement[bool]) -> tuple[bool, UUID | None]:
    rows = await unit.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.challenge_hash == _challenge_hash(challenge), whose)
        .returning(PasskeyChallenge.expires_at, PasskeyChallenge.new_person_id)
        .execution_options(synchronize_session=False)
    )
    row = rows.one_or_none()
    return (False, None) if row is None else (row.expires_at > unit.now, row.new_person_id)


def _challenge_hash(challenge: bytes) -> bytes:
    """Return what is stored of a challenge: a plain SHA-256, enough for 256 random bits."""
    return hashlib.sha256(challenge).digest()
