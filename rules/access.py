"""Who asks, and what they may see. Rows are loaded through here only; what may not be seen does not exist."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.encryption import Keyring, Vault
from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from models import Block, Bookend, Membership, Notice, Person, ReachOut, Recipient, Session
from models.enums import NOTICE_KINDS, NoticeKind
from rules.errors import NotFound, NotSignedIn, NotYours, ProofNeeded

PROOF_LIFETIME = timedelta(minutes=5)
"""How long a passphrase just given counts as fresh."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request, and the session that carries them."""

    person_id: UUID
    session_id: UUID
    carrier: str
    proven_at: datetime
    used_at: datetime
    region: str | None
    language: str
    vault: Vault


def token_hash(token: str) -> bytes:
    """What is stored of a session token. It has 256 random bits, so a plain hash keeps it."""
    return hashlib.sha256(token.encode()).digest()


CALLER = (
    Session.id.label("session_id"),
    Session.person_id,
    Session.carrier,
    Session.proven_at,
    Session.used_at,
    Person.region,
    Person.language,
    Person.data_key,
)
"""What is read of whoever asks; `caller_of` makes a Caller of a row that has them."""
SIGNED_IN = and_(
    Session.token_hash == bindparam("token_hash"), Session.expires_at > bindparam("now", type_=UtcDateTime)
)

# Built once: every request asks it.
_CALLER = select(*CALLER).join(Person, Person.id == Session.person_id).where(SIGNED_IN)


async def caller(operation: Operation, token: str | None) -> Caller:
    """The caller whom this token carries. Raises NotSignedIn for no, an unknown or an expired one."""
    if not token:
        raise NotSignedIn
    rows = await operation.fetch(_CALLER, {"token_hash": token_hash(token), "now": operation.now})
    if not rows:
        raise NotSignedIn
    return caller_of(rows[0], operation.keyring)


def caller_of(row: Any, keyring: Keyring) -> Caller:  # noqa: ANN401 (a row, of whichever statement)
    """The caller in a row that was selected with `CALLER` where `SIGNED_IN`."""
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


async def still_signed_in(session: AsyncSession, session_id: UUID, now: datetime) -> bool:
    """Whether this session still stands."""
    return (
        await session.execute(select(Session.id).where(Session.id == session_id, Session.expires_at > now))
    ).first() is not None


async def lock_person(unit: UnitOfWork, who: Caller) -> None:
    """Let everything that counts what the caller has wait in line, or each of several at once would see room.

    It comes before all other locks, as in an erasure; whoever only refers to a person does not wait for it.
    """
    await unit.session.execute(select(Person.id).where(Person.id == who.person_id).with_for_update(key_share=True))


async def lock_session(unit: UnitOfWork, who: Caller) -> None:
    """Keep the caller's session from ending until this unit is committed. Raises NotSignedIn when it has ended."""
    held = await unit.session.execute(
        select(Session.id).where(Session.id == who.session_id).with_for_update(read=True, key_share=True)
    )
    if held.first() is None:
        raise NotSignedIn


def require_proof(who: Caller, now: datetime) -> None:
    """Raises ProofNeeded unless the passphrase was given within the last 5 minutes."""
    if now - who.proven_at > PROOF_LIFETIME:
        raise ProofNeeded


async def person(unit: UnitOfWork, who: Caller) -> Person:
    """The caller's own row."""
    found = await unit.session.get(Person, who.person_id)
    if found is None:
        raise NotSignedIn
    return found


async def member(unit: UnitOfWork, who: Caller, membership_id: UUID) -> Membership:
    """A membership in the caller's own circle. Raises NotFound."""
    found = await unit.session.get(Membership, membership_id)
    if found is None or found.owner_id != who.person_id:
        raise NotFound
    return found


async def active_member(unit: UnitOfWork, who: Caller, membership_id: UUID) -> Membership | None:
    """A confirmed membership in the caller's own circle; None for anything else, whatever the reason.

    Locked against its end: what is about to refer to it also refers to its member, and an erasure takes the membership
    before the person.
    """
    lock = {"read": True, "key_share": True}
    found = await unit.session.get(Membership, membership_id, populate_existing=True, with_for_update=lock)
    if found is None or found.owner_id != who.person_id or found.confirmed_at is None:
        return None
    return found


async def support(unit: UnitOfWork, who: Caller, membership_id: UUID) -> Membership:
    """The caller's own place in somebody's circle. Raises NotFound."""
    found = await unit.session.get(Membership, membership_id)
    if found is None or found.member_id != who.person_id:
        raise NotFound
    return found


