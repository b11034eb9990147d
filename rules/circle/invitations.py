"""Invitations into a circle: a link for one person, two words that both compare, and the owner's confirmation."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core import secret_text
from core.encryption import Vault
from core.unit_of_work import UnitOfWork
from models import Invitation, Membership, Person
from models.enums import AccessKind, NoticeKind, Role
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, throttle
from rules.accounts.throttle import RateLimit
from rules.errors import AlreadyInCircle, CircleFull, InvitationNotValid, NotFound, OwnInvitation, StepOneFull
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices

INVITATION_LIFETIME = timedelta(hours=48)
MAX_CIRCLE = 15
MAX_STEP_ONE = 4
TOKEN_BYTES = 16
ALREADY_ACCEPTED = "It has been accepted. Your circle shows by whom; compare the two words and confirm."
INVITATIONS_PER_PERSON = RateLimit("invitations", burst=30, every=120)
LINK_GUESSES_PER_PLACE = RateLimit("invitations.guesses", burst=30, every=20)
"""Limits the invalid links tried from one place."""


@dataclass(frozen=True, slots=True)
class InvitationTexts:
    """The inviter's own texts: `label` says for their eyes whom the link is for, `greeting` is shown to whoever opens it."""

    label: str | None = None
    greeting: str | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation; its token is shown to the inviter only."""

    id: UUID
    token: str
    role: str
    step: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What an invitation shows to whoever holds its token; `accepted`: the membership, for the person who took it up."""

    inviter_id: UUID
    inviter_name: str | None
    role: str
    expires_at: datetime | None
    greeting: str | None = None
    accepted: Membership | None = None


async def invite(
    unit: UnitOfWork,
    who: Caller,
    role: Role,
    step: int | None,
    texts: InvitationTexts,
    fingerprint: RequestFingerprint | None,
) -> Invited:
    """Create an invitation, valid for 48 hours and one person. A retry returns the same token.

    Raises CircleFull, StepOneFull, TooMany, KeyReused.
    """
    token = _new_token(unit, fingerprint)

    async def create() -> UUID:
        await lock_circle(unit, who.person_id)
        await throttle.consume(unit, INVITATIONS_PER_PERSON, str(who.person_id))
        if await count_members(unit, who.person_id) >= MAX_CIRCLE:
            raise CircleFull
        invitation = Invitation(
            id=unit.new_id(),
            inviter_id=who.person_id,
            token_hash=_invitation_hash(token),
            role=str(role),
            step=await _choose_step(unit, who.person_id, step),
            created_at=unit.now,
            expires_at=unit.now + INVITATION_LIFETIME,
        )
        invitation.label = who.vault.seal("invitations.label", invitation.id, texts.label)
        invitation.greeting = who.vault.seal("invitations.greeting", invitation.id, texts.greeting)
        invitation.token = who.vault.seal("invitations.token", invitation.id, token)
        unit.session.add(invitation)
        access_log.record_own_event(unit, who, AccessKind.MEMBER_INVITED, invitation.id)
        await unit.session.flush()
        return invitation.id

    invitation_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    invitation = await unit.session.get(Invitation, invitation_id)
    if invitation is None:
        # This is a retry, and the link has been used or withdrawn meanwhile.
        raise InvitationNotValid
    return Invited(invitation.id, token, invitation.role, invitation.step, invitation.expires_at)


def _new_token(unit: UnitOfWork, fingerprint: RequestFingerprint | None) -> str:
    seed = idempotency.secret(unit, fingerprint, "invitation.token", TOKEN_BYTES)
    return base64.urlsafe_b64encode(seed).decode().rstrip("=")


async def find_invitation(unit: UnitOfWork, token: str, *, lock: bool = False) -> Invitation:
    """Return the invitation of this token, locked on request. Raises InvitationNotValid, whatever the reason."""
    statement = select(Invitation).where(
        Invitation.token_hash == _invitation_hash(token), Invitation.expires_at > unit.now
    )
    if lock:
        statement = statement.with_for_update()
    invitation = (await unit.session.execute(statement)).scalar_one_or_none()
    if invitation is None:
        raise InvitationNotValid
    return invitation


