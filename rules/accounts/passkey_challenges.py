"""Challenges of passkeys: each is issued here, answered once and within its lifetime."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from core.passkeys import CHALLENGE_BYTES, decode_base64url
from core.unit_of_work import UnitOfWork
from models import PasskeyChallenge
from rules import access

CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long a challenge can be answered."""


async def issue_challenge(unit: UnitOfWork, person_id: UUID | None) -> bytes:
    """Store a new challenge for this person (None: for a sign-in) and return it."""
    challenge = decode_base64url(unit.new_token(CHALLENGE_BYTES))
    unit.session.add(
        PasskeyChallenge(
            challenge_hash=_challenge_hash(challenge), person_id=person_id, expires_at=unit.now + CHALLENGE_LIFETIME
        )
    )
    await unit.session.flush()
    return challenge


async def use_challenge(unit: UnitOfWork, challenge: bytes, person_id: UUID | None) -> bool:
    """Delete a challenge; return whether it was for this person (None: for a sign-in) and has not expired."""
    rows = await unit.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.challenge_hash == _challenge_hash(challenge))
        .where(
            PasskeyChallenge.person_id.is_(None) if person_id is None else access.owned_by(PasskeyChallenge, person_id)
        )
        .returning(PasskeyChallenge.expires_at)
        .execution_options(synchronize_session=False)
    )
    expires_at = rows.scalar()
    return expires_at is not None and expires_at > unit.now


def _challenge_hash(challenge: bytes) -> bytes:
    """Return what is stored of a challenge: a plain SHA-256, enough for 256 random bits."""
    return hashlib.sha256(challenge).digest()
