"""Who sees which rows, as SQL conditions. Loaders and lists use the same ones, so that they cannot disagree.

`PersonId` is the id of the person who looks: a value, or an expression that yields it.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, and_, case, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from models import (
    AccessEvent,
    Answer,
    Base,
    Block,
    Bookend,
    Channel,
    CheckIn,
    Commitment,
    Device,
    FollowUp,
    GuestJoin,
    Invitation,
    KnownPlace,
    Membership,
    Message,
    Notice,
    Passkey,
    PasskeyChallenge,
    Person,
    Plan,
    Practice,
    PushProof,
    ReachIn,
    ReachOut,
    Recipient,
    RecoveryCode,
    Reflection,
    Rhythm,
    Session,
    Talk,
    ThreadRead,
)
from models.enums import NoticeKind
from rules.access.callers import Caller

PersonId = UUID | ColumnElement[UUID] | InstrumentedAttribute[UUID] | ScalarSelect[UUID]

_OWNER_COLUMNS: dict[type[Base], InstrumentedAttribute[Any]] = {
    AccessEvent: AccessEvent.person_id,
    Answer: Answer.person_id,
    Block: Block.blocker_id,
    Bookend: Bookend.person_id,
    Channel: Channel.person_id,
    CheckIn: CheckIn.person_id,
    Commitment: Commitment.person_id,
    Device: Device.person_id,
    FollowUp: FollowUp.person_id,
    GuestJoin: GuestJoin.person_id,
    Invitation: Invitation.inviter_id,
    KnownPlace: KnownPlace.person_id,
    Membership: Membership.owner_id,
    Message: Message.sender_id,
    Notice: Notice.recipient_id,
    Passkey: Passkey.person_id,
    PasskeyChallenge: PasskeyChallenge.person_id,
    Plan: Plan.person_id,
    Practice: Practice.person_id,
    PushProof: PushProof.person_id,
    ReachIn: ReachIn.sender_id,
    ReachOut: ReachOut.person_id,
    Recipient: Recipient.person_id,
    Rhythm: Rhythm.person_id,
    Talk: Talk.person_id,
    ThreadRead: ThreadRead.person_id,
    RecoveryCode: RecoveryCode.person_id,
    Session: Session.person_id,
}
"""The column that names the owner of a row: who wrote it, or whom it was written for."""


def owned_by(model: type[Base], person_id: PersonId) -> ColumnElement[bool]:
    """Rows of `model` that are this person's own: their devices, their circle's memberships, notices in their inbox."""
    owned: ColumnElement[bool] = _OWNER_COLUMNS[model] == person_id
    return owned


def owned_by_any(model: type[Base], people: Collection[UUID] | BindParameter[Sequence[UUID]]) -> ColumnElement[bool]:
    """Rows of `model` that belong to one of these people; for a pre-built statement, an expanding parameter of them."""
    return _OWNER_COLUMNS[model].in_(people)


def mine(model: type[Base], who: Caller) -> ColumnElement[bool]:
    """Rows of `model` that are the caller's own."""
    return owned_by(model, who.person_id)


# Circles: a Membership is the owner's, and says that the member is in the owner's circle.

CONFIRMED = Membership.confirmed_at.is_not(None)
"""Memberships that count; before its owner confirms it, a membership shows the two names and nothing else."""


def supports(person_id: PersonId) -> ColumnElement[bool]:
    """Memberships by which this person is in somebody else's circle, confirmed or not."""
    return Membership.member_id == person_id