async def preview_invitation(unit: UnitOfWork, who: Caller | None, token: str) -> Preview:
    """Return who invites and in which role, to anybody who holds the token; the membership, to the person who accepted.

    Raises InvitationNotValid, OwnInvitation.
    """
    try:
        invitation = await find_invitation(unit, token)
    except InvitationNotValid:
        membership = who and await _find_accepted(unit, who.person_id, token)
        if not membership:
            raise
        name, _ = await load_inviter(unit, membership.owner_id)
        return Preview(membership.owner_id, name, membership.role, None, accepted=membership)
    if who is not None:
        await _ensure_acceptable(unit, who.person_id, invitation)
    name, vault = await load_inviter(unit, invitation.inviter_id)
    greeting = vault.open("invitations.greeting", invitation.id, invitation.greeting)
    return Preview(invitation.inviter_id, name, invitation.role, invitation.expires_at, greeting)


async def accept_invitation(
    unit: UnitOfWork, person_id: UUID, token: str, fingerprint: RequestFingerprint | None
) -> tuple[UUID, bool]:
    """Accept the invitation; return the membership's id, and whether it is new. It counts once its owner confirms it.

    Accepting again changes nothing. Raises InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull,
    KeyReused.
    """
    is_repeated = False

    async def create() -> UUID:
        nonlocal is_repeated
        try:
            # The circle is locked first, then the invitation: the same order everywhere, so that nothing deadlocks.
            await lock_circle(unit, (await find_invitation(unit, token)).inviter_id)
            invitation = await find_invitation(unit, token, lock=True)
        except InvitationNotValid:
            membership = await _find_accepted(unit, person_id, token)
            if membership is None:
                raise
            is_repeated = True
            return membership.id
        return await create_membership(unit, person_id, invitation, unit.new_id())

    membership_id, _ = await idempotency.run_once(unit, fingerprint, person_id, create)
    return membership_id, not is_repeated


async def create_membership(unit: UnitOfWork, person_id: UUID, invitation: Invitation, membership_id: UUID) -> UUID:
    """Turn a locked invitation into this person's membership, and ask its owner to confirm it.

    Raises OwnInvitation, InvitationNotValid, AlreadyInCircle, CircleFull.
    """
    await _ensure_acceptable(unit, person_id, invitation)
    owner_id = invitation.inviter_id
    existing = select(Membership.id).where(access.owned_by(Membership, owner_id), access.supports(person_id))
    if (await unit.session.execute(existing)).first() is not None:
        raise AlreadyInCircle
    if await count_members(unit, owner_id) >= MAX_CIRCLE:
        raise CircleFull
    step = invitation.step if invitation.step == 2 or await _count_first_step(unit, owner_id) < MAX_STEP_ONE else 2
    membership = Membership(
        id=membership_id,
        owner_id=owner_id,
        member_id=person_id,
        role=invitation.role,
        step=step,
        accepted_at=unit.now,
        invitation_hash=invitation.token_hash,
    )
    unit.session.add(membership)
    await unit.session.delete(invitation)
    access_log.record_event(unit, person_id, AccessKind.CIRCLE_JOINED, about=membership.id)
    await unit.session.flush()
    await create_notices(unit, [NoticeDraft(owner_id, NoticeKind.INVITATION_ACCEPTED, membership.id, person_id)])
    return membership.id


async def _find_accepted(unit: UnitOfWork, person_id: UUID, token: str) -> Membership | None:
    """Return the membership that this person has through this link, if any. Raises OwnInvitation for the inviter."""
    membership = (
        await unit.session.execute(
            select(Membership).where(Membership.invitation_hash == _invitation_hash(token)).limit(1)
        )
    ).scalar_one_or_none()
    if membership is not None and membership.owner_id == person_id:
        raise OwnInvitation(ALREADY_ACCEPTED)
    return membership if membership is not None and membership.member_id == person_id else None


