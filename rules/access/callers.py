"""The person behind a request: loaded by a session token, locked where it matters, and asked for fresh proof."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.encryption import Keyring, Vault
from core.frozen import quick_dataclass
from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from models import Person, Session
from models.enums import GuestSessionKind
from rules.errors import NotSignedIn, ProofNeeded

PROOF_LIFETIME = timedelta(minutes=5)
"""How long a passphrase or passkey counts as fresh proof."""


@dataclass(frozen=True, slots=True)
class GuestScope:
    """What a guest's session is for; a link's is bound to one reach-out."""

    kind: GuestSessionKind
    reach_out_id: UUID | None


@quick_dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request, and the session that carries them. `guest`: they have no account, only this."""

    person_id: UUID
    session_id: UUID
    carrier: str
    proven_at: datetime
    used_at: datetime
    region: str | None
    language: str
    vault: Vault
    guest: GuestScope | None = None


def token_hash(token: str) -> bytes:
    """Return what is stored of a session token: a plain SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


CALLER_COLUMNS = (
    Session.id.label("session_id"),
    Session.person_id,
    Session.carrier,
    Session.proven_at,
    Session.used_at,
    Person.region,
    Person.language,
    Person.data_key,
)
"""The columns that `caller_from_row` reads."""
SIGNED_IN = and_(
    Session.token_hash == bindparam("token_hash"), Session.expires_at > bindparam("now", type_=UtcDateTime)
)
"""Selects the session of the token whose hash is bound to `token_hash`, unless it has expired at `now`."""

# Built once: every request executes it.
_CALLER_STATEMENT = select(*CALLER_COLUMNS).join(Person, Person.id == Session.person_id).where(SIGNED_IN)


async def load_caller(operation: Operation, token: str | None) -> Caller:
    """Return the caller whom this token carries. Raises NotSignedIn for a missing, unknown or expired token."""
    if not token:
        raise NotSignedIn
    rows = await operation.fetch(_CALLER_STATEMENT, {"token_hash": token_hash(token), "now": operation.now})
    if not rows:
        raise NotSignedIn
    return caller_from_row(rows[0], operation.keyring)


def caller_from_row(row: Any, keyring: Keyring) -> Caller:  # noqa: ANN401 (a row, of whichever statement)
    """Return the caller in a row that was selected with `CALLER_COLUMNS` where `SIGNED_IN`."""
    return Caller(
        person_id=row.person_id,
        session_id=row.session_id,
        carrier=row.carrier,
        proven_at=row.proven_at,
        used_at=row.used_at,
        region=row.region,
        language=row.language,
        vault=keyring.vault(row.person_id, row.data_key),
    )


async def is_signed_in(session: AsyncSession, session_id: UUID, now: datetime) -> bool:
    """Return whether this session exists and has not expired at `now`."""
    rows = await session.execute(select(Session.id).where(Session.id == session_id, Session.expires_at > now))
    return rows.first() is not None


async def lock_person(unit: UnitOfWork, who: Caller) -> None:
    """Lock the caller's row, so that whatever counts the caller's rows runs one at a time.

    Without it, concurrent requests would each see room for one more. It comes before all other locks, as in an erasure;
    a statement that only refers to the person does not wait for it.
    """
    await unit.session.execute(select(Person.id).where(Person.id == who.person_id).with_for_update(key_share=True))


async def lock_people(unit: UnitOfWork, people: Collection[UUID]) -> None:
    """Lock these people in id order, against others who change them; rows that refer to them can still be written."""
    if people:
        await unit.session.execute(
            select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update(key_share=True)
        )


async def lock_session(unit: UnitOfWork, who: Caller) -> None:
    """Keep the caller's session from ending until this unit is committed. Raises NotSignedIn when it has ended."""
    rows = await unit.session.execute(
        select(Session.id).where(Session.id == who.session_id).with_for_update(read=True, key_share=True)
    )
    if rows.first() is None:
        raise NotSignedIn


def has_proof(who: Caller, now: datetime) -> bool:
    """Return whether a passphrase or passkey was given in this session within the last 5 minutes; guests have neither."""
    return who.guest is None and now - who.proven_at <= PROOF_LIFETIME


def require_proof(who: Caller, now: datetime) -> None:
    """Raise ProofNeeded unless a passphrase or passkey was given within the last 5 minutes."""
    if not has_proof(who, now):
        raise ProofNeeded


async def load_person(unit: UnitOfWork, who: Caller) -> Person:
    """Return the caller's own row. Raises NotSignedIn when the account has been erased meanwhile."""
    row = await unit.session.get(Person, who.person_id)
    if row is None:
        raise NotSignedIn
    return row
