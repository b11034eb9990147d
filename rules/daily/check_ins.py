"""Check-ins: how somebody feels. Private, unless it is shared with members of their circle."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, or_, select

from core.unit_of_work import UnitOfWork
from models import CheckIn, CheckInShare, Membership, Person
from models.enums import Halt, NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.accounts.person_view import PersonView, person_view
from rules.circle import hours, sharing
from rules.errors import MemberUnknown, NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.upkeep import wal_truncation


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """A check-in to store; `share_with`: ids of memberships in the person's circle."""

    feeling: int | None
    halt: Sequence[Halt]
    note: str | None
    share_with: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class CheckInView:
    """A check-in as one viewer sees it. `shared_with` is None for those it was shared with."""

    id: UUID
    sender: PersonView
    mine: bool
    feeling: int | None
    halt: list[str]
    note: str | None
    shared_with: list[PersonView] | None
    created_at: datetime


_CHECK_IN_COLUMNS: Select[*tuple[Any, ...]] = select(
    CheckIn.id,
    CheckIn.person_id,
    CheckIn.feeling,
    CheckIn.halt,
    CheckIn.note,
    CheckIn.created_at,
    Person.data_key,
    Person.display_name,
).join(Person, Person.id == CheckIn.person_id)


async def create_check_in(
    unit: UnitOfWork, who: Caller, new: NewCheckIn, fingerprint: RequestFingerprint | None
) -> UUID:
    """Store a check-in, notify those it is shared with and return its id.

    Whoever has muted the caller, or is outside their hours, is not pushed and finds it in the inbox.
    Raises MemberUnknown, KeyReused.
    """

    async def create() -> UUID:
        members = await _lock_members(unit, who, new.share_with)
        check_in = CheckIn(id=unit.new_id(), person_id=who.person_id, feeling=new.feeling, created_at=unit.now)
        if new.halt:
            check_in.halt = [str(word) for word in dict.fromkeys(new.halt)]
        check_in.note = who.vault.seal("check_ins.note", check_in.id, new.note)
        unit.session.add(check_in)
        await unit.session.flush()
        # A concurrent removal of one of them waits for this, or came first and fails this insert, which is then retried.
        unit.session.add_all(CheckInShare(check_in_id=check_in.id, membership_id=member.id) for member in members)
        await unit.session.flush()
        notices = [
            NoticeDraft(
                member.member_id,
                NoticeKind.CHECK_IN,
                check_in.id,
                who.person_id,
                push=hours.available(
                    member.hours, member.time_zone, member.muted_until, unit.now, wake_me=member.wake_me
                ),
            )
            for member in members
        ]
        if notices:
            await create_notices(unit, notices)
        return check_in.id

    check_in_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return check_in_id


async def list_check_ins(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[CheckInView]:
    """Return the caller's check-ins and those shared with them, newest first, `limit` + 1 at most."""
    own, shared = access.mine(CheckIn, who), access.shared_with(who.person_id)
    statement = _CHECK_IN_COLUMNS.where(own if mine else shared if mine is False else or_(own, shared))
    if before is not None:
        statement = statement.where(CheckIn.id < before)
    if only is not None:
        statement = statement.where(CheckIn.id == only)
    rows = (await unit.session.execute(statement.order_by(CheckIn.id.desc()).limit(limit + 1))).all()
    shares = await _load_shares(unit, [row.id for row in rows if row.person_id == who.person_id])
    return [_check_in_view(unit, who, row, shares) for row in rows]


async def load_check_in(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> CheckInView:
    """Return one of the caller's check-ins, or one shared with them. Raises NotFound."""
    views = await list_check_ins(unit, who, 1, None, mine=None, only=check_in_id)
    if not views:
        raise NotFound
    return views[0]


async def remove_check_in(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> None:
    """Delete a check-in, also for those it was shared with. Raises NotFound."""
    own_check_in = select(CheckIn.id).where(CheckIn.id == check_in_id, access.mine(CheckIn, who))
    if (await unit.session.execute(own_check_in.with_for_update())).first() is None:
        raise NotFound
    # Shares are locked before deliveries, as when a membership ends.
    await unit.session.execute(delete(CheckInShare).where(CheckInShare.check_in_id == check_in_id))
    await sharing.take_back(unit, [check_in_id])
    await unit.session.execute(delete(CheckIn).where(CheckIn.id == check_in_id))
    await wal_truncation.mark_erased(unit)


async def _lock_members(unit: UnitOfWork, who: Caller, share_with: frozenset[UUID]) -> Sequence[Any]:
    """Return these members of the caller's circle, locked. Raises MemberUnknown if any of them is not one."""
    if not share_with:
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
            )
            .join(Person, Person.id == Membership.member_id)
            .where(
                Membership.id.in_(share_with),
                access.mine(Membership, who),
                access.CONFIRMED,
            )
            .order_by(Membership.id)
            # Locked before the rows that refer to it and to the person, in the lock order of an erasure.
            .with_for_update(read=True, key_share=True, of=Membership)
        )
    ).all()
    if len(rows) < len(share_with):
        raise MemberUnknown
    return rows


async def _load_shares(unit: UnitOfWork, check_ins: Sequence[UUID]) -> dict[UUID, list[PersonView]]:
    by_check_in: dict[UUID, list[PersonView]] = defaultdict(list)
    if check_ins:
        rows = await unit.session.execute(
            select(CheckInShare.check_in_id, Person.id, Person.data_key, Person.display_name)
            .join(Membership, Membership.id == CheckInShare.membership_id)
            .join(Person, Person.id == Membership.member_id)
            .where(CheckInShare.check_in_id.in_(check_ins))
            .order_by(Membership.id)
        )
        for row in rows:
            by_check_in[row.check_in_id].append(person_view(unit.keyring, row.id, row.data_key, row.display_name))
    return by_check_in


def _check_in_view(
    unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]], shares: dict[UUID, list[PersonView]]
) -> CheckInView:
    mine = row.person_id == who.person_id
    vault = unit.keyring.vault(row.person_id, row.data_key)
    return CheckInView(
        id=row.id,
        sender=person_view(unit.keyring, row.person_id, row.data_key, row.display_name),
        mine=mine,
        feeling=row.feeling,
        halt=row.halt or [],
        note=vault.open("check_ins.note", row.id, row.note),
        shared_with=shares.get(row.id, []) if mine else None,
        created_at=row.created_at,
    )
