"""Letting somebody into a circle: a link for one person, two words that both compare, and the owner's last word."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core import secret_text
from core.unit_of_work import UnitOfWork
from models import Invitation, Membership, Person
from models.enums import NoticeKind, Role
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import throttle
from rules.accounts.throttle import Limit
from rules.errors import AlreadyInCircle, CircleFull, InvitationNotValid, NotFound, OwnInvitation, StepOneFull
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices

INVITATION_LIFETIME = timedelta(hours=48)
MAX_CIRCLE = 15
MAX_STEP_ONE = 4
TOKEN_BYTES = 16
ALREADY_ACCEPTED = "It has been accepted. Your circle shows by whom; compare the two words and confirm."
INVITATIONS_PER_PERSON = Limit("invitations", burst=30, every=120)
LINK_GUESSES_PER_PLACE = Limit("invitations.guesses", burst=30, every=20)
"""Links that open nothing, by place."""


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
    """What an invitation says to whoever holds its token; `taken_up` to the one person who has accepted it."""

    inviter_id: UUID
    inviter_name: str | None
    role: str
    expires_at: datetime | None
    taken_up: Membership | None = None


async def invite(
    unit: UnitOfWork, who: Caller, role: Role, step: int | None, label: str | None, asked: RequestFingerprint | None
) -> Invited:
    """Make an invitation, good for 48 hours and one person. A retry gives the same token.

    Raises CircleFull, StepOneFull, TooMany, KeyReused.
    """
    seed = idempotency.secret(unit, asked, "invitation.token", TOKEN_BYTES)
    token = base64.urlsafe_b64encode(seed).decode().rstrip("=")

    async def create() -> UUID:
        await lock_circle(unit, who.person_id)
        await throttle.consume(unit, INVITATIONS_PER_PERSON, str(who.person_id))
        if await size(unit, who.person_id) >= MAX_CIRCLE:
            raise CircleFull
        made = Invitation(
            id=unit.new_id(),
            inviter_id=who.person_id,
            token_hash=_hash(token),
            role=str(role),
            step=await _step(unit, who.person_id, step),
            created_at=unit.now,
            expires_at=unit.now + INVITATION_LIFETIME,
        )
        made.label = who.vault.seal("invitations.label", made.id, label)
        made.token = who.vault.seal("invitations.token", made.id, token)
        unit.session.add(made)
        await unit.session.flush()
        return made.id

    made_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    found = await unit.session.get(Invitation, made_id)
    if found is None:
        # A retry that comes after the link was used or withdrawn.
        raise InvitationNotValid
    return Invited(found.id, token, found.role, found.step, found.expires_at)


async def find(unit: UnitOfWork, token: str, *, lock: bool = False) -> Invitation:
    """The invitation that this token opens. Raises InvitationNotValid, whatever the reason."""
    statement = select(Invitation).where(Invitation.token_hash == _hash(token), Invitation.expires_at > unit.now)
    if lock:
        statement = statement.with_for_update()
    found = (await unit.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise InvitationNotValid
    return found


async def preview(unit: UnitOfWork, who: Caller | None, token: str) -> Preview:
    """Who invites as what, for anybody who holds the token; who has taken it up is told how it stands.

    Raises InvitationNotValid, OwnInvitation.
    """
    try:
        found = await find(unit, token)
    except InvitationNotValid:
        taken_up = who and await _taken_up(unit, who.person_id, token)
        if not taken_up:
            raise
        name = await _name(unit, taken_up.owner_id)
        return Preview(taken_up.owner_id, name, taken_up.role, None, taken_up)
    if who is not None:
        await _acceptable(unit, who.person_id, found)
    return Preview(found.inviter_id, await _name(unit, found.inviter_id), found.role, found.expires_at)


async def accept(unit: UnitOfWork, person_id: UUID, token: str, asked: RequestFingerprint | None) -> tuple[UUID, bool]:
    """Take the invitation up; gives the membership, which counts only once its owner confirms it, and whether it is new.

    Whoever has taken it up may say so again. Raises InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull,
    KeyReused.
    """
    again = False

    async def create() -> UUID:
        nonlocal again
        try:
            # The circle first, then the invitation: the same order everywhere, so that nobody waits in a ring.
            await lock_circle(unit, (await find(unit, token)).inviter_id)
            found = await find(unit, token, lock=True)
        except InvitationNotValid:
            taken_up = await _taken_up(unit, person_id, token)
            if taken_up is None:
                raise
            again = True
            return taken_up.id
        return await _join(unit, person_id, found)

    made_id, _ = await idempotency.run_once(unit, asked, person_id, create)
    return made_id, not again


async def _join(unit: UnitOfWork, person_id: UUID, found: Invitation) -> UUID:
    await _acceptable(unit, person_id, found)
    owner = found.inviter_id
    there = select(Membership.id).where(access.owned_by(Membership, owner), access.supports(person_id))
    if (await unit.session.execute(there)).first() is not None:
        raise AlreadyInCircle
    if await size(unit, owner) >= MAX_CIRCLE:
        raise CircleFull
    step = found.step if found.step == 2 or await _first_told(unit, owner) < MAX_STEP_ONE else 2
    made = Membership(
        id=unit.new_id(),
        owner_id=owner,
        member_id=person_id,
        role=found.role,
        step=step,
        accepted_at=unit.now,
        invitation_hash=found.token_hash,
    )
    unit.session.add(made)
    await unit.session.delete(found)
    await unit.session.flush()
    await create_notices(unit, [NoticeDraft(owner, NoticeKind.INVITATION_ACCEPTED, made.id, person_id)])
    return made.id


async def _taken_up(unit: UnitOfWork, person_id: UUID, token: str) -> Membership | None:
    """The membership that this person has by that very link. Raises OwnInvitation to the one who made it."""
    found = (
        await unit.session.execute(select(Membership).where(Membership.invitation_hash == _hash(token)).limit(1))
    ).scalar_one_or_none()
    if found is not None and found.owner_id == person_id:
        raise OwnInvitation(ALREADY_ACCEPTED)
    return found if found is not None and found.member_id == person_id else None


async def _name(unit: UnitOfWork, person_id: UUID) -> str | None:
    inviter = await unit.session.get_one(Person, person_id)
    vault = unit.keyring.vault(inviter.id, inviter.data_key)
    return vault.open("people.display_name", inviter.id, inviter.display_name)


async def accept_at_sign_up(unit: UnitOfWork, person_id: UUID, token: str) -> None:
    """The invitation that a new person came with; on a retry of the sign-up it has been taken up already."""
    there = select(Membership.id).where(access.supports(person_id))
    if (await unit.session.execute(there)).first() is None:
        await accept(unit, person_id, token, None)


async def list_invitations(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Invitation]:
    """The caller's invitations that can still be used, newest first, `limit` + 1 rows at most."""
    statement = select(Invitation).where(access.mine(Invitation, who), Invitation.expires_at > unit.now)
    if before is not None:
        statement = statement.where(Invitation.id < before)
    return (await unit.session.execute(statement.order_by(Invitation.id.desc()).limit(limit + 1))).scalars().all()


