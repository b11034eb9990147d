"""Guests: who comes with a guest's session, and what less than a member they see."""

from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select

from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from models import GuestSession, Membership, Person
from models.enums import GuestSessionKind
from rules.access.callers import Caller, GuestScope, token_hash
from rules.access.predicates import owned_by, supports
from rules.errors import NotSignedIn

IS_GUEST = Person.guest_at.is_not(None)
"""People without an account of their own."""

_GUEST_STATEMENT = (
    select(
        GuestSession.id.label("session_id"),
        GuestSession.person_id,
        GuestSession.kind,
        GuestSession.reach_out_id,
        GuestSession.carrier,
        GuestSession.created_at,
        Person.region,
        Person.language,
        Person.data_key,
    )
    .join(Person, Person.id == GuestSession.person_id)
    .where(
        GuestSession.token_hash == bindparam("token_hash"),
        GuestSession.expires_at > bindparam("now", type_=UtcDateTime),
        IS_GUEST,
    )
)


async def load_guest(operation: Operation, token: str | None) -> Caller:
    """Return the guest whom this token carries, and what for. Raises NotSignedIn for a missing, unknown or expired token."""
    if not token:
        raise NotSignedIn
    rows = await operation.fetch(_GUEST_STATEMENT, {"token_hash": token_hash(token), "now": operation.now})
    if not rows:
        raise NotSignedIn
    row = rows[0]
    return Caller(
        person_id=row.person_id,
        session_id=row.session_id,
        carrier=row.carrier,
        proven_at=row.created_at,
        used_at=operation.now,
        region=row.region,
        language=row.language,
        vault=operation.keyring.vault(row.person_id, row.data_key),
        guest=GuestScope(GuestSessionKind(row.kind), row.reach_out_id),
    )


async def reads_notes(unit: UnitOfWork, who: Caller, owner_id: UUID) -> bool:
    """Return whether the caller reads what this person writes in a reach-out: a guest only where the person allows it."""
    if who.guest is None:
        return True
    allowed = select(Membership.id).where(
        owned_by(Membership, owner_id), supports(who.person_id), Membership.guest_notes.is_(True)
    )
    return (await unit.session.execute(allowed)).first() is not None


def guest_sessions_of(person_id: UUID) -> ColumnElement[bool]:
    """Every session of this guest."""
    return GuestSession.person_id == person_id
