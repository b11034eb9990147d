"""Letting somebody into a circle: a link for one person, two words that both compare, and the owner's last word."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core.errors import AlreadyInCircle, CircleFull, InvitationNotValid, NotFound, OwnInvitation, StepOneFull
from core.unit import Unit
from models import Invitation, Membership, Person
from models.vocabulary import NoticeKind, Role
from rules import access, idempotency, throttle
from rules.access import Caller
from rules.idempotency import Retry
from rules.telling import Telling, tell
from rules.throttle import Limit

VALID = timedelta(hours=48)
CIRCLE = 15
STEP_ONE = 4
TOKEN = 16
PACE = Limit("invitations", burst=30, every=120)


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation; the token is known to nobody but the one who made it."""

    id: UUID
    token: str
    role: str
    step: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What an invitation says before it is accepted."""

    inviter_id: UUID
    inviter_name: str | None
    role: str
    expires_at: datetime


async def invite(
    unit: Unit, who: Caller, role: Role, step: int | None, label: str | None, asked: Retry | None
) -> Invited:
    """Make an invitation, good for 48 hours and one person. A retry gives the same token.

    Raises CircleFull, StepOneFull, TooMany, KeyReused.
    """
    seed = idempotency.secret(unit, asked, "invitation.token", TOKEN)
    token = base64.urlsafe_b64encode(seed).decode().rstrip("=")

    async def create() -> UUID:
        await lock_circle(unit, who.person_id)
        await throttle.take(unit, PACE, str(who.person_id))
        if await size(unit, who.person_id) >= CIRCLE:
            raise CircleFull
        made = Invitation(
            id=unit.new_id(),
            inviter_id=who.person_id,
            token_hash=_hash(token),
            role=str(role),
            step=await _step(unit, who.person_id, step),
            created_at=unit.now,
            expires_at=unit.now + VALID,
        )
        made.label = who.vault.seal("invitations.label", made.id, label)
        unit.session.add(made)
        await unit.session.flush()
        return made.id

    made_id, _ = await idempotency.once(unit, asked, who.person_id, create)
    found = await unit.session.get(Invitation, made_id)
    if found is None:
        # A retry that comes after the link was used or withdrawn.
        raise InvitationNotValid
    return Invited(found.id, token, found.role, found.step, found.expires_at)


async def find(unit: Unit, token: str, *, lock: bool = False) -> Invitation:
    """The invitation that this token opens. Raises InvitationNotValid, whatever the reason."""
    statement = select(Invitation).where(Invitation.token_hash == _hash(token), Invitation.expires_at > unit.now)
    if lock:
        statement = statement.with_for_update()
    found = (await unit.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise InvitationNotValid
    return found


async def preview(unit: Unit, who: Caller, token: str) -> Preview:
    """Who invites as what. Raises InvitationNotValid, OwnInvitation."""
    found = await find(unit, token)
    await _acceptable(unit, who.person_id, found)
    inviter = await unit.session.get_one(Person, found.inviter_id)
    vault = unit.keyring.vault(inviter.id, inviter.data_key)
    name = vault.open("people.display_name", inviter.id, inviter.display_name)
    return Preview(inviter.id, name, found.role, found.expires_at)


async def accept(unit: Unit, person_id: UUID, token: str, asked: Retry | None) -> UUID:
    """Take the invitation up; gives the membership, which counts only once its owner confirms it.

    Raises InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull, KeyReused.
    """

    async def create() -> UUID:
        # The circle first, then the invitation: the same order everywhere, so that nobody waits in a ring.
        await lock_circle(unit, (await find(unit, token)).inviter_id)
        found = await find(unit, token, lock=True)
        await _acceptable(unit, person_id, found)
        owner = found.inviter_id
        there = select(Membership.id).where(Membership.owner_id == owner, Membership.member_id == person_id)
        if (await unit.session.execute(there)).first() is not None:
            raise AlreadyInCircle
        if await size(unit, owner) >= CIRCLE:
            raise CircleFull
        step = found.step if found.step == 2 or await _first_told(unit, owner) < STEP_ONE else 2
        made = Membership(
            id=unit.new_id(),
            owner_id=owner,
            member_id=person_id,
            role=found.role,
            step=step,
            accepted_at=unit.now,
        )
        unit.session.add(made)
        await unit.session.delete(found)
        await unit.session.flush()
        await tell(unit, [Telling(owner, NoticeKind.INVITATION_ACCEPTED, made.id, person_id)])
        return made.id

    made_id, _ = await idempotency.once(unit, asked, person_id, create)
    return made_id


async def accept_at_sign_up(unit: Unit, person_id: UUID, token: str) -> None:
    """The invitation that a new person came with; on a retry of the sign-up it has been taken up already."""
    there = select(Membership.id).where(Membership.member_id == person_id)
    if (await unit.session.execute(there)).first() is None:
        await accept(unit, person_id, token, None)


async def mine(unit: Unit, who: Caller, limit: int, before: UUID | None) -> Sequence[Invitation]:
    """The caller's invitations that can still be used, newest first, `limit` + 1 rows at most."""
    statement = select(Invitation).where(Invitation.inviter_id == who.person_id, Invitation.expires_at > unit.now)
    if before is not None:
        statement = statement.where(Invitation.id < before)
    return (await unit.session.execute(statement.order_by(Invitation.id.desc()).limit(limit + 1))).scalars().all()


async def withdraw(unit: Unit, who: Caller, invitation_id: UUID) -> None:
    """Make the link useless. Raises NotFound."""
    gone = await unit.session.execute(
        delete(Invitation)
        .where(Invitation.id == invitation_id, Invitation.inviter_id == who.person_id)
        .returning(Invitation.id)
    )
    if gone.first() is None:
        raise NotFound


async def lock_circle(unit: Unit, owner_id: UUID) -> None:
    """Let everything that changes who stands where in this circle wait in line."""
    await unit.session.execute(select(Person.id).where(Person.id == owner_id).with_for_update(key_share=True))


async def size(unit: Unit, owner_id: UUID) -> int:
    return (await unit.session.execute(select(func.count()).where(Membership.owner_id == owner_id))).scalar_one()


async def _acceptable(unit: Unit, person_id: UUID, found: Invitation) -> None:
    if found.inviter_id == person_id:
        raise OwnInvitation
    if await access.blocked(unit.session, person_id, found.inviter_id):
        raise InvitationNotValid


async def _step(unit: Unit, owner_id: UUID, wished: int | None) -> int:
    if wished == 2:
        return 2
    invited = select(func.count()).where(
        Invitation.inviter_id == owner_id, Invitation.step == 1, Invitation.expires_at > unit.now
    )
    taken = await _first_told(unit, owner_id) + (await unit.session.execute(invited)).scalar_one()
    if taken < STEP_ONE:
        return 1
    if wished == 1:
        raise StepOneFull
    return 2


async def _first_told(unit: Unit, owner_id: UUID) -> int:
    members = select(func.count()).where(Membership.owner_id == owner_id, Membership.step == 1)
    return (await unit.session.execute(members)).scalar_one()


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"invitation\0" + token.encode()).digest()
