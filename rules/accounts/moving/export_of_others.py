"""Other people in an export: the names of those in touch with the caller, and the messages they wrote to the caller."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Membership, Message, Person, ReachOut
from rules import access
from rules.access import Caller


async def display_names(unit: UnitOfWork, who: Caller) -> dict[UUID, str | None]:
    """Return the display names of everybody in the caller's circle or whose circle the caller is in.

    By person id, and those of the caller's circle by the id of their membership too.
    """
    people = await unit.session.execute(select(Person).where(access.in_touch_with(who.person_id, confirmed=False)))
    names = {
        row.id: unit.keyring.vault(row.id, row.data_key).open("people.display_name", row.id, row.display_name)
        for row in people.scalars()
    }
    circle = await unit.session.execute(select(Membership.id, Membership.member_id).where(access.mine(Membership, who)))
    return names | {row.id: names.get(row.member_id) for row in circle}


async def messages_from_others(unit: UnitOfWork, who: Caller) -> list[dict[str, Any]]:
    """Return other people's messages in reach-outs that the caller may read now, the oldest first."""
    rows = await unit.session.execute(
        select(Message, Person)
        .join(ReachOut, ReachOut.id == Message.reach_out_id)
        .join(Person, Person.id == Message.sender_id)
        .where(access.readable_by(who.person_id), ~access.mine(Message, who))
        .order_by(Message.id)
    )
    messages = []
    for message, sender in rows:
        vault = unit.keyring.vault(sender.id, sender.data_key)
        messages.append(
            {
                "id": message.id,
                "reach_out_id": message.reach_out_id,
                "sender_id": sender.id,
                "name": vault.open("people.display_name", sender.id, sender.display_name),
                "text": vault.open("messages.text", message.id, message.text),
                "created_at": message.created_at,
            }
        )
    return messages
