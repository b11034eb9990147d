"""Invitations to make an account, by the operator's word: for a place where accounts need one, and its first person."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from core import secret_text
from core.unit_of_work import UnitOfWork
from models import RegistrationInvitation
from models.enums import OperatorActionKind
from rules.errors import InvitationNotValid, NotFound
from rules.operator.actions import Operator, record_action

REGISTRATION_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """`token` is shown once; only its hash is stored."""

    id: UUID
    token: str
    expires_at: datetime


async def let_somebody_in(unit: UnitOfWork, operator: Operator, days: int) -> NewInvitation:
    """Let one person make an account within so many days."""
    token = unit.new_token(REGISTRATION_TOKEN_BYTES)
    invitation = RegistrationInvitation(
        id=unit.new_id(),
        token_hash=_hash(token),
        created_at=unit.now,
        expires_at=unit.now + timedelta(days=days),
    )
    unit.session.add(invitation)
    record_action(unit, operator, OperatorActionKind.INVITED, str(invitation.id))
    await unit.session.flush()
    return NewInvitation(invitation.id, token, invitation.expires_at)


async def list_open(unit: UnitOfWork) -> Sequence[RegistrationInvitation]:
    """Return those that can still be used, newest first."""
    statement = select(RegistrationInvitation).where(RegistrationInvitation.expires_at > unit.now)
    return (await unit.session.execute(statement.order_by(RegistrationInvitation.id.desc()))).scalars().all()


async def withdraw(unit: UnitOfWork, operator: Operator, invitation_id: UUID) -> None:
    """Delete one, so that its link lets nobody in. Raises NotFound."""
    deleted = await unit.session.execute(
        delete(RegistrationInvitation)
        .where(RegistrationInvitation.id == invitation_id)
        .returning(RegistrationInvitation.id)
    )
    record_action(unit, operator, OperatorActionKind.INVITATION_WITHDRAWN, str(invitation_id))
    if deleted.first() is None:
        raise NotFound


async def admits(unit: UnitOfWork, token: str) -> bool:
    """Return whether this is the token of one that can still be used."""
    statement = select(RegistrationInvitation.id).where(
        RegistrationInvitation.token_hash == _hash(token), RegistrationInvitation.expires_at > unit.now
    )
    return (await unit.session.execute(statement)).first() is not None


async def use(unit: UnitOfWork, token: str) -> bool:
    """Use it up and return True; return False for a token that is none of these.

    Raises InvitationNotValid when it has expired. Two who use it at once: the row is deleted once, so one of them finds none.
    """
    used = await unit.session.execute(
        delete(RegistrationInvitation)
        .where(RegistrationInvitation.token_hash == _hash(token))
        .returning(RegistrationInvitation.expires_at)
    )
    expires_at = used.scalar_one_or_none()
    if expires_at is not None and expires_at <= unit.now:
        raise InvitationNotValid
    return expires_at is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"registration\0" + secret_text.invitation_token(token).encode()).digest()
