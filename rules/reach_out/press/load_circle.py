"""Everything a press needs to know, read in one statement: the caller, an open reach-out, the circle."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, and_, bindparam, select
from sqlalchemy.orm import aliased

from core.frozen import quick_dataclass
from core.unit_of_work import Operation
from models import Channel, Device, Membership, Person, ReachOut, Session
from rules import access
from rules.access import Caller
from rules.circle import hours
from rules.circle.ways import WAY_COLUMNS, ways_in_rows
from rules.errors import NotSignedIn
from rules.reach_out.state import Participant


@quick_dataclass(frozen=True, slots=True)
class Member:
    """An active member at the moment of a press, as a participant who has not been told.

    `data_key`, `display_name` and `contact` are sealed.
    """

    participant: Participant
    data_key: bytes
    display_name: bytes | None
    contact: bytes | None


@quick_dataclass(frozen=True, slots=True)
class Presser:
    """The person who presses, with their open reach-out and circle. `ladder`: their own, or the installation's.

    `open_calm`: what is open is a calm ask. `spared_until`: a press before then makes no sound on phones that have just rung.
    """

    caller: Caller
    open_id: UUID | None
    open_calm: bool
    members: list[Member]
    ladder: Sequence[int]
    data_key: bytes
    display_name: bytes | None
    contact: bytes | None
    spared_until: datetime | None = None


_Member = aliased(Person)

_CIRCLE = (
    Person.data_key,
    Person.display_name,
    Person.contact,
    Person.ladder,
    Person.spared_until,
    ReachOut.id.label("open_id"),
    ReachOut.calm.label("open_calm"),
    Membership.id.label("membership_id"),
    Membership.member_id,
    Membership.role,
    Membership.step,
    Membership.muted_until,
    _Member.time_zone.label("member_time_zone"),
    _Member.hours.label("member_hours"),
    _Member.wake_me.label("member_wake_me"),
    _Member.away_until.label("member_away_until"),
    _Member.guest_at.label("member_guest_at"),
    _Member.data_key.label("member_data_key"),
    _Member.display_name.label("member_display_name"),
    _Member.contact.label("member_contact"),
    *WAY_COLUMNS,
)


def _with_circle(person: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the selected person's open reach-out and members, with the members' devices and channels."""
    return (
        person.outerjoin(ReachOut, and_(ReachOut.person_id == Person.id, ReachOut.closed_at.is_(None)))
        .outerjoin(Membership, and_(Membership.owner_id == Person.id, Membership.confirmed_at.is_not(None)))
        .outerjoin(_Member, _Member.id == Membership.member_id)
        .outerjoin(Device, and_(Device.person_id == Membership.member_id, Device.disabled_at.is_(None)))
        .outerjoin(Channel, and_(Channel.person_id == Membership.member_id, Channel.confirmed_at.is_not(None)))
        .order_by(Membership.id, Device.id)
    )


_READ = _with_circle(
    select(*access.CALLER_COLUMNS, *_CIRCLE[1:])
    .select_from(Session)
    .join(Person, Person.id == Session.person_id)
    .where(access.SIGNED_IN)
)


_READ_CIRCLE = _with_circle(select(*_CIRCLE).select_from(Person).where(Person.id == bindparam("person_id", type_=Uuid)))


async def load_members(operation: Operation, owner_id: UUID) -> tuple[Member, ...]:
    """Return the active members of this person's circle, as a press finds them."""
    return tuple(_members(operation, await operation.fetch(_READ_CIRCLE, {"person_id": owner_id}), calm=False))


async def load_presser(
    operation: Operation, token: str | None, default_ladder: Sequence[int], *, calm: bool = False
) -> Presser:
    """Load the person whose token this is, with everything a press decides by, in one round trip. Raises NotSignedIn.

    `calm`: the members are available by the rule for what wakes nobody.
    """
    if not token:
        raise NotSignedIn
    rows = await operation.fetch(_READ, {"token_hash": access.token_hash(token), "now": operation.now})
    if not rows:
        raise NotSignedIn
    first = rows[0]
    return Presser(
        caller=access.caller_from_row(first, operation.keyring),
        open_id=first.open_id,
        open_calm=bool(first.open_calm),
        members=_members(operation, rows, calm=calm),
        ladder=first.ladder or default_ladder,
        spared_until=first.spared_until,
        data_key=first.data_key,
        display_name=first.display_name,
        contact=first.contact,
    )


def _members(operation: Operation, rows: Sequence[Row[*tuple[Any, ...]]], *, calm: bool) -> list[Member]:
    of_members = groupby(rows, attrgetter("membership_id"))
    return [
        _member_of_rows(operation, list(rows_of), calm=calm)
        for membership_id, rows_of in of_members
        if membership_id is not None
    ]


def _member_of_rows(operation: Operation, rows: Sequence[Row[*tuple[Any, ...]]], *, calm: bool) -> Member:
    """Return the member whose rows these are: the product of their devices and channels."""
    first = rows[0]
    guest = first.member_guest_at is not None
    hears_at = _hears_at(first, operation.now, calm=calm)
    participant = Participant(
        person_id=first.member_id,
        membership_id=first.membership_id,
        role=first.role,
        step=first.step,
        available=hears_at == operation.now,
        hears_at=hears_at,
        guest=guest,
        **ways_in_rows(operation, rows, guest=guest),
    )
    return Member(participant, first.member_data_key, first.member_display_name, first.member_contact)


def _hears_at(row: Row[*tuple[Any, ...]], now: datetime, *, calm: bool) -> datetime | None:
    silent_until = hours.silent_until(row.muted_until, row.member_away_until)
    if calm:
        return hours.next_calm(row.member_hours, row.member_time_zone, now, silent_until)
    return hours.next_available(row.member_hours, row.member_time_zone, silent_until, now, wake_me=row.member_wake_me)
