"""Loads a reach-out for a decision and writes the decision's change: the only writer of its state, rung and clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, or_, select, update

from core.bulk_insert import insert_together
from core.encryption import Keyring
from core.steps import Step
from core.unit_of_work import UnitOfWork
from models import Notice, ReachOut, Recipient
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.daily import follow_up_rows
from rules.errors import NotFound
from rules.guests import links
from rules.kinds import SUPERSEDED_KINDS
from rules.outbox.cancellation import cancel_deliveries
from rules.reach_out.change import Change
from rules.reach_out.state import Participant, Snapshot
from rules.reach_out.storage.outgoing import send
from rules.reach_out.storage.participants import RECIPIENT_COLUMNS, load_participants
from rules.reach_out.storage.stages import reach_out_columns, stage_of

REACH_OUT_TABLE = cast("Table", ReachOut.__table__)
RECIPIENT_TABLE = cast("Table", Recipient.__table__)
FIRST_COLUMNS = ("person_id", "membership_id", "role", "step", "told_at", "quiet_at", "unreachable_at")
"""Columns a recipient is inserted with; the others are null until something happens."""
_first_values = attrgetter(*FIRST_COLUMNS)

_REACH_OUT = select(*REACH_OUT_TABLE.c)


async def load(unit: UnitOfWork, reach_out_id: UUID, *, skip_locked: bool = False) -> Snapshot | None:
    """Lock a reach-out and return it; None when there is none, or somebody else holds it and `skip_locked`.

    The lock is a separate statement. PostgreSQL reads joined rows of a locking statement as of before the wait, so a single
    statement would miss the answer of a transaction that held the lock first.
    """
    return await _load(unit, _REACH_OUT.where(ReachOut.id == reach_out_id).with_for_update(skip_locked=skip_locked))


async def load_seen(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> Snapshot:
    """Lock and return a reach-out that the caller pressed or was told of. Raises NotFound.

    The caller has checked `access` before; this checks again for those who were removed while it waited for the lock.
    """
    snapshot = await load(unit, reach_out_id)
    if snapshot is None:
        raise NotFound
    participant = snapshot.participant(who.person_id)
    if snapshot.person_id != who.person_id and (participant is None or not participant.told):
        raise NotFound
    return snapshot


async def load_if_due(unit: UnitOfWork, reach_out_id: UUID) -> Snapshot | None:
    """Lock an open reach-out with a clock that has come; None when somebody else holds it or has moved it already."""
    due = (ReachOut.id == reach_out_id, ReachOut.closed_at.is_(None), is_due(unit.now))
    return await _load(unit, _REACH_OUT.where(*due).with_for_update(skip_locked=True))


async def load_open_of(unit: UnitOfWork, owner_id: UUID) -> Snapshot | None:
    """Lock the open reach-out of this person; None when there is none."""
    of_owner = (access.owned_by(ReachOut, owner_id), ReachOut.closed_at.is_(None))
    return await _load(unit, _REACH_OUT.where(*of_owner).with_for_update())


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a clock is due. A row without a clock was left by an older release and is due at once."""
    return or_(ReachOut.due_at.is_(None), ReachOut.due_at <= now)


async def save(unit: UnitOfWork, before: Snapshot, change: Change) -> UUID | None:
    """Write the change decided for this snapshot; return the id of the stored answer, if any.

    Rows are written in lock order: reach-out, deliveries, recipients.
    """
    columns = {name: value for name, value in _columns(before, change.after).items() if before.row[name] != value}
    if columns:
        await unit.session.execute(update(REACH_OUT_TABLE).where(REACH_OUT_TABLE.c.id == before.id).values(columns))
    if change.ends is not None:
        await cancel_deliveries(unit, select(Notice.id).where(Notice.reach_out_id == before.id))
        await _supersede_notices(unit, before, change.ends)
    calm_notices = (Notice.reach_out_id == before.id, Notice.kind == NoticeKind.CALM)
    if change.raised:
        await cancel_deliveries(unit, select(Notice.id).where(*calm_notices))
    await _update_recipients(unit, before, change.after)
    await _add_recipients(unit, before, change.after)
    if change.raised:
        # After the recipients, as whoever marks one of them as read.
        await _mark_superseded(unit, *calm_notices)
    if before.rung != change.after.rung:
        unit.on_step(Step.MID_RUNG)
    answer_id = await send(unit, change)
    if change.ends is not None:
        await follow_up_rows.plan_follow_ups(unit, change.after)
    for person_id in change.refreshed:
        unit.publish(person_id, "reach_out", before.id)
    return answer_id


async def make_due(unit: UnitOfWork, reach_out_id: UUID, wrong: ColumnElement[bool]) -> bool:
    """Make a reach-out due now if the condition `wrong` still holds; return whether it did."""
    changed = await unit.session.execute(
        update(REACH_OUT_TABLE).where(REACH_OUT_TABLE.c.id == reach_out_id, wrong).values(due_at=unit.now)
    )
    return int(getattr(changed, "rowcount", 0)) > 0


async def set_times(unit: UnitOfWork, reach_out_id: UUID, times: Mapping[str, datetime]) -> None:
    """Write times of a reach-out that the caller has locked, by the names of their columns, and make it due now."""
    await unit.session.execute(
        update(REACH_OUT_TABLE).where(REACH_OUT_TABLE.c.id == reach_out_id).values({**times, "due_at": unit.now})
    )