def joins(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Memberships between these two people, whichever of them owns the circle."""
    return or_(
        and_(owned_by(Membership, person_id), supports(other_id)),
        and_(owned_by(Membership, other_id), supports(person_id)),
    )


def memberships_of(person_id: PersonId) -> ColumnElement[bool]:
    """Memberships that count and are this person's, on either side: their circle, and the circles they are in."""
    return and_(or_(owned_by(Membership, person_id), supports(person_id)), CONFIRMED)


def other_side(person_id: PersonId) -> ColumnElement[UUID]:
    """Return who is on the other side of one of this person's memberships."""
    return case((owned_by(Membership, person_id), Membership.member_id), else_=Membership.owner_id)


def in_touch_with(person_id: PersonId, *, confirmed: bool) -> ColumnElement[bool]:
    """People in this person's circle, and people whose circle they are in; `confirmed`: only where that counts."""
    members = select(Membership.member_id).where(owned_by(Membership, person_id))
    owners = select(Membership.owner_id).where(supports(person_id))
    if confirmed:
        members, owners = members.where(CONFIRMED), owners.where(CONFIRMED)
    return or_(Person.id.in_(members), Person.id.in_(owners))


def blocks_of(person_id: PersonId) -> ColumnElement[bool]:
    """Blocks by this person, and blocks against them."""
    return or_(owned_by(Block, person_id), Block.blocked_id == person_id)


def blocks_between(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Blocks of either of these two against the other."""
    return or_(block_of(person_id, other_id), block_of(other_id, person_id))


def block_of(blocker_id: PersonId, blocked_id: PersonId) -> ColumnElement[bool]:
    """Blocks of the first person against the second."""
    return and_(owned_by(Block, blocker_id), Block.blocked_id == blocked_id)


# Reach-outs: a recipient exists for everybody on the ladder, and sees the reach-out from `told_at` to `gone_at`.


def told_recipients() -> ColumnElement[bool]:
    """Recipients who have been told and have not left: they and the person who pressed see each other."""
    return and_(Recipient.told_at.is_not(None), Recipient.gone_at.is_(None))


def told_recipient(person_id: PersonId) -> ColumnElement[bool]:
    """Recipients (joined to their Membership) by which this person sees a reach-out that somebody else pressed."""
    return and_(owned_by(Recipient, person_id), told_recipients(), CONFIRMED)


def told_of(person_id: PersonId) -> ColumnElement[bool]:
    """Reach-outs that somebody else pressed and that this person sees: told of, and still in that circle."""
    return ReachOut.id.in_(
        select(Recipient.reach_out_id)
        .join(Membership, Membership.id == Recipient.membership_id)
        .where(told_recipient(person_id))
    )


def readable_by(person_id: PersonId) -> ColumnElement[bool]:
    """Messages (joined to their ReachOut) that this person may read.

    The person who pressed reads everybody's except those of recipients who have left; a recipient reads that person's
    and their own.
    """
    sender_gone = select(Recipient.person_id).where(
        Recipient.reach_out_id == Message.reach_out_id,
        Recipient.person_id == Message.sender_id,
        Recipient.gone_at.is_not(None),
    )
    person_told = (
        select(Recipient.person_id)
        .join(Membership, Membership.id == Recipient.membership_id)
        .where(Recipient.reach_out_id == Message.reach_out_id, told_recipient(person_id))
    )
    return or_(
        and_(owned_by(ReachOut, person_id), ~sender_gone.exists()),
        and_(or_(Message.sender_id == ReachOut.person_id, owned_by(Message, person_id)), person_told.exists()),
    )


def reflects_on_own(person_id: PersonId) -> ColumnElement[bool]:
    """Reflections on reach-outs that this person pressed; nobody else ever sees one."""
    return Reflection.reach_out_id.in_(select(ReachOut.id).where(owned_by(ReachOut, person_id)))


# Bookends.


def stands_by(who: Caller) -> ColumnElement[bool]:
    """Bookends (joined to their Membership) whose companion the caller is, and has been notified of being.

    Those that were planned before companions were notified of a plan are seen once they are missed.
    """
    request = select(Notice.id).where(
        mine(Notice, who),
        Notice.kind == NoticeKind.STANDING_BY,
        Notice.event_id == Bookend.id,
        Notice.dismissed_at.is_(None),
    )
    return and_(
        supports(who.person_id),
        CONFIRMED,
        or_(Bookend.companion_told_at.is_not(None), request.exists()),
    )


def is_companion(person_id: PersonId) -> ColumnElement[bool]:
    """Other people's bookends whose companion this person is, whether they know it or not."""
    return Bookend.companion_id == person_id


def companion_told(person_id: PersonId) -> ColumnElement[bool]:
    """Other people's missed bookends of which this person was told, and whose companion they still are."""
    return and_(
        is_companion(person_id),
        Bookend.companion_told_at.is_not(None),
        Bookend.membership_id.is_not(None),
    )


# The inbox.

_KNOWN_KINDS: list[ColumnElement[str]] = [literal_column(f"'{kind}'") for kind in NoticeKind]


def in_inbox() -> ColumnElement[bool]:
    """Notices that an inbox shows: not dismissed, and of a kind that this release knows.

    During a rolling update a newer release on the same database writes kinds that are unknown here; no app that talks
    to this release could show them, and a newer server will. The kinds are literals because a compiled asyncpg
    statement takes no lists.
    """
    return and_(Notice.dismissed_at.is_(None), Notice.kind.in_(_KNOWN_KINDS))


def names(sender_id: PersonId) -> ColumnElement[bool]:
    """Notices, in anybody's inbox, that name this person as their sender."""
    return Notice.sender_id == sender_id


def notices_to(recipient_id: PersonId, *, sender_id: PersonId) -> ColumnElement[bool]:
    """Notices in this recipient's inbox that name this sender."""
    return and_(owned_by(Notice, recipient_id), names(sender_id))


def notices_between(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Notices in the inbox of either of these two that name the other."""
    return or_(notices_to(person_id, sender_id=other_id), notices_to(other_id, sender_id=person_id))
