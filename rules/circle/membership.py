"""Memberships from both sides: who is in one's circle, whose circle one is in, and how each of them ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Bookend, Membership, Notice, Person, PushProof, ReachOut
from models.enums import AccessKind, NoticeKind, Platform
from rules import access
from rules.access import Caller
from rules.accounts import access_log
from rules.circle import hours, night, sharing, ways
from rules.circle.confirmation_words import choose_words
from rules.circle.invitations import MAX_STEP_ONE, lock_circle
from rules.circle.night import KnownWays
from rules.daily import follow_up_rows
from rules.daily.commitment import witness
from rules.daily.local_time import zone_of
from rules.daily.thread import pairs
from rules.errors import StepOneFull
from rules.inbox.notices import dismiss_notices
from rules.practice import proof
from rules.reach_out import advance
from rules.reach_out.advance import changing_reach
from rules.upkeep import wal_truncation

_Owner = aliased(Person)


@dataclass(frozen=True, slots=True)
class CircleMember:
    """Somebody in the caller's circle. `available_now`: a press at this moment would push them.

    `tonight`: one at 03:00 of the caller's clock would. `proved_at`: the day on which they last showed that a push was shown.
    `calm_now`: a calm ask at this moment would tell them.
    """

    id: UUID
    person_id: UUID
    display_name: str | None
    role: str
    step: int
    active: bool
    reachable: bool
    available_now: bool
    tonight: bool
    proved_at: datetime | None
    phone: Platform | None
    calm_now: bool
    contact: str | None
    standing_words: str | None
    words: tuple[str, str] | None
    guest: bool
    guest_notes: bool
    words_quiet: bool
    created_at: datetime


async def list_members(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None, only: UUID | None = None
) -> list[CircleMember]:
    """Return the caller's circle, the oldest membership first, `limit` + 1 at most."""
    is_reachable = and_(ways.can_reach(Person.id), Person.unreachable_told_at.is_(None))
    statement = (
        select(Membership, Person, is_reachable.label("reachable"), PushProof.shown_at, _Owner.time_zone)
        .join(Person, Person.id == Membership.member_id)
        .join(_Owner, _Owner.id == Membership.owner_id)
        .outerjoin(PushProof, PushProof.person_id == Membership.member_id)
        .where(access.mine(Membership, who))
    )
    if after is not None:
        statement = statement.where(Membership.id > after)
    if only is not None:
        statement = statement.where(Membership.id == only)
    rows = (await unit.session.execute(statement.order_by(Membership.id).limit(limit + 1))).all()
    known = await night.load_known_ways(unit, [row.Person.id for row in rows])
    return [_member(unit, row, known[row.Person.id]) for row in rows]


def _member(unit: UnitOfWork, listed: Any, known: KnownWays) -> CircleMember:  # noqa: ANN401 (a row)
    row, person, zone = listed.Membership, listed.Person, zone_of(listed.time_zone)
    vault = unit.keyring.vault(person.id, person.data_key)
    active = row.confirmed_at is not None
    # Until the membership is confirmed, the owner sees only the other's name. Without a key that decrypts addresses no push
    # is sent, whatever the rows say.
    reachable = active and listed.reachable and unit.keyring.any_process_opens_addresses
    silent_until = hours.silent_until(row.muted_until, person.away_until)
    availability = (person.hours, person.time_zone, silent_until)
    shown_at = proof.proved_at(listed.shown_at, known.since) if active else None
    return CircleMember(
        id=row.id,
        person_id=person.id,
        display_name=vault.open("people.display_name", person.id, person.display_name),
        role=row.role,
        step=row.step,
        active=active,
        reachable=reachable,
        available_now=reachable and hours.available(*availability, unit.now, wake_me=person.wake_me),
        tonight=reachable
        and hours.available(*availability, night.next_deep_night(unit.now, zone), wake_me=person.wake_me),
        proved_at=proof.as_day(shown_at, zone) if shown_at is not None else None,
        phone=known.phone if active else None,
        calm_now=active and person.guest_at is None and hours.calm(*availability, unit.now),
        contact=vault.open("people.contact", person.id, person.contact) if active else None,
        standing_words=vault.open("memberships.standing_words", row.id, row.standing_words) if active else None,
        words=None if active else confirmation_words(unit, row.id),
        guest=person.guest_at is not None,
        guest_notes=row.guest_notes,
        words_quiet=row.words_quiet,
        created_at=row.accepted_at,
    )


