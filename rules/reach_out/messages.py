"""Words within a reach-out: the person's reach everyone told, a recipient's reach the person only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Message, Person, ReachOut
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.errors import Closed
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out import push_rate, state, store
from rules.reach_out.state import Snapshot
from rules.reach_out.views import PersonView, person_view


@dataclass(frozen=True, slots=True)
class MessageView:
    id: UUID
    sender: PersonView
    text: str | None
    created_at: datetime


async def say(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, text: str, asked: RequestFingerprint | None
) -> MessageView:
    """Write a message. Raises NotFound, Closed, KeyReused."""

    async def create() -> UUID:
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if isinstance(snapshot.stage, state.Closed):
            raise Closed
        return await write(unit, who, snapshot, text)

    # Also before a retry is handed what it made: whoever is outside meanwhile sees nothing of it.
    await access.reach_out(unit, who, reach_out_id)
    if not who.vault.good:
        # Saying 201 to words that cannot be kept would lose them in silence.
        raise KeysUnavailable
    made, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return (await _views(unit, select(Message, Person).where(Message.id == made)))[0]


async def write(unit: UnitOfWork, who: Caller, snapshot: Snapshot, text: str) -> UUID:
    """Write words into an open, locked reach-out and tell the other side; return the message's id."""
    row = Message(id=unit.new_id(), reach_out_id=snapshot.id, sender_id=who.person_id, created_at=unit.now)
    row.text = who.vault.seal("messages.text", row.id, text)
    unit.session.add(row)
    await unit.session.flush()
    if who.person_id != snapshot.person_id:
        hearers = {snapshot.person_id: True}
    else:
        hearers = {participant.person_id: participant.follows for participant in snapshot.told}
    await create_notices(
        unit,
        [
            NoticeDraft(hearer, NoticeKind.MESSAGE, row.id, who.person_id, snapshot.id, push=push)
            for hearer, push in hearers.items()
        ],
        await push_rate.next_push_at(unit, snapshot.id, hearers),
    )
    return row.id


async def page(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, limit: int, after: UUID | None, *, newest: bool
) -> list[MessageView]:
    """What this viewer may read, oldest first (or `newest`), `limit` + 1 at most. Raises NotFound."""
    await access.reach_out(unit, who, reach_out_id)
    statement = (
        select(Message, Person)
        .join(ReachOut, ReachOut.id == Message.reach_out_id)
        .where(Message.reach_out_id == reach_out_id, access.readable_by(who.person_id))
    )
    if after is not None:
        statement = statement.where(Message.id < after if newest else Message.id > after)
    order = Message.id.desc() if newest else Message.id
    return await _views(unit, statement.order_by(order).limit(limit + 1))


async def _views(unit: UnitOfWork, statement: Select[Message, Person]) -> list[MessageView]:
    found = await unit.session.execute(statement.join(Person, Person.id == Message.sender_id))
    return [
        MessageView(
            id=message.id,
            sender=person_view(unit.keyring, person.id, person.data_key, person.display_name),
            text=unit.keyring.vault(person.id, person.data_key).open("messages.text", message.id, message.text),
            created_at=message.created_at,
        )
        for message, person in found
    ]