async def load_inviter(unit: UnitOfWork, person_id: UUID) -> tuple[str | None, Vault]:
    """Return the inviter's display name, and the vault that holds what they wrote."""
    inviter = await unit.session.get_one(Person, person_id)
    vault = unit.keyring.vault(inviter.id, inviter.data_key)
    return vault.open("people.display_name", inviter.id, inviter.display_name), vault


async def accept_at_sign_up(unit: UnitOfWork, person_id: UUID, token: str) -> None:
    """Accept the invitation that a new person came with, unless an earlier attempt at the sign-up already has."""
    memberships = select(Membership.id).where(access.supports(person_id))
    if (await unit.session.execute(memberships)).first() is None:
        await accept_invitation(unit, person_id, token, None)


async def list_invitations(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Invitation]:
    """Return the caller's invitations that can still be used, newest first, `limit` + 1 rows at most."""
    statement = select(Invitation).where(access.mine(Invitation, who), Invitation.expires_at > unit.now)
    if before is not None:
        statement = statement.where(Invitation.id < before)
    return (await unit.session.execute(statement.order_by(Invitation.id.desc()).limit(limit + 1))).scalars().all()


def decrypt_token(who: Caller, invitation: Invitation) -> str | None:
    """Return the token of the caller's own invitation; None when it cannot be decrypted, or was never stored."""
    return who.vault.open("invitations.token", invitation.id, invitation.token)


async def withdraw_invitation(unit: UnitOfWork, who: Caller, invitation_id: UUID) -> None:
    """Delete the invitation, so that its link is no longer valid. Raises NotFound."""
    deleted = await unit.session.execute(
        delete(Invitation).where(Invitation.id == invitation_id, access.mine(Invitation, who)).returning(Invitation.id)
    )
    if deleted.first() is None:
        raise NotFound
    access_log.record_own_event(unit, who, AccessKind.INVITATION_WITHDRAWN, invitation_id)


async def lock_circle(unit: UnitOfWork, owner_id: UUID) -> None:
    """Lock the owner's row, so that changes to this circle run one at a time."""
    await unit.session.execute(select(Person.id).where(Person.id == owner_id).with_for_update(key_share=True))


async def count_members(unit: UnitOfWork, owner_id: UUID) -> int:
    """Return how many memberships this circle has, confirmed or not."""
    return (await unit.session.execute(select(func.count()).where(access.owned_by(Membership, owner_id)))).scalar_one()


async def _ensure_acceptable(unit: UnitOfWork, person_id: UUID, invitation: Invitation) -> None:
    """Raise OwnInvitation for the inviter, and InvitationNotValid if either has blocked the other."""
    if invitation.inviter_id == person_id:
        raise OwnInvitation
    if await access.is_blocked(unit.session, person_id, invitation.inviter_id):
        raise InvitationNotValid


async def _choose_step(unit: UnitOfWork, owner_id: UUID, requested_step: int | None) -> int:
    if requested_step == 2:
        return 2
    pending = select(func.count()).where(
        access.owned_by(Invitation, owner_id), Invitation.step == 1, Invitation.expires_at > unit.now
    )
    taken_places = await _count_first_step(unit, owner_id) + (await unit.session.execute(pending)).scalar_one()
    if taken_places < MAX_STEP_ONE:
        return 1
    if requested_step == 1:
        raise StepOneFull
    return 2


async def _count_first_step(unit: UnitOfWork, owner_id: UUID) -> int:
    members = select(func.count()).where(access.owned_by(Membership, owner_id), Membership.step == 1)
    return (await unit.session.execute(members)).scalar_one()


def _invitation_hash(token: str) -> bytes:
    return hashlib.sha256(b"invitation\0" + secret_text.invitation_token(token).encode()).digest()
