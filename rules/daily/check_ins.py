"""Check-ins: how somebody is. Theirs alone, unless they share this one with members of their circle."""

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
from rules.circle import hours, sharing
from rules.errors import MemberUnknown, NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out.views import PersonView, person_view
from rules.upkeep import wal_truncation


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """What somebody says of themselves; `share_with` are memberships of their circle."""

    feeling: int | None
    halt: Sequence[Halt]
    note: str | None
    share_with: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class CheckInView:
    """`shared_with` is None for those it was shared with: who else may see it is not for them."""

    id: UUID
    sender: PersonView
    mine: bool
    feeling: int | None
    halt: list[str]
    note: str | None
    shared_with: list[PersonView] | None
    created_at: datetime


_COLUMNS: Select[*tuple[Any, ...]] = select(
    CheckIn.id,
    CheckIn.person_id,
    CheckIn.feeling,
    CheckIn.halt,
    CheckIn.note,
    CheckIn.created_at,
    Person.data_key,
    Person.display_name,
).join(Person, Person.id == CheckIn.person_id)


async def check_in(unit: UnitOfWork, who: Caller, said: NewCheckIn, asked: RequestFingerprint | None) -> UUID:
    """Keep a check-in and tell those it is shared with; gives its id.

    They are pushed unless they have muted the caller or it is outside their hours; then they find it in their inbox.
    Raises MemberUnknown, KeyReused.
    """

    async def create() -> UUID:
        members = await _members(unit, who, said.share_with)
        made = CheckIn(id=unit.new_id(), person_id=who.person_id, feeling=said.feeling, created_at=unit.now)
        if said.halt:
            made.halt = [str(word) for word in dict.fromkeys(said.halt)]
        made.note = who.vault.seal("check_ins.note", made.id, said.note)
        unit.session.add(made)
        await unit.session.flush()
        # A removal of one of them waits for this, or has been first and is seen when it is tried again.
        unit.session.add_all(CheckInShare(check_in_id=made.id, membership_id=row.id) for row in members)
        await unit.session.flush()
        tellings = [
            NoticeDraft(
                row.member_id,
                NoticeKind.CHECK_IN,
                made.id,
                who.person_id,
                push=hours.available(row.hours, row.time_zone, row.muted_until, unit.now, wake_me=row.wake_me),
            )
            for row in members
        ]
        if tellings:
            await create_notices(unit, tellings)
        return made.id

    made_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return made_id


async def page(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[CheckInView]:
    """The caller's check-ins and those shared with them, newest first, `limit` + 1 at most."""
    own, shared = access.mine(CheckIn, who), access.shared_with(who.person_id)
    statement = _COLUMNS.where(own if mine else shared if mine is False else or_(own, shared))
    if before is not None:
        statement = statement.where(CheckIn.id < before)
    if only is not None:
        statement = statement.where(CheckIn.id == only)
    found = (await unit.session.execute(statement.order_by(CheckIn.id.desc()).limit(limit + 1))).all()
    shares = await _shares(unit, [row.id for row in found if row.person_id == who.person_id])
    return [_view(unit, who, row, shares) for row in found]


async def one(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> CheckInView:
    """One check-in of the caller's, or one shared with them. Raises NotFound."""
    found = await page(unit, who, 1, None, mine=None, only=check_in_id)
    if not found:
        raise NotFound
    return found[0]


async def remove(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> None:
    """Take a check-in back for good, also from those it was shared with. Raises NotFound."""
    mine = select(CheckIn.id).where(CheckIn.id == check_in_id, access.mine(CheckIn, who))
    if (await unit.session.execute(mine.with_for_update())).first() is None:
        raise NotFound
    # Shares come before deliveries, as where a membership ends.
    await unit.session.execute(delete(CheckInShare).where(CheckInShare.check_in_id == check_in_id))
    await sharing.take_back(unit, [check_in_id])
    await unit.session.execute(delete(CheckIn).where(CheckIn.id == check_in_id))
    await wal_truncation.mark_erased(unit)


async def _members(unit: UnitOfWork, who: Caller, share_with: frozenset[UUID]) -> Sequence[Any]:
    """Those members of the caller's circle. Raises MemberUnknown for anybody else, whatever the reason."""
    if not share_with:
        return []
    found = (
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
            # Before the rows that refer to it and to the person: an erasure takes them in this order.
            .with_for_update(read=True, key_share=True, of=Membership)
        )
    ).all()
    if len(found) < len(share_with):
        raise MemberUnknown
    return found


async def _shares(unit: UnitOfWork, check_ins: Sequence[UUID]) -> dict[UUID, list[PersonView]]:
    found: dict[UUID, list[PersonView]] = defaultdict(list)
    if check_ins:
        rows = await unit.session.execute(
            select(CheckInShare.check_in_id, Person.id, Person.data_key, Person.display_name)
            .join(Membership, Membership.id == CheckInShare.membership_id)
            .join(Person, Person.id == Membership.member_id)
            .where(CheckInShare.check_in_id.in_(check_ins))
            .order_by(Membership.id)
        )
        for row in rows:
            found[row.check_in_id].append(person_view(unit.keyring, row.id, row.data_key, row.display_name))
    return found


def _view(
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
