"""What an export holds of others: their names where one is in touch with them, and what they wrote to the caller."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from core.unit_of_work import UnitOfWork
from models import Membership, Message, Person, ReachOut, Recipient
from rules.access import Caller


async def names(unit: UnitOfWork, who: Caller) -> dict[UUID, str | None]:
    """By id, what the people of the caller's circle are called, and those whose circle the caller is in."""
    me = who.person_id
    members = select(Membership.member_id).where(Membership.owner_id == me)
    owners = select(Membership.owner_id).where(Membership.member_id == me)
    found = (await unit.session.execute(select(Person).where(Person.id.in_(members.union(owners))))).scalars()
    return {
        row.id: unit.keyring.vault(row.id, row.data_key).open("people.display_name", row.id, row.display_name)
        for row in found
    }


async def messages(unit: UnitOfWork, who: Caller) -> list[dict[str, Any]]:
    """What others wrote in reach-outs, as far as the caller may read it now (as in `rules.reach_out.messages.page`)."""
    me = who.person_id
    gone = select(Recipient.person_id).where(
        Recipient.reach_out_id == Message.reach_out_id,
        Recipient.person_id == Message.sender_id,
        Recipient.gone_at.is_not(None),
    )
    told = (
        select(Recipient.person_id)
        .join(Membership, Membership.id == Recipient.membership_id)
        .where(
            Recipient.reach_out_id == Message.reach_out_id,
            Recipient.person_id == me,
            Recipient.told_at.is_not(None),
            Recipient.gone_at.is_(None),
            Membership.confirmed_at.is_not(None),
        )
    )
    seen = or_(
        and_(ReachOut.person_id == me, ~gone.exists()),
        and_(ReachOut.person_id == Message.sender_id, told.exists()),
    )
    found = await unit.session.execute(
        select(Message, Person)
        .join(ReachOut, ReachOut.id == Message.reach_out_id)
        .join(Person, Person.id == Message.sender_id)
        .where(Message.sender_id != me, seen)
        .order_by(Message.id)
    )
    written = []
    for row, person in found:
        vault = unit.keyring.vault(person.id, person.data_key)
        written.append(
            {
                "id": row.id,
                "reach_out_id": row.reach_out_id,
                "sender_id": person.id,
                "name": vault.open("people.display_name", person.id, person.display_name),
                "text": vault.open("messages.text", row.id, row.text),
                "created_at": row.created_at,
            }
        )
    return written
