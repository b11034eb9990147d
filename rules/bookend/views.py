"""What somebody sees of bookends: their own, and those at which they stand by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import aliased

from core.unit_of_work import UnitOfWork
from models import Bookend, Membership, Person
from rules import access
from rules.access import Caller
from rules.bookend.lifecycle import State, state
from rules.errors import NotFound
from rules.reach_out.views import PersonView, person_view


@dataclass(frozen=True, slots=True)
class Companion:
    """Who stands by. `contact` is for the one whose bookend it is."""

    membership_id: UUID
    person: PersonView
    contact: str | None


@dataclass(frozen=True, slots=True)
class BookendView:
    """`sender` is whose bookend it is, `contact` their number. `companion` is None once nobody stands by any more.

    The companion reads `what` and `contact` once they were told that it was missed: then they need them.
    """

    id: UUID
    mine: bool
    sender: PersonView
    contact: str | None
    what: str | None
    due_at: datetime
    state: State
    companion: Companion | None
    created_at: datetime
    checked_in_at: datetime | None
    companion_told_at: datetime | None


_Companion = aliased(Person)

_COLUMNS: Select[*tuple[Any, ...]] = (
    select(
        Bookend.id,
        Bookend.person_id,
        Bookend.what,
        Bookend.due_at,
        Bookend.next_at,
        Bookend.created_at,
        Bookend.checked_in_at,
        Bookend.companion_told_at,
        Person.data_key,
        Person.display_name,
        Person.contact,
        Membership.id.label("membership_id"),
        Membership.member_id,
        _Companion.data_key.label("companion_data_key"),
        _Companion.display_name.label("companion_display_name"),
        _Companion.contact.label("companion_contact"),
    )
    .join(Person, Person.id == Bookend.person_id)
    .outerjoin(Membership, and_(Membership.id == Bookend.membership_id, Membership.confirmed_at.is_not(None)))
    .outerjoin(_Companion, _Companion.id == Membership.member_id)
)


async def page(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, is_open: bool | None, mine: bool | None
) -> list[BookendView]:
    """The caller's bookends and those at which they stand by, newest first, `limit` + 1 at most."""
    own, told = access.mine(Bookend, who), access.stands_by(who)
    statement = _COLUMNS.where(own if mine else told if mine is False else or_(own, told))
    if is_open is not None:
        statement = statement.where(Bookend.checked_in_at.is_(None) if is_open else Bookend.checked_in_at.is_not(None))
    if before is not None:
        statement = statement.where(Bookend.id < before)
    found = await unit.session.execute(statement.order_by(Bookend.id.desc()).limit(limit + 1))
    return [_view(unit, who, row) for row in found]


async def one(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> BookendView:
    """One bookend of the caller's, or one at which they stand by. Raises NotFound."""
    found = await unit.session.execute(
        _COLUMNS.where(Bookend.id == bookend_id, or_(access.mine(Bookend, who), access.stands_by(who)))
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return _view(unit, who, row)


def _view(unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]]) -> BookendView:
    mine = row.person_id == who.person_id
    whole = mine or row.companion_told_at is not None
    vault = unit.keyring.vault(row.person_id, row.data_key)
    return BookendView(
        id=row.id,
        mine=mine,
        sender=person_view(unit.keyring, row.person_id, row.data_key, row.display_name),
        contact=vault.open("people.contact", row.person_id, row.contact) if whole else None,
        what=vault.open("bookends.what", row.id, row.what) if whole else None,
        due_at=row.due_at,
        state=state(row.due_at, row.next_at, row.checked_in_at, unit.now),
        companion=_companion(unit, row, mine=mine) if row.membership_id is not None else None,
        created_at=row.created_at,
        checked_in_at=row.checked_in_at,
        companion_told_at=row.companion_told_at,
    )


def _companion(unit: UnitOfWork, row: Row[*tuple[Any, ...]], *, mine: bool) -> Companion:
    vault = unit.keyring.vault(row.member_id, row.companion_data_key)
    return Companion(
        membership_id=row.membership_id,
        person=person_view(unit.keyring, row.member_id, row.companion_data_key, row.companion_display_name),
        contact=vault.open("people.contact", row.member_id, row.companion_contact) if mine else None,
    )
