"""What each viewer sees of a reach-out: the person everything; a recipient the person, themselves and who has answered."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.encryption import Keyring
from core.frozen import quick_dataclass
from core.unit_of_work import UnitOfWork
from models import Person, ReachOut, Recipient
from models.enums import AnswerKind, ReachOutState, RecipientState
from rules import access
from rules.access import Caller
from rules.person_view import PersonView
from rules.reach_out.progress import recipient_state
from rules.reach_out.state import Participant
from rules.sealed_values import NEED


@quick_dataclass(frozen=True, slots=True)
class RecipientView:
    """One recipient. `role` and `contact` are for the person alone; `state` too, but for an answer.

    `answered_at`: from when the `minutes` of an answer count. An answer to a calm ask stands beside a `state` that says how
    far the press has come which it became.
    """

    person: PersonView
    role: str | None
    state: RecipientState
    answer: str | None
    minutes: int | None
    answered_at: datetime | None
    contact: str | None


@quick_dataclass(frozen=True, slots=True)
class ReachOutView:
    """`created_at`: for others than its owner, since when it has been what they see: a raised calm ask is a press from then on."""

    id: UUID
    sender: PersonView
    mine: bool
    state: str
    need: str | None
    note: str | None
    created_at: datetime
    pressed_at: datetime | None
    unanswered_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    next_rung_at: datetime | None
    paused_until: datetime | None
    pushed_at: datetime | None
    together_with: UUID | None
    calm: bool
    ends_at: datetime | None
    raised_at: datetime | None
    recipients: list[RecipientView]
    contact: str | None


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A reach-out's row with its person's columns, sealed as they are kept."""

    id: UUID
    person_id: UUID
    state: str
    need: str | None
    sealed_need: bytes | None
    note: bytes | None
    created_at: datetime
    pressed_at: datetime | None
    data_key: bytes
    display_name: bytes | None
    contact: bytes | None
    unanswered_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    next_rung_at: datetime | None = None
    paused_until: datetime | None = None
    pushed_at: datetime | None = None
    together_with: UUID | None = None
    calm: bool = False
    raised_at: datetime | None = None


@quick_dataclass(frozen=True, slots=True)
class Line:
    """A participant with their person's columns, sealed as they are kept."""

    participant: Participant
    data_key: bytes
    display_name: bytes | None
    contact: bytes | None


@quick_dataclass(frozen=True, slots=True)
class ReachOutWords:
    """What a person says in a reach-out."""

    need: str | None
    note: str | None


_PERSON = (Person.data_key, Person.display_name, Person.contact)
_HEAD = select(*(getattr(ReachOut, f.name) for f in fields(Head) if hasattr(ReachOut, f.name)), *_PERSON).join(
    Person, Person.id == ReachOut.person_id
)
_RECIPIENT_FIELDS = (
    "person_id",
    "membership_id",
    "role",
    "step",
    "told_at",
    "quiet_at",
    "handed_at",
    "delivered_at",
    "seen_at",
    "unreachable_at",
    "answer",
    "answered_at",
    "minutes",
    "calm_answer",
    "calm_minutes",
    "calm_answered_at",
)
_LINE = select(Recipient.reach_out_id, *_PERSON, *(getattr(Recipient, name) for name in _RECIPIENT_FIELDS)).join(
    Person, Person.id == Recipient.person_id
)


