"""The circle from both sides: who is in mine, whose I am in, and how each of them ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Bookend, Membership, Notice, Person, ReachOut, Recipient
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.bookend import companion
from rules.circle import hours, sharing, ways
from rules.circle.confirmation_words import two_words
from rules.circle.invitations import MAX_STEP_ONE, lock_circle
from rules.daily import connections
from rules.errors import StepOneFull
from rules.reach_out import membership_end
from rules.reach_out.reach_change import changing_reach


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the caller's circle. `available_now`: a reach-out at this moment would reach them."""

    id: UUID
    person_id: UUID
    display_name: str | None
    role: str
    step: int
    active: bool
    reachable: bool
    available_now: bool
    contact: str | None
    words: tuple[str, str] | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Supported:
    """Somebody whose circle the caller is in."""

    id: UUID
    person_id: UUID
    display_name: str | None
    role: str
    active: bool
    words: tuple[str, str] | None
    muted_until: datetime | None
    last_connected_at: datetime | None
    open_reach_out_id: UUID | None
    created_at: datetime


async def members(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None, only: UUID | None = None
) -> list[Member]:
    """The caller's circle in the order in which it grew, `limit` + 1 at most."""
    reachable = and_(ways.can_reach(Person.id), Person.unreachable_told_at.is_(None))
    statement = (
        select(Membership, Person, reachable.label("reachable"))
        .join(Person, Person.id == Membership.member_id)
        .where(access.mine(Membership, who))
    )
    if after is not None:
        statement = statement.where(Membership.id > after)
    if only is not None:
        statement = statement.where(Membership.id == only)
    found = await unit.session.execute(statement.order_by(Membership.id).limit(limit + 1))
    # Where nobody can open an address no push leaves, whatever stands in the rows.
    reaches = unit.keyring.reaches
    return [_member(unit, membership, person, reachable=reaches and works) for membership, person, works in found]


def _member(unit: UnitOfWork, row: Membership, person: Person, *, reachable: bool) -> Member:
    vault = unit.keyring.vault(person.id, person.data_key)
    active = row.confirmed_at is not None
    awake = hours.available(person.hours, person.time_zone, row.muted_until, unit.now, wake_me=person.wake_me)
    return Member(
        id=row.id,
        person_id=person.id,
        display_name=vault.open("people.display_name", person.id, person.display_name),
        role=row.role,
        step=row.step,
        active=active,
        # Until the confirm nothing is known of the other but the name they gave.
        reachable=active and reachable,
        available_now=active and reachable and awake,
        contact=vault.open("people.contact", person.id, person.contact) if active else None,
        words=None if active else words(unit, row.id),
        created_at=row.accepted_at,
    )


async def supported(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None, only: UUID | None = None
) -> list[Supported]:
    """The people whom the caller is there for, in the order of the invitations, `limit` + 1 at most."""
    told = and_(access.mine(Recipient, who), access.told_recipients())
    open_one = (
        select(ReachOut.id)
        .join(Recipient, Recipient.reach_out_id == ReachOut.id)
        .where(ReachOut.person_id == Membership.owner_id, ReachOut.closed_at.is_(None), told)
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Membership, Person, open_one)
        .join(Person, Person.id == Membership.owner_id)
        .where(access.supports(who.person_id))
    )
    if after is not None:
        statement = statement.where(Membership.id > after)
    if only is not None:
        statement = statement.where(Membership.id == only)
    found = await unit.session.execute(statement.order_by(Membership.id).limit(limit + 1))
    last = await connections.last_connected(unit, who.person_id)
    listed: list[Supported] = []
    for row, person, open_id in found:
        vault = unit.keyring.vault(person.id, person.data_key)
        active = row.confirmed_at is not None
        listed.append(
            Supported(
                id=row.id,
                person_id=person.id,
                display_name=vault.open("people.display_name", person.id, person.display_name),
                role=row.role,
                active=active,
                words=None if active else words(unit, row.id),
                muted_until=row.muted_until if row.muted_until and row.muted_until > unit.now else None,
                last_connected_at=last.get(person.id) if active else None,
                open_reach_out_id=open_id if active else None,
                created_at=row.accepted_at,
            )
        )
    return listed


async def change(unit: UnitOfWork, who: Caller, membership_id: UUID, changes: Mapping[str, object]) -> None:
    """Another role or step for somebody in the caller's circle. Raises NotFound, StepOneFull."""
    await lock_circle(unit, who.person_id)
    found = await access.own_row(unit, who, Membership, membership_id)
    if changes.get("step") == 1 and found.step != 1:
        first = select(func.count()).where(access.mine(Membership, who), Membership.step == 1)
        if (await unit.session.execute(first)).scalar_one() >= MAX_STEP_ONE:
            raise StepOneFull
    for name, value in changes.items():
        setattr(found, name, value)
    await unit.session.flush()


