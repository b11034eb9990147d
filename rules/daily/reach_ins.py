"""Reach-ins: "thinking of you", between two people of one circle. It asks for nothing, so it respects hours and mutes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from core.unit_of_work import UnitOfWork
from models import Membership, Person, ReachIn
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import throttle
from rules.accounts.person_view import PersonView, person_view
from rules.accounts.throttle import RateLimit
from rules.circle import hours
from rules.errors import NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices

REACH_INS_PER_PERSON = RateLimit("reach_ins", burst=20, every=4320)
"""Limits what one person sends: twenty at once, then one every 72 minutes, which is twenty a day."""
REACH_INS_PER_PAIR = RateLimit("reach_ins.to", burst=1, every=600)
"""Limits what one person sends to another: one in ten minutes."""


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


async def send_reach_in(
    unit: UnitOfWork, who: Caller, to: UUID, text: str | None, fingerprint: RequestFingerprint | None
) -> UUID:
    """Send a reach-in and return its id.

    A recipient who has muted the caller, or is outside their hours, is not pushed and finds it in the inbox.
    Raises NotFound, TooMany, KeyReused.
    """

    async def create() -> UUID:
        memberships = await _lock_memberships(unit, who.person_id, to)
        if not memberships:
            raise NotFound
        await throttle.consume(unit, REACH_INS_PER_PERSON, str(who.person_id))
        await throttle.consume(unit, REACH_INS_PER_PAIR, f"{who.person_id}\0{to}")
        # Only the membership in the caller's own circle can mute them.
        muted_until = next((row.muted_until for row in memberships if row.owner_id == who.person_id), None)
        reach_in = ReachIn(
            id=unit.new_id(),
            sender_id=who.person_id,
            recipient_id=to,
            membership_id=memberships[0].id,
            created_at=unit.now,
        )
        reach_in.text = who.vault.seal("reach_ins.text", reach_in.id, text)
        unit.session.add(reach_in)
        await unit.session.flush()
        recipient = await unit.session.get_one(Person, to)
        awake = hours.available(recipient.hours, recipient.time_zone, muted_until, unit.now, wake_me=recipient.wake_me)
        await create_notices(unit, [NoticeDraft(to, NoticeKind.REACH_IN, reach_in.id, who.person_id, push=awake)])
        return reach_in.id

    reach_in_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return reach_in_id


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


async def _lock_memberships(unit: UnitOfWork, person_id: UUID, other_id: UUID) -> list[Any]:
    """Return the confirmed memberships between two people, in either direction, locked."""
    rows = await unit.session.execute(
        select(Membership.id, Membership.owner_id, Membership.muted_until)
        .where(access.joins(person_id, other_id), access.CONFIRMED)
        .order_by(Membership.id)
        # Locked before the row that refers to it and to both people, in the lock order of an erasure.
        .with_for_update(read=True, key_share=True)
    )
    return list(rows.all())


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