async def load_reach_out(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> ReachOutView:
    """Return the view of one reach-out; `rules.access` must have let the caller see it."""
    return (await load_reach_outs(unit, who, [reach_out_id]))[0]


async def list_reach_outs(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, is_open: bool | None, mine: bool | None
) -> list[ReachOutView]:
    """Return the caller's own reach-outs and those they were told of, newest first, `limit` + 1 at most."""
    own, told = access.mine(ReachOut, who), access.told_of(who.person_id)
    statement = select(ReachOut.id).where(own if mine else told if mine is False else own | told)
    if is_open is not None:
        statement = statement.where(ReachOut.closed_at.is_(None) if is_open else ReachOut.closed_at.is_not(None))
    if before is not None:
        statement = statement.where(ReachOut.id < before)
    ids = (await unit.session.execute(statement.order_by(ReachOut.id.desc()).limit(limit + 1))).scalars().all()
    return await load_reach_outs(unit, who, ids)


async def load_reach_outs(unit: UnitOfWork, who: Caller, ids: Sequence[UUID]) -> list[ReachOutView]:
    """Return views of these reach-outs in the order given; `rules.access` must have let the caller see them."""
    if not ids:
        return []
    rows = await unit.session.execute(_HEAD.where(ReachOut.id.in_(ids)))
    heads = {row["id"]: Head(**row) for row in rows.mappings()}
    lines_by_reach_out: dict[UUID, list[Line]] = {reach_out_id: [] for reach_out_id in ids}
    rows_of_recipients = await unit.session.execute(
        _LINE.where(Recipient.reach_out_id.in_(ids), Recipient.gone_at.is_(None)).order_by(
            Recipient.step, Recipient.membership_id
        )
    )
    for row in rows_of_recipients.mappings():
        answers = {name: AnswerKind(row[name]) if row[name] else None for name in ("answer", "calm_answer")}
        participant = Participant(**{name: row[name] for name in _RECIPIENT_FIELDS} | answers)
        lines_by_reach_out[row["reach_out_id"]].append(
            Line(participant, row["data_key"], row["display_name"], row["contact"])
        )
    hidden = (
        await access.load_people_kept_apart(unit.session, who.person_id)
        if any(head.person_id != who.person_id for head in heads.values())
        else set()
    )
    for reach_out_id, head in heads.items():
        if not await access.reads_notes(unit, who, head.person_id):
            heads[reach_out_id] = replace(head, note=None)
    return [
        compose_view(unit.keyring, who.person_id, heads[reach_out_id], lines_by_reach_out[reach_out_id], hidden)
        for reach_out_id in ids
        if reach_out_id in heads
    ]


def compose_view(
    keyring: Keyring,
    viewer: UUID,
    head: Head,
    recipients: Iterable[Line],
    hidden: Iterable[UUID] = (),
    words: ReachOutWords | None = None,
) -> ReachOutView:
    """Compose what the viewer sees of these rows. `hidden`: fellow recipients whom a block keeps apart from them.

    `words`: what the row holds sealed, where it has just been sealed and need not be opened.
    """
    mine = head.person_id == viewer
    vault = keyring.vault(head.person_id, head.data_key)
    if words is None:
        words = ReachOutWords(NEED.open(vault, head)["need"], vault.open("reach_outs.note", head.id, head.note))
    listed = [
        _recipient(keyring, row, mine=mine)
        for row in recipients
        if mine
        or row.participant.person_id == viewer
        or (row.participant.stands and row.participant.person_id not in hidden)
    ]
    return ReachOutView(
        id=head.id,
        sender=PersonView(head.person_id, vault.open("people.display_name", head.person_id, head.display_name)),
        mine=mine,
        state=head.state,
        need=words.need,
        note=words.note,
        created_at=head.created_at if mine else head.raised_at or head.created_at,
        pressed_at=head.pressed_at if mine else None,
        unanswered_at=head.unanswered_at if mine else None,
        closed_at=head.closed_at,
        outcome=head.outcome,
        next_rung_at=head.next_rung_at if mine and head.state == ReachOutState.WAITING else None,
        paused_until=head.paused_until if mine and not head.calm else None,
        pushed_at=head.pushed_at if mine else None,
        together_with=head.together_with if any(row.person.id == head.together_with for row in listed) else None,
        calm=head.calm,
        # The same column: a calm ask has no ladder to pause.
        ends_at=head.paused_until if mine and head.calm else None,
        raised_at=head.raised_at if mine else None,
        recipients=listed,
        contact=vault.open("people.contact", head.person_id, head.contact),
    )


def _recipient(keyring: Keyring, row: Line, *, mine: bool) -> RecipientView:
    participant = row.participant
    # What was said to the calm ask that has become this press stands until they answer the press.
    if participant.answer is None:
        answer, minutes, answered_at = participant.calm_answer, participant.calm_minutes, participant.calm_answered_at
    else:
        answer, minutes, answered_at = participant.answer, participant.minutes, participant.answered_at
    vault = keyring.vault(participant.person_id, row.data_key)
    return RecipientView(
        person=PersonView(
            participant.person_id, vault.open("people.display_name", participant.person_id, row.display_name)
        ),
        role=participant.role if mine else None,
        state=recipient_state(participant),
        answer=answer,
        minutes=minutes,
        answered_at=answered_at if answer is not None else None,
        contact=vault.open("people.contact", participant.person_id, row.contact) if mine else None,
    )
