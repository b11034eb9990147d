"""Shares of check-ins, as rows: the members that are named, their notices, and who may see which parts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select, update

from core.unit_of_work import UnitOfWork
from models import CheckInShare, Membership, Notice, Person
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.circle import hours
from rules.daily.check_in.check_in_parts import shared_parts
from rules.errors import MemberUnknown
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox.push_rate import next_thread_push_at
from rules.person_view import PersonView, person_view

CHECK_IN_PUSHES_AN_HOUR: Final = 6
"""How many check-ins of one person are pushed to another in an hour; the inbox has the others too."""
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OwnShare:
    """One share as the author of the check-in sees it."""

    membership_id: UUID
    person: PersonView
    parts: Sequence[str]
    shared_at: datetime | None
    seen_at: datetime | None


async def lock_members(unit: UnitOfWork, who: Caller, memberships: Collection[UUID]) -> Sequence[Any]:
    """Return these members of the caller's circle, locked. Raises MemberUnknown if any of them is not one, or is a guest.

    A guest has no page to read a check-in on.
    """
    if not memberships:
        return []
    rows = (
        await unit.session.execute(
            select(
                Membership.id,
                Membership.member_id,
                Membership.muted_until,
                Person.hours,
                Person.time_zone,
                Person.wake_me,
                Person.away_until,
            )
            .join(Person, Person.id == Membership.member_id)
            .where(
                Membership.id.in_(memberships),
                access.mine(Membership, who),
                access.CONFIRMED,
                ~access.IS_GUEST,
            )
            .order_by(Membership.id)
            # Locked before the rows that refer to it and to the person, in the lock order of an erasure.
            .with_for_update(read=True, key_share=True, of=Membership)
        )
    ).all()
    if len(rows) < len(memberships):
        raise MemberUnknown
    return rows


async def notify_members(unit: UnitOfWork, who: Caller, check_in_id: UUID, members: Sequence[Any]) -> None:
    """Write the notices of a new share. Whoever has muted the caller, or is outside their hours, is not pushed.

    What follows something else from the caller within 20 s shares one push with it. The caller's row is locked.
    """
    if not members:
        return
    recipients = [member.member_id for member in members]
    often_pushed = await _often_pushed(unit, who, recipients)
    drafts = [
        NoticeDraft(
            member.member_id,
            NoticeKind.CHECK_IN,
            check_in_id,
            who.person_id,
            push=member.member_id not in often_pushed
            and hours.available(
                member.hours,
                member.time_zone,
                hours.silent_until(member.muted_until, member.away_until),
                unit.now,
                wake_me=member.wake_me,
            ),
        )
        for member in members
    ]
    await create_notices(unit, drafts, await next_thread_push_at(unit, who.person_id, recipients))


async def _often_pushed(unit: UnitOfWork, who: Caller, recipients: Collection[UUID]) -> set[UUID]:
    """Return those of these people who have had as many of the caller's check-ins within the hour as are pushed."""
    rows = await unit.session.execute(
        select(Notice.recipient_id)
        .where(
            access.names(who.person_id),
            access.owned_by_any(Notice, recipients),
            Notice.kind == NoticeKind.CHECK_IN,
            Notice.created_at > unit.now - _HOUR,
        )
        .group_by(Notice.recipient_id)
        .having(func.count() >= CHECK_IN_PUSHES_AN_HOUR)
    )
    return set(rows.scalars())


async def restore_notice(unit: UnitOfWork, who: Caller, kind: NoticeKind, event_id: UUID, recipient_id: UUID) -> bool:
    """Return the caller's notice of this event to the recipient's inbox, without a push; return whether there was one."""
    restored = await unit.session.execute(
        update(Notice)
        .where(
            access.notices_to(recipient_id, sender_id=who.person_id),
            Notice.kind == kind,
            Notice.event_id == event_id,
        )
        .values(dismissed_at=None, read_at=None)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    notice_id = restored.scalar()
    if notice_id is not None:
        unit.publish(recipient_id, "notice", notice_id)
    return notice_id is not None


async def load_own_shares(unit: UnitOfWork, check_ins: Sequence[UUID]) -> dict[UUID, list[OwnShare]]:
    """Return the shares of these check-ins, which are the caller's own, by check-in."""
    shares: dict[UUID, list[OwnShare]] = defaultdict(list)
    if check_ins:
        rows = await unit.session.execute(
            select(
                CheckInShare.check_in_id,
                CheckInShare.membership_id,
                CheckInShare.parts,
                CheckInShare.shared_at,
                CheckInShare.seen_at,
                Person.id,
                Person.data_key,
                Person.display_name,
            )
            .join(Membership, Membership.id == CheckInShare.membership_id)
            .join(Person, Person.id == Membership.member_id)
            .where(CheckInShare.check_in_id.in_(check_ins))
            .order_by(Membership.id)
        )
        for row in rows:
            person = person_view(unit.keyring, row.id, row.data_key, row.display_name)
            shares[row.check_in_id].append(
                OwnShare(row.membership_id, person, shared_parts(row.parts), row.shared_at, row.seen_at)
            )
    return shares


async def load_received_shares(
    unit: UnitOfWork, who: Caller, check_ins: Sequence[UUID]
) -> dict[UUID, Row[*tuple[Any, ...]]]:
    """Return `parts` and `seen_at` of the shares by which the caller sees these check-ins, by check-in."""
    if not check_ins:
        return {}
    rows = await unit.session.execute(
        select(CheckInShare.check_in_id, CheckInShare.parts, CheckInShare.seen_at)
        .join(Membership, Membership.id == CheckInShare.membership_id)
        .where(CheckInShare.check_in_id.in_(check_ins), access.supports(who.person_id), access.CONFIRMED)
    )
    return {row.check_in_id: row for row in rows}