def first_recipient_columns(keyring: Keyring, reach_out_id: UUID, participant: Participant) -> dict[str, Any]:
    """Return the columns that a recipient is inserted with."""
    secret = links.link_secret(keyring, reach_out_id, participant.person_id) if participant.guest else None
    columns = dict(zip(FIRST_COLUMNS, _first_values(participant), strict=True))
    return columns | {"link_hash": links.link_hash(secret)}


async def _load(unit: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Snapshot | None:
    row = (await unit.session.execute(statement)).one_or_none()
    if row is None:
        return None
    return Snapshot(
        id=row.id,
        person_id=row.person_id,
        created_at=row.created_at,
        stage=stage_of(row),
        rung=row.rung,
        round=row.round,
        ladder=tuple(row.ladder),
        pushed_at=row.pushed_at,
        # Null is what an older release leaves.
        asked_at=row.asked_at or row.pushed_at,
        sealed_need=row.sealed_need,
        unanswered_at=row.unanswered_at,
        calm=row.calm,
        raised_at=row.raised_at,
        pressed_again_at=row.pressed_again_at,
        pressed_before_at=row.pressed_before_at,
        participants=await load_participants(unit, row.id, since=row.raised_at or row.created_at),
        row=row._asdict(),
    )


def _columns(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    columns = reach_out_columns(after)
    if after.sealed_need == before.sealed_need:
        # Nothing was said anew: what an older release has written still holds.
        columns["need"] = before.row["need"]
    # A first press has none of the two, and does not pay for them.
    columns |= {"pressed_again_at": after.pressed_again_at, "pressed_before_at": after.pressed_before_at}
    if after.asked_at == before.asked_at:
        # A null left by an older release stays null: that release would not keep the column up to date.
        columns["asked_at"] = before.row["asked_at"]
    return columns


async def _supersede_notices(unit: UnitOfWork, before: Snapshot, announcement: NoticeKind) -> None:
    """Mark notices about the earlier state as read: `announcement` replaces them. Notices of messages stay unread.

    This does not count as seen by the recipient.
    """
    await _mark_superseded(
        unit,
        Notice.reach_out_id == before.id,
        Notice.kind.in_(SUPERSEDED_KINDS),
        # A person who closes it knows how it stood. If it ended by itself, "nobody answered" is still news to them.
        *((~access.owned_by(Notice, before.person_id),) if announcement is NoticeKind.ENDED else ()),
    )


async def _mark_superseded(unit: UnitOfWork, *notices: ColumnElement[bool]) -> None:
    await unit.session.execute(
        update(Notice)
        .where(*notices, Notice.read_at.is_(None))
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )


async def _update_recipients(unit: UnitOfWork, before: Snapshot, after: Snapshot) -> None:
    """Write only the columns that the decision changed: receipts are written concurrently, without this lock."""
    by_id = {participant.person_id: participant for participant in before.participants}
    changed = [
        (participant, names)
        for participant in sorted(after.participants, key=attrgetter("person_id"))
        if (before_it := by_id.get(participant.person_id)) is not None
        and (
            names := tuple(name for name in RECIPIENT_COLUMNS if getattr(participant, name) != getattr(before_it, name))
        )
    ]
    # In order of ids, like every writer, and batched by the set of changed columns.
    for names, group in groupby(changed, lambda item: item[1]):
        await _write_recipients(unit, before.id, [participant for participant, _ in group], names)


async def _write_recipients(
    unit: UnitOfWork, reach_out_id: UUID, people: Sequence[Participant], names: Sequence[str]
) -> None:
    statement = (
        update(RECIPIENT_TABLE)
        .where(RECIPIENT_TABLE.c.reach_out_id == reach_out_id, RECIPIENT_TABLE.c.person_id == bindparam("at_person_id"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    rows = [
        {"at_person_id": participant.person_id, **{f"new_{name}": getattr(participant, name) for name in names}}
        for participant in people
    ]
    connection = await unit.session.connection()
    await connection.execute(statement, rows)


async def _add_recipients(unit: UnitOfWork, before: Snapshot, after: Snapshot) -> None:
    """Insert new recipients. Somebody who left and has returned starts afresh: nothing of the first time counts."""
    known = {participant.person_id for participant in before.participants}
    added = {
        participant.person_id: participant for participant in after.participants if participant.person_id not in known
    }
    if not added:
        return
    rows_of_added = and_(Recipient.reach_out_id == before.id, access.owned_by_any(Recipient, added))
    returned = (await unit.session.execute(select(Recipient.person_id).where(rows_of_added))).scalars().all()
    if returned:
        await unit.session.execute(update(RECIPIENT_TABLE).where(rows_of_added).values(gone_at=None))
        await _write_recipients(
            unit, before.id, [added[person_id] for person_id in sorted(returned)], RECIPIENT_COLUMNS
        )
        # Their last notice was taken from their inbox; free its event for the new one. Those of earlier times have freed it.
        last_notices = (
            Notice.reach_out_id == before.id,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.event_id == before.id,
            access.owned_by_any(Notice, returned),
        )
        await unit.session.execute(
            update(Notice)
            .where(*last_notices)
            .values(event_id=unit.new_id())
            .execution_options(synchronize_session=False)
        )
    rows = [
        first_recipient_columns(unit.keyring, before.id, participant)
        for person_id, participant in added.items()
        if person_id not in set(returned)
    ]
    await insert_together(unit.session, [(RECIPIENT_TABLE, rows, {"reach_out_id": before.id})])
