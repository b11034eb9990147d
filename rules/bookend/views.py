"""Bookends as a viewer sees them: their own, and those whose companion they are."""

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
from rules.bookend.schedule import State, derive_state
from rules.errors import NotFound
from rules.person_view import PersonView, person_view


@dataclass(frozen=True, slots=True)
class Companion:
    """The companion. `contact` is shown to the person whose bookend it is."""

    membership_id: UUID
    person: PersonView
    contact: str | None


@dataclass(frozen=True, slots=True)
class BookendView:
    """A bookend as one viewer sees it. `sender` planned it; `companion` is None once the membership has ended.

    The companion sees `what` and the sender's `contact` once they have been told that it was missed.
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

_BOOKEND_COLUMNS: Select[*tuple[Any, ...]] = (
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


async def list_bookends(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, is_open: bool | None, mine: bool | None
) -> list[BookendView]:
    """Return the caller's bookends and those whose companion they are, newest first, `limit` + 1 at most."""
    own, companion_of = access.mine(Bookend, who), access.stands_by(who)
    statement = _BOOKEND_COLUMNS.where(own if mine else companion_of if mine is False else or_(own, companion_of))
    if is_open is not None:
        statement = statement.where(Bookend.checked_in_at.is_(None) if is_open else Bookend.checked_in_at.is_not(None))
    if before is not None:
        statement = statement.where(Bookend.id < before)
    rows = await unit.session.execute(statement.order_by(Bookend.id.desc()).limit(limit + 1))
    return [_bookend_view(unit, who, row) for row in rows]


async def load_bookend(unit: UnitOfWork, who: Caller, bookend_id: UUID) -> BookendView:
    """Return one of the caller's bookends, or one whose companion they are. Raises NotFound."""
    rows = await unit.session.execute(
        _BOOKEND_COLUMNS.where(Bookend.id == bookend_id, or_(access.mine(Bookend, who), access.stands_by(who)))
    )
    row = rows.one_or_none()
    if row is None:
        raise NotFound
    return _bookend_view(unit, who, row)


def _bookend_view(unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]]) -> BookendView:
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
        state=derive_state(row.due_at, row.next_at, row.checked_in_at, unit.now),
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
