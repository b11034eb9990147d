"""Reach-ins: "thinking of you", to somebody in my circle or whom I support. It asks for nothing, so it wakes nobody."""

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
from rules.accounts.throttle import Limit
from rules.circle import hours
from rules.errors import NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out.views import PersonView, person_view

REACH_INS_PER_PERSON = Limit("reach_ins", burst=20, every=4320)
"""Twenty at once, then one every 72 minutes: twenty a day."""
REACH_INS_PER_PAIR = Limit("reach_ins.to", burst=1, every=600)
"""Once in ten minutes to one person: kindness, not pressure."""


@dataclass(frozen=True, slots=True)
class ReachInView:
    id: UUID
    sender: PersonView
    recipient: PersonView
    mine: bool
    text: str | None
    created_at: datetime


_Recipient = aliased(Person)

_COLUMNS: Select[*tuple[Any, ...]] = (
    select(
        ReachIn.id,
        ReachIn.sender_id,
        ReachIn.recipient_id,
        ReachIn.text,
        ReachIn.created_at,
        Person.data_key,
        Person.display_name,
        _Recipient.data_key.label("recipient_data_key"),
        _Recipient.display_name.label("recipient_display_name"),
    )
    .join(Person, Person.id == ReachIn.sender_id)
    .join(_Recipient, _Recipient.id == ReachIn.recipient_id)
    .join(Membership, Membership.id == ReachIn.membership_id)
    .where(access.CONFIRMED)
)


async def send(unit: UnitOfWork, who: Caller, to: UUID, text: str | None, asked: RequestFingerprint | None) -> UUID:
    """Let somebody know that the caller thinks of them; gives the reach-in's id.

    They are pushed unless they have muted the caller or it is outside their hours; then they find it in their inbox.
    Raises NotFound, TooMany, KeyReused.
    """

    async def create() -> UUID:
        joined = await _joined(unit, who.person_id, to)
        if not joined:
            raise NotFound
        await throttle.consume(unit, REACH_INS_PER_PERSON, str(who.person_id))
        await throttle.consume(unit, REACH_INS_PER_PAIR, f"{who.person_id}\0{to}")
        # A mute is for whom one supports: where the caller owns the circle.
        muted_until = next((row.muted_until for row in joined if row.owner_id == who.person_id), None)
        made = ReachIn(
            id=unit.new_id(),
            sender_id=who.person_id,
            recipient_id=to,
            membership_id=joined[0].id,
            created_at=unit.now,
        )
        made.text = who.vault.seal("reach_ins.text", made.id, text)
        unit.session.add(made)
        await unit.session.flush()
        person = await unit.session.get_one(Person, to)
        awake = hours.available(person.hours, person.time_zone, muted_until, unit.now, wake_me=person.wake_me)
        await create_notices(unit, [NoticeDraft(to, NoticeKind.REACH_IN, made.id, who.person_id, push=awake)])
        return made.id

    made_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return made_id


async def page(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[ReachInView]:
    """What the caller has sent and been sent, newest first, `limit` + 1 at most."""
    own, theirs = access.mine(ReachIn, who), access.reach_in_to(who.person_id)
    statement = _COLUMNS.where(own if mine else theirs if mine is False else or_(own, theirs))
    if before is not None:
        statement = statement.where(ReachIn.id < before)
    if only is not None:
        statement = statement.where(ReachIn.id == only)
    found = await unit.session.execute(statement.order_by(ReachIn.id.desc()).limit(limit + 1))
    return [_view(unit, who, row) for row in found]


async def one(unit: UnitOfWork, who: Caller, reach_in_id: UUID) -> ReachInView:
    """One of them. Raises NotFound, also once the two are no longer joined."""
    found = await page(unit, who, 1, None, mine=None, only=reach_in_id)
    if not found:
        raise NotFound
    return found[0]


async def _joined(unit: UnitOfWork, one_id: UUID, other_id: UUID) -> list[Any]:
    """The confirmed memberships between two people, either way round."""
    found = await unit.session.execute(
        select(Membership.id, Membership.owner_id, Membership.muted_until)
        .where(access.joins(one_id, other_id), access.CONFIRMED)
        .order_by(Membership.id)
        # Before the row that refers to it and to both people: an erasure takes them in this order.
        .with_for_update(read=True, key_share=True)
    )
    return list(found.all())


def _view(unit: UnitOfWork, who: Caller, row: Row[*tuple[Any, ...]]) -> ReachInView:
    vault = unit.keyring.vault(row.sender_id, row.data_key)
    return ReachInView(
        id=row.id,
        sender=person_view(unit.keyring, row.sender_id, row.data_key, row.display_name),
        recipient=person_view(unit.keyring, row.recipient_id, row.recipient_data_key, row.recipient_display_name),
        mine=row.sender_id == who.person_id,
        text=vault.open("reach_ins.text", row.id, row.text),
        created_at=row.created_at,
    )