async def known_person(unit: UnitOfWork, who: Caller, person_id: UUID) -> None:
    """Raises NotFound unless the two are in one circle, either way round; nobody else can be seen."""
    found = await unit.session.execute(
        select(Membership.id).where(
            or_(
                and_(Membership.owner_id == who.person_id, Membership.member_id == person_id),
                and_(Membership.owner_id == person_id, Membership.member_id == who.person_id),
            )
        )
    )
    if found.first() is None:
        raise NotFound


async def blocked(session: AsyncSession, one: UUID, other: UUID) -> bool:
    """Whether either has blocked the other."""
    found = await session.execute(
        select(Block.created_at).where(
            or_(
                and_(Block.blocker_id == one, Block.blocked_id == other),
                and_(Block.blocker_id == other, Block.blocked_id == one),
            )
        )
    )
    return found.first() is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """A reach-out as one viewer may hold it: `mine` when they pressed it, else `told` is their recipient row."""

    reach_out: ReachOut
    mine: bool
    told: Recipient | None


async def reach_out(unit: UnitOfWork, who: Caller, reach_out_id: UUID, *, lock: bool = False) -> Seen:
    """A reach-out that the caller pressed, or was told of and is still a member for. Raises NotFound.

    `lock` makes everything that changes this reach-out wait in line, so that what is read stays so.
    """
    statement = select(ReachOut).where(ReachOut.id == reach_out_id)
    if lock:
        statement = statement.with_for_update()
    found = (await unit.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    if found.person_id == who.person_id:
        return Seen(found, mine=True, told=None)
    told = (
        await unit.session.execute(
            select(Recipient)
            .join(Membership, Membership.id == Recipient.membership_id)
            .where(
                Recipient.reach_out_id == reach_out_id,
                Recipient.person_id == who.person_id,
                Recipient.told_at.is_not(None),
                Recipient.gone_at.is_(None),
                Membership.confirmed_at.is_not(None),
            )
        )
    ).scalar_one_or_none()
    if told is None:
        raise NotFound
    return Seen(found, mine=False, told=told)


async def own_reach_out(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> ReachOut:
    """The caller's own reach-out, locked. Raises NotYours for one they were told of, NotFound otherwise."""
    seen = await reach_out(unit, who, reach_out_id, lock=True)
    if not seen.mine:
        raise NotYours
    return seen.reach_out


def stands_by(who: Caller) -> ColumnElement[bool]:
    """Whether the caller is the companion of a bookend (joined to its membership) and knows it: was asked, or told.

    Those that were planned before companions were asked are as they were: seen from the moment they are missed.
    """
    asked = select(Notice.id).where(
        Notice.recipient_id == who.person_id,
        Notice.kind == NoticeKind.STANDING_BY,
        Notice.event_id == Bookend.id,
        Notice.dismissed_at.is_(None),
    )
    return and_(
        Membership.member_id == who.person_id,
        Membership.confirmed_at.is_not(None),
        or_(Bookend.companion_told_at.is_not(None), asked.exists()),
    )


async def bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> None:
    """Raises NotFound unless the caller may see this bookend: their own, or one at which they know that they stand by."""
    found = await unit.session.execute(
        select(Bookend.id)
        .outerjoin(Membership, Membership.id == Bookend.membership_id)
        .where(Bookend.id == bookend_id, or_(Bookend.person_id == who.person_id, stands_by(who)))
    )
    if found.first() is None:
        raise NotFound


async def own_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> Bookend:
    """The caller's own bookend, locked. Raises NotYours for one at which they stand by, NotFound otherwise."""
    found = (
        await unit.session.execute(
            select(Bookend).where(Bookend.id == bookend_id).with_for_update().execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    if found.person_id == who.person_id:
        return found
    await bookend(unit, who, bookend_id)
    raise NotYours


async def notice(unit: UnitOfWork, who: Caller, notice_id: UUID) -> Notice:
    """A notice that stands in the caller's inbox. Raises NotFound."""
    found = await unit.session.get(Notice, notice_id)
    if found is None or found.recipient_id != who.person_id or found.dismissed_at is not None:
        raise NotFound
    if found.kind not in NOTICE_KINDS:
        # Only a newer release can say what it is; until then it stands in the inboxes that that one shows.
        raise NotFound
    return found
