"""Messages within a reach-out: the person's go to everyone told, a recipient's to the person only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Message, Notice, Person, ReachOut
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.errors import ReachOutClosed
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox import push_rate
from rules.person_view import PersonView, person_view
from rules.reach_out import state, store
from rules.reach_out.bounds.message_limit import require_message_allowed
from rules.reach_out.state import Snapshot


@dataclass(frozen=True, slots=True)
class MessageView:
    id: UUID
    sender: PersonView
    text: str | None
    created_at: datetime


async def send_message(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, text: str, fingerprint: RequestFingerprint | None
) -> MessageView:
    """Send a message and return it. Raises NotFound, Closed, TooMany, KeyReused, KeysUnavailable."""

    async def create() -> UUID:
        await require_message_allowed(unit, who)
        snapshot = await store.load_seen(unit, who, reach_out_id)
        if isinstance(snapshot.stage, state.Closed):
            raise ReachOutClosed
        return await write_message(unit, who, snapshot, text)

    # Checked before a retry gets its earlier result as well: whoever has fallen away meanwhile sees nothing of it.
    await access.load_visible_reach_out(unit, who, reach_out_id)
    if not who.vault.has_key:
        # Without a key the text could not be stored: a 201 would lose it silently.
        raise KeysUnavailable
    message_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return (await _views(unit, select(Message, Person).where(Message.id == message_id)))[0]


async def write_message(unit: UnitOfWork, who: Caller, snapshot: Snapshot, text: str) -> UUID:
    """Insert a message into an open, locked reach-out, notify its readers and return its id."""
    message = Message(id=unit.new_id(), reach_out_id=snapshot.id, sender_id=who.person_id, created_at=unit.now)
    message.text = who.vault.seal("messages.text", message.id, text)
    unit.session.add(message)
    await unit.session.flush()
    if who.person_id != snapshot.person_id:
        readers = {snapshot.person_id: True}
    else:
        readers = {participant.person_id: participant.follows for participant in snapshot.told}
    await create_notices(
        unit,
        [
            NoticeDraft(reader, NoticeKind.MESSAGE, message.id, who.person_id, snapshot.id, push=push)
            for reader, push in readers.items()
        ],
        await push_rate.next_push_at(
            unit, (Notice.reach_out_id == snapshot.id, Notice.kind == NoticeKind.MESSAGE), readers
        ),
    )
    return message.id


async def list_messages(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, limit: int, after: UUID | None, *, newest: bool
) -> list[MessageView]:
    """Return the messages that the caller may read, oldest first (or `newest`), `limit` + 1 at most. Raises NotFound."""
    seen = await access.load_visible_reach_out(unit, who, reach_out_id)
    statement = (
        select(Message, Person)
        .join(ReachOut, ReachOut.id == Message.reach_out_id)
        .where(Message.reach_out_id == reach_out_id, access.readable_by(who.person_id))
    )
    if not await access.reads_notes(unit, who, seen.reach_out.person_id):
        statement = statement.where(access.mine(Message, who))
    if after is not None:
        statement = statement.where(Message.id < after if newest else Message.id > after)
    order = Message.id.desc() if newest else Message.id
    return await _views(unit, statement.order_by(order).limit(limit + 1))


async def _views(unit: UnitOfWork, statement: Select[Message, Person]) -> list[MessageView]:
    rows = await unit.session.execute(statement.join(Person, Person.id == Message.sender_id))
    return [
        MessageView(
            id=message.id,
            sender=person_view(unit.keyring, person.id, person.data_key, person.display_name),
            text=unit.keyring.vault(person.id, person.data_key).open("messages.text", message.id, message.text),
            created_at=message.created_at,
        )
        for message, person in rows
    ]
