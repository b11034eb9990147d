"""Reach-ins: "thinking of you", between two people of one circle. It asks for nothing, so it respects hours and mutes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Membership, Person, ReachIn
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.circle import hours
from rules.daily.thread import pairs, threads
from rules.daily.thread.reach_in_limits import require_reach_in_allowed
from rules.errors import NotForGuests, NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox.push_rate import next_thread_push_at
from rules.person_view import PersonView, person_view


@dataclass(frozen=True, slots=True)
class NewReachIn:
    """A reach-in to send. `about`: the id of the item of their thread that it answers."""

    to: UUID
    text: str | None
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReachInView:
    id: UUID
    sender: PersonView
    recipient: PersonView
    mine: bool
    text: str | None
    created_at: datetime


_Addressee = aliased(Person)

_REACH_IN_COLUMNS: Select[*tuple[Any, ...]] = (
    select(
        ReachIn.id,
        ReachIn.sender_id,
        ReachIn.recipient_id,
        ReachIn.text,
        ReachIn.created_at,
        Person.data_key,
        Person.display_name,
        _Addressee.data_key.label("recipient_data_key"),
        _Addressee.display_name.label("recipient_display_name"),
    )
    .join(Person, Person.id == ReachIn.sender_id)
    .join(_Addressee, _Addressee.id == ReachIn.recipient_id)
    .join(Membership, Membership.id == ReachIn.membership_id)
    .where(access.CONFIRMED)
)


async def send_reach_in(unit: UnitOfWork, who: Caller, new: NewReachIn, fingerprint: RequestFingerprint | None) -> UUID:
    """Send a reach-in and return its id.

    A recipient who has muted the caller, or is outside their hours, is not pushed and finds it in the inbox.
    Raises NotFound, NotForGuests, TooMany, ReachInsUnanswered, KeyReused, KeysUnavailable.
    """
    if new.text and not who.vault.has_key:
        # Without a key the text could not be stored: a 201 would lose it silently.
        raise KeysUnavailable
    reach_in_id, _ = await idempotency.run_once(
        unit, fingerprint, who.person_id, lambda: create_reach_in(unit, who, new)
    )
    return reach_in_id


async def create_reach_in(unit: UnitOfWork, who: Caller, new: NewReachIn) -> UUID:
    """Write a reach-in with its notice and return its id. Raises NotFound, NotForGuests, TooMany, ReachInsUnanswered."""
    # Before the memberships: what this person has sent is counted one request at a time.
    await access.lock_person(unit, who)
    memberships = await pairs.lock_pair(unit, who, new.to)
    recipient = await unit.session.get_one(Person, new.to)
    if recipient.guest_at is not None:
        raise NotForGuests
    await require_reach_in_allowed(unit, who, new.to)
    reach_in_id = await write_reach_in(unit, who, memberships[0].id, new)
    muted_until = pairs.pair_silent_until(memberships, who, recipient)
    awake = hours.available(recipient.hours, recipient.time_zone, muted_until, unit.now, wake_me=recipient.wake_me)
    await create_notices(
        unit,
        [NoticeDraft(new.to, NoticeKind.REACH_IN, reach_in_id, who.person_id, push=awake)],
        await next_thread_push_at(unit, who.person_id, [new.to]),
    )
    return reach_in_id


async def write_reach_in(unit: UnitOfWork, who: Caller, membership_id: UUID, new: NewReachIn) -> UUID:
    """Insert a reach-in under this membership, which is locked, and return its id. Nobody is notified here.

    What it is about may have been taken back meanwhile, or may never have stood in this thread: the words then stand alone.
    """
    about = new.about and await threads.load_thread(unit, who, new.to, 1, None, only=new.about)
    reach_in = ReachIn(
        id=unit.new_id(),
        sender_id=who.person_id,
        recipient_id=new.to,
        membership_id=membership_id,
        about_id=new.about if about else None,
        created_at=unit.now,
    )
    reach_in.text = who.vault.seal("reach_ins.text", reach_in.id, new.text)
    unit.session.add(reach_in)
    await unit.session.flush()
    pairs.publish_thread(unit, who.person_id, new.to)
    return reach_in.id


async def list_reach_ins(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[ReachInView]:
    """Return the reach-ins that the caller has sent or received, newest first, `limit` + 1 at most."""
    own, received = access.mine(ReachIn, who), access.reach_in_to(who.person_id)
    statement = _REACH_IN_COLUMNS.where(own if mine else received if mine is False else or_(own, received))
    if before is not None:
        statement = statement.where(ReachIn.id < before)
    if only is not None:
        statement = statement.where(ReachIn.id == only)
    rows = await unit.session.execute(statement.order_by(ReachIn.id.desc()).limit(limit + 1))
    return [_reach_in_view(unit, who, row) for row in rows]


async def load_reach_in(unit: UnitOfWork, who: Caller, reach_in_id: UUID) -> ReachInView:
    """Return a reach-in that the caller sent or received. Raises NotFound, also once the membership of the two has ended."""
    views = await list_reach_ins(unit, who, 1, None, mine=None, only=reach_in_id)
    if not views:
        raise NotFound
    return views[0]


def _reach_in_view(unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]]) -> ReachInView:
    vault = unit.keyring.vault(row.sender_id, row.data_key)
    return ReachInView(
        id=row.id,
        sender=person_view(unit.keyring, row.sender_id, row.data_key, row.display_name),
        recipient=person_view(unit.keyring, row.recipient_id, row.recipient_data_key, row.recipient_display_name),
        mine=row.sender_id == who.person_id,
        text=vault.open("reach_ins.text", row.id, row.text),
        created_at=row.created_at,
    )