async def confirm(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """The owner's last word: from now on this person is told. Confirming twice changes nothing. Raises NotFound."""
    found = await access.own_row(unit, who, Membership, membership_id)
    if found.confirmed_at is None:
        found.confirmed_at = unit.now
        await unit.session.flush()
        # What it asked for is done.
        await unit.session.execute(
            update(Notice)
            .where(
                access.mine(Notice, who),
                Notice.kind == NoticeKind.INVITATION_ACCEPTED,
                Notice.event_id == found.id,
                Notice.read_at.is_(None),
            )
            .values(read_at=unit.now)
            .execution_options(synchronize_session=False)
        )


async def remove(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """Take somebody out of the caller's circle, at once and without a word to them. Raises NotFound."""
    await end(unit, await access.own_row(unit, who, Membership, membership_id))


async def leave(unit: UnitOfWork, who: Caller, membership_id: UUID) -> None:
    """Step out of somebody's circle, at once and without a word to them. Raises NotFound."""
    await end(unit, await access.support(unit, who, membership_id))


async def mute(unit: UnitOfWork, who: Caller, membership_id: UUID, until: datetime | None) -> None:
    """Get no pushes from this person until then; the inbox keeps everything. Raises NotFound."""
    found = await access.support(unit, who, membership_id)
    # Whoever hears nothing from now on is not waited for by a call that is running; whoever hears again is pushed with it.
    async with changing_reach(unit, [found.member_id]):
        found.muted_until = until
    if until is not None and until > unit.now:
        await sharing.retire_pushes(unit, found.owner_id, found.member_id)


def words(unit: UnitOfWork, membership_id: UUID) -> tuple[str, str] | None:
    """The two words that both phones show until the confirm; they follow from the membership and a secret key."""
    try:
        return two_words(unit.keyring.digest("membership.words", membership_id.bytes))
    except KeysUnavailable:
        return None


async def lock_memberships(unit: UnitOfWork, memberships: Sequence[UUID]) -> None:
    """Lock these memberships, in the order of their ids, against presses that refer to them."""
    await unit.session.execute(
        select(Membership.id).where(Membership.id.in_(memberships)).order_by(Membership.id).with_for_update()
    )


async def end(unit: UnitOfWork, membership: Membership) -> None:
    """End a membership and everything that hangs on it, in this transaction."""
    owner_id, member_id = membership.owner_id, membership.member_id
    # Held first: a press that is being written holds on to the membership, so this waits for it and what follows sees
    # its rows; one that comes later waits here and then finds that the membership is gone. Then reach-outs, deliveries
    # and recipients, in the order in which everything else locks them.
    await lock_memberships(unit, [membership.id])
    await membership_end.member_gone(unit, owner_id, member_id)
    # The bookends at which the member stands by come before their notices too, or the delete would reach for them later.
    stood_by = await unit.session.execute(
        select(Bookend.id).where(Bookend.membership_id == membership.id).order_by(Bookend.id).with_for_update()
    )
    for bookend_id in stood_by.scalars():
        unit.publish(owner_id, "bookend", bookend_id)
    shared = await sharing.shared_by_membership(unit, membership.id)
    await unit.session.execute(delete(Membership).where(Membership.id == membership.id))
    unit.session.expunge(membership)
    await companion.companion_gone(unit, owner_id, member_id)
    await sharing.take_back(unit, shared, [owner_id, member_id])
    of_owner = select(ReachOut.id).where(access.owned_by(ReachOut, owner_id))
    # Fellow recipients keep the word that somebody answered; who it was is no longer for them.
    await unit.session.execute(
        update(Notice)
        .where(access.names(member_id), Notice.reach_out_id.in_(of_owner), ~access.owned_by(Notice, owner_id))
        .values(sender_id=None)
        .execution_options(synchronize_session=False)
    )
    await unit.session.execute(
        update(Notice)
        .where(
            Notice.dismissed_at.is_(None),
            or_(
                and_(access.owned_by(Notice, member_id), Notice.reach_out_id.in_(of_owner)),
                and_(
                    access.owned_by(Notice, owner_id),
                    or_(
                        Notice.event_id == membership.id,
                        and_(access.names(member_id), Notice.reach_out_id.in_(of_owner)),
                    ),
                ),
                and_(access.notices_to(owner_id, sender_id=member_id), Notice.kind == NoticeKind.UNREACHABLE),
            ),
        )
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