async def change_member(unit: UnitOfWork, who: Caller, membership_id: UUID, changes: Mapping[str, object]) -> None:
    """Change the role or step of somebody in the caller's circle, and what a guest reads or is pushed of theirs.

    Raises NotFound, StepOneFull.
    """
    await lock_circle(unit, who.person_id)
    membership = await access.load_own(unit, who, Membership, membership_id)
    if changes.get("step") == 1 and membership.step != 1:
        first_step_count = select(func.count()).where(access.mine(Membership, who), Membership.step == 1)
        if (await unit.session.execute(first_step_count)).scalar_one() >= MAX_STEP_ONE:
            raise StepOneFull
    if any(getattr(membership, name) != value for name, value in changes.items()):
        access_log.record_own_event(unit, who, AccessKind.MEMBER_CHANGED, membership_id)
    for name, value in changes.items():
        setattr(membership, name, value)
    await unit.session.flush()
    if changes.get("words_quiet"):
        await sharing.retire_pushes(unit, membership.member_id, membership.owner_id)


async def confirm_member(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """Confirm a membership as its owner: from now on its member is told. Confirming again changes nothing.

    Raises NotFound, and ProofNeeded within 24 hours of a further sign-in: the phone may not be in its owner's hand.
    """
    await lock_circle(unit, who.person_id)
    membership = await access.load_own(unit, who, Membership, membership_id)
    if membership.confirmed_at is None:
        if await access_log.has_new_session(unit, who):
            access.require_proof(who, unit.now)
        membership.confirmed_at = unit.now
        await unit.session.flush()
        await access_log.announce_own_event(unit, who, AccessKind.MEMBER_CONFIRMED, membership_id)
        # The notice asked for this confirmation, so it is settled.
        await unit.session.execute(
            update(Notice)
            .where(
                access.mine(Notice, who),
                Notice.kind == NoticeKind.INVITATION_ACCEPTED,
                Notice.event_id == membership.id,
                Notice.read_at.is_(None),
            )
            .values(read_at=unit.now)
            .execution_options(synchronize_session=False)
        )


async def remove_member(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """Remove somebody from the caller's circle, without notifying them. Raises NotFound."""
    membership = await access.load_own(unit, who, Membership, membership_id)
    access_log.record_own_event(unit, who, AccessKind.MEMBER_REMOVED, membership_id)
    await end_membership(unit, membership)


async def leave_circle(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """Leave somebody's circle, without notifying them. Raises NotFound."""
    membership = await access.load_support(unit, who, membership_id)
    access_log.record_own_event(unit, who, AccessKind.CIRCLE_LEFT, membership_id)
    await end_membership(unit, membership)


async def mute_supported(unit: UnitOfWork, who: Caller, membership_id: UUID, until: datetime | None) -> None:
    """Send the caller no pushes about this person before `until`; the inbox still receives everything. Raises NotFound."""
    # Locked before the reach-outs, as where a membership ends.
    membership = await access.load_support(unit, who, membership_id, lock=True)
    # An open reach-out stops waiting for a member who mutes it, and pushes one who no longer does.
    async with changing_reach(unit, [membership.member_id]):
        membership.muted_until = until
    if until is not None and until > unit.now:
        await sharing.retire_pushes(unit, membership.owner_id, membership.member_id)


async def set_standing_words(unit: UnitOfWork, who: Caller, membership_id: UUID, text: str | None) -> None:
    """Set the caller's own words for this person ("When you press, I …"); None clears them. Raises NotFound, KeysUnavailable."""
    membership = await access.load_support(unit, who, membership_id)
    if text is not None and not who.vault.has_key:
        raise KeysUnavailable
    membership.standing_words = who.vault.seal("memberships.standing_words", membership.id, text)
    await unit.session.flush()
    await wal_truncation.mark_erased(unit)


def confirmation_words(unit: UnitOfWork, membership_id: UUID) -> tuple[str, str] | None:
    """Return the two words that both phones show until the confirmation, derived from the id with a secret key."""
    try:
        return choose_words(unit.keyring.digest("membership.words", membership_id.bytes))
    except KeysUnavailable:
        return None


async def lock_memberships(unit: UnitOfWork, memberships: Sequence[UUID]) -> None:
    """Lock these memberships in id order, so that presses that refer to them wait."""
    await unit.session.execute(
        select(Membership.id).where(Membership.id.in_(memberships)).order_by(Membership.id).with_for_update()
    )


async def end_membership(unit: UnitOfWork, membership: Membership) -> None:
    """Delete a membership and end everything that depends on it, in this transaction."""
    owner_id, member_id = membership.owner_id, membership.member_id
    # Locked first: a press in progress locks the membership too, so this waits for it, and what follows sees its rows; a
    # later press waits for this, and then finds the membership gone. Then reach-outs, deliveries and recipients, in the
    # order in which everything else locks them.
    await lock_memberships(unit, [membership.id])
    await advance.member_gone(unit, owner_id, member_id)
    # Bookends whose companion the member is are locked before their notices; the delete below would lock them afterwards.
    bookend_ids = await unit.session.execute(
        select(Bookend.id).where(Bookend.membership_id == membership.id).order_by(Bookend.id).with_for_update()
    )
    for bookend_id in bookend_ids.scalars():
        unit.publish(owner_id, "bookend", bookend_id)
    await witness.take_witness_away(unit, membership.id)
    await follow_up_rows.end_follow_ups(unit, owner_id, member_id)
    shared_ids = await sharing.shared_by_membership(unit, membership.id)
    await unit.session.execute(delete(Membership).where(Membership.id == membership.id))
    unit.session.expunge(membership)
    await pairs.forget_reading(unit, owner_id, member_id)
    # What the former member was to stand by or to witness, and practices that they were to see.
    await dismiss_notices(
        unit,
        access.notices_to(member_id, sender_id=owner_id),
        or_(
            Notice.bookend_id.is_not(None),
            Notice.commitment_id.is_not(None),
            Notice.kind == NoticeKind.PRACTICE,
        ),
    )
    await sharing.take_back(unit, shared_ids, [owner_id, member_id])
    await _withdraw_notices(unit, membership.id, owner_id, member_id)
    if membership.standing_words is not None:
        await wal_truncation.mark_erased(unit)


async def _withdraw_notices(unit: UnitOfWork, membership_id: UUID, owner_id: UUID, member_id: UUID) -> None:
    """Dismiss what either of the two would still read about the other, and take the former member's name off the rest."""
    owner_reach_outs = select(ReachOut.id).where(access.owned_by(ReachOut, owner_id))
    # Fellow recipients keep the notice that somebody answered, without the name.
    await unit.session.execute(
        update(Notice)
        .where(access.names(member_id), Notice.reach_out_id.in_(owner_reach_outs), ~access.owned_by(Notice, owner_id))
        .values(sender_id=None)
        .execution_options(synchronize_session=False)
    )
    await unit.session.execute(
        update(Notice)
        .where(
            Notice.dismissed_at.is_(None),
            or_(
                and_(access.owned_by(Notice, member_id), Notice.reach_out_id.in_(owner_reach_outs)),
                and_(
                    access.owned_by(Notice, owner_id),
                    or_(
                        Notice.event_id == membership_id,
                        and_(access.names(member_id), Notice.reach_out_id.in_(owner_reach_outs)),
                    ),
                ),
                and_(access.notices_to(owner_id, sender_id=member_id), Notice.kind == NoticeKind.UNREACHABLE),
            ),
        )
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