def token_of(who: Caller, row: Invitation) -> str | None:
    """The token of the caller's own invitation; None when it cannot be read, or is older than its being kept."""
    return who.vault.open("invitations.token", row.id, row.token)


async def withdraw(unit: UnitOfWork, who: Caller, invitation_id: UUID) -> None:
    """Make the link useless. Raises NotFound."""
    gone = await unit.session.execute(
        delete(Invitation).where(Invitation.id == invitation_id, access.mine(Invitation, who)).returning(Invitation.id)
    )
    if gone.first() is None:
        raise NotFound


async def lock_circle(unit: UnitOfWork, owner_id: UUID) -> None:
    """Let everything that changes who stands where in this circle wait in line."""
    await unit.session.execute(select(Person.id).where(Person.id == owner_id).with_for_update(key_share=True))


async def size(unit: UnitOfWork, owner_id: UUID) -> int:
    return (await unit.session.execute(select(func.count()).where(access.owned_by(Membership, owner_id)))).scalar_one()


async def _acceptable(unit: UnitOfWork, person_id: UUID, found: Invitation) -> None:
    if found.inviter_id == person_id:
        raise OwnInvitation
    if await access.blocked(unit.session, person_id, found.inviter_id):
        raise InvitationNotValid


async def _step(unit: UnitOfWork, owner_id: UUID, wished: int | None) -> int:
    if wished == 2:
        return 2
    invited = select(func.count()).where(
        access.owned_by(Invitation, owner_id), Invitation.step == 1, Invitation.expires_at > unit.now
    )
    taken = await _first_told(unit, owner_id) + (await unit.session.execute(invited)).scalar_one()
    if taken < MAX_STEP_ONE:
        return 1
    if wished == 1:
        raise StepOneFull
    return 2


async def _first_told(unit: UnitOfWork, owner_id: UUID) -> int:
    members = select(func.count()).where(access.owned_by(Membership, owner_id), Membership.step == 1)
    return (await unit.session.execute(members)).scalar_one()


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"invitation\0" + secret_text.invitation_token(token).encode()).digest()
