"""Who sees which rows of the days between: check-ins, reach-ins, commitments, plans. As `predicates`, for the room `daily`.

The conditions named `…_from` select what stands in the thread of two people and comes from the first of them. Both see the
same, so that a thread is what comes from the one and what comes from the other.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from models import (
    CheckIn,
    CheckInShare,
    Commitment,
    CommitmentDay,
    FollowUp,
    Membership,
    Notice,
    ReachIn,
    ReachOut,
    Recipient,
    Talk,
    ThreadRead,
)
from models.enums import AnswerKind
from rules.access.predicates import CONFIRMED, PersonId, owned_by, supports, told_recipient


def shared_with(person_id: PersonId) -> ColumnElement[bool]:
    """Other people's check-ins that are shared with this person, for as long as the membership behind the share lasts."""
    return CheckIn.id.in_(
        select(CheckInShare.check_in_id)
        .join(Membership, Membership.id == CheckInShare.membership_id)
        .where(supports(person_id), CONFIRMED)
    )


def shares_own(person_id: PersonId) -> ColumnElement[bool]:
    """Shares of this person's own check-ins."""
    return CheckInShare.check_in_id.in_(select(CheckIn.id).where(owned_by(CheckIn, person_id)))


def reach_in_to(person_id: PersonId) -> ColumnElement[bool]:
    """Reach-ins that were sent to this person, for as long as the membership between the two lasts."""
    return and_(ReachIn.recipient_id == person_id, ReachIn.membership_id.is_not(None))


def days_of_own(person_id: PersonId) -> ColumnElement[bool]:
    """Select what this person said of the days of their own commitments."""
    return CommitmentDay.commitment_id.in_(select(Commitment.id).where(owned_by(Commitment, person_id)))


def may_help(person_id: PersonId) -> ColumnElement[bool]:
    """Reach-outs (joined to their Recipient and its Membership) whose person's words for helpers this person reads.

    They have been told, still are in that circle, and their answer is not that they can't; until the reach-out ends.
    """
    return and_(
        told_recipient(person_id),
        Recipient.answer.is_not(None),
        Recipient.answer != AnswerKind.CANNOT,
        ReachOut.closed_at.is_(None),
    )


def witnessed_by(person_id: PersonId) -> ColumnElement[bool]:
    """Other people's commitments whose witness this person is, or is asked to be, for as long as the membership lasts."""
    return and_(Commitment.witness_id == person_id, Commitment.membership_id.is_not(None))


def takes_part_in(person_id: PersonId) -> ColumnElement[bool]:
    """Select commitments that this person made or witnesses."""
    return or_(owned_by(Commitment, person_id), Commitment.witness_id == person_id)


def day_known_to(person_id: PersonId) -> ColumnElement[bool]:
    """Days (joined to their Commitment) of which a witness knows: spoken of since they said yes."""
    return and_(witnessed_by(person_id), CommitmentDay.created_at >= Commitment.accepted_at)


def reach_in_about(item_id: UUID) -> ColumnElement[bool]:
    """Reach-ins that answer this item of a thread, such as the thanks for a reach-out."""
    return ReachIn.about_id == item_id


def notices_from_supported(member_id: PersonId) -> ColumnElement[bool]:
    """Notices in this person's inbox that somebody has sent in whose circle they are."""
    owners = select(Membership.owner_id).where(supports(member_id))
    return and_(owned_by(Notice, member_id), Notice.sender_id.in_(owners))


def follow_ups_about(person_id: PersonId) -> ColumnElement[bool]:
    """Select the follow-ups of others that are about this person."""
    return FollowUp.about_id == person_id


# Threads: `from` one person `to` another, for as long as the membership by which the two see it lasts.


def reach_ins_from(sender_id: PersonId, recipient_id: PersonId) -> ColumnElement[bool]:
    """Reach-ins from the one to the other."""
    return and_(owned_by(ReachIn, sender_id), reach_in_to(recipient_id))


def talk_marks(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Select the marks of the one that they have talked with the other, also those that an ended membership has left behind."""
    return and_(owned_by(Talk, person_id), Talk.other_id == other_id)


def talks_from(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Select the marks of the one that they have talked with the other."""
    return and_(talk_marks(person_id, other_id), Talk.membership_id.is_not(None))


def thread_reads_between(person_id: PersonId, other_id: PersonId) -> ColumnElement[bool]:
    """Select how far either of these two has read their thread."""
    return or_(
        and_(owned_by(ThreadRead, person_id), ThreadRead.other_id == other_id),
        and_(owned_by(ThreadRead, other_id), ThreadRead.other_id == person_id),
    )


def check_ins_from(person_id: PersonId, member_id: PersonId) -> ColumnElement[bool]:
    """Check-ins (joined to a share and its Membership) that the one shares with the other."""
    return and_(
        owned_by(CheckIn, person_id), owned_by(Membership, person_id), Membership.member_id == member_id, CONFIRMED
    )


def commitment_days_from(person_id: PersonId, witness_id: PersonId) -> ColumnElement[bool]:
    """Select what the one says of the days of a commitment (joined) since the other has agreed to witness it."""
    return and_(owned_by(Commitment, person_id), day_known_to(witness_id))


def ended_reach_outs_from(person_id: PersonId, recipient_id: PersonId) -> ColumnElement[bool]:
    """Reach-outs (joined to a Recipient and its Membership) that the one pressed, that the other was told of, and that ended.

    A calm ask ends without a word to those who did not say yes, so it stands in nobody else's thread.
    """
    said_yes = and_(Recipient.answer.is_not(None), Recipient.answer != AnswerKind.CANNOT)
    return and_(
        owned_by(ReachOut, person_id),
        told_recipient(recipient_id),
        ReachOut.closed_at.is_not(None),
        or_(ReachOut.calm.is_(False), said_yes),
    )
