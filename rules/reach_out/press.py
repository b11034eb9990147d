"""The press: who presses, who is asked, what is written, who is told. Read once, decide, write once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from core.bulk_insert import single
from core.database import lost_a_race
from core.errors import Busy
from core.telemetry import PRESSES
from core.unit_of_work import Operation, UnitOfWork
from models import IdempotencyKey, ReachOut
from models.enums import Need, NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.errors import EmptyCircle
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import (
    NOTICE_TABLE,
    NoticeDraft,
    notice_row,
    publish_after_commit,
    shared_notice_values,
)
from rules.outbox.enqueue import delivery_batches
from rules.reach_out import press_again, views
from rules.reach_out.load_circle import CircleNow, Member, read, read_by_token
from rules.reach_out.machine import begin
from rules.reach_out.state import Participant, Snapshot
from rules.reach_out.store import RECIPIENT_TABLE, first_recipient_columns, reach_out_columns
from rules.reach_out.views import Head, Line, ReachOutView

REACH_OUT_TABLE = cast("Table", ReachOut.__table__)
IDEMPOTENCY_TABLE = cast("Table", IdempotencyKey.__table__)
MAX_PRESS_ATTEMPTS = 5
_SHOWN = (
    "id",
    "person_id",
    "state",
    "need",
    "note",
    "created_at",
    "pressed_at",
    "unanswered_at",
    "next_rung_at",
    "pushed_at",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What comes with a press. All of it may be missing: the press itself says enough."""

    note: str | None = None
    need: Need | None = None
    to: frozenset[UUID] | None = None
    pressed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a press. `new`: it made the reach-out in `view`, which is `who`'s."""

    view: ReachOutView
    new: bool
    who: Caller


async def press_at_once(
    unit: Operation,
    token: str,
    ask: Ask,
    retry: Callable[[Caller], RequestFingerprint | None],
    ladder: Sequence[int],
) -> Pressed | None:
    """A press as nearly all are: nothing is open, and the circle has somebody. One statement reads, one writes.

    None, with nothing written, when it is not as simple as that, whatever the reason: then `press_with_care` finds out. Nothing is
    asked about earlier tries and no row is locked; that one reach-out is open and one key was used are constraints.
    """
    found = await read_by_token(unit, token)
    if found is None:
        return None
    who, now = found
    if now.open is not None or not chosen(now.members, ask.to):
        return None
    try:
        return await _start(unit, who, ask, retry(who), now, ladder)
    except DBAPIError as error:
        if not lost_a_race(error):
            raise
        await unit.rollback()
        return None


async def press_with_care(
    unit: UnitOfWork, who: Caller, ask: Ask, asked: RequestFingerprint | None, ladder: Sequence[int]
) -> Pressed:
    """Reach out: save it with a notice for everyone asked and a delivery for each of their devices.

    A press while one is open is taken as pressing again. The same Idempotency-Key gives the same reach-out.
    Raises EmptyCircle when there is nobody to ask, KeyReused.
    """
    for _ in range(MAX_PRESS_ATTEMPTS):
        now = await read(unit, who, asked)
        if asked is not None and now.earlier is not None:
            idempotency.ensure_same_body(now.earlier.body_hash, asked)
            return await _replay(unit, who, now.earlier.result_id, now.earlier.created_at)
        try:
            if now.open is not None:
                return await _again(unit, who, ask, asked, now, now.open)
            await idempotency.drop_expired(unit, asked)
            return await _start(unit, who, ask, asked, now, ladder)
        except press_again.ClosedMeanwhileError:
            await unit.rollback()
        except DBAPIError as error:
            # The same press a moment earlier, or a member who left between the read and the write: look again.
            if not lost_a_race(error):
                raise
            await unit.rollback()
        except press_again.OverError:
            # It ended a moment ago, in this very unit: what is pressed now is a reach-out of its own.
            continue
    raise Busy


def chosen(circle: Sequence[Member], to: frozenset[UUID] | None) -> list[Member]:
    """Whom a press asks: the whole circle, or those named of it."""
    return [member for member in circle if to is None or member.membership_id in to]


async def _start(
    unit: Operation,
    who: Caller,
    ask: Ask,
    asked: RequestFingerprint | None,
    now: CircleNow,
    ladder: Sequence[int],
) -> Pressed:
    members = chosen(now.members, ask.to)
    if not members:
        PRESSES.labels("empty_circle").inc()
        raise EmptyCircle
    steps = now.ladder or ladder
    participants = [member.participant for member in members]
    change = begin(Snapshot.before_first_rung(unit.new_id(), who.person_id, steps, participants, unit.now), unit.now)
    head = _reach_out_row(unit, who, ask, change.after)
    recipients = [first_recipient_columns(one) for one in change.after.participants]
    notices = [{"id": unit.new_id(), "recipient_id": person_id} for person_id in change.notified]
    asking = {notice["recipient_id"]: notice["id"] for notice in notices}
    devices = [(asking[one.person_id], device) for one in change.after.told if one.available for device in one.devices]
    called = {attempt.person_id for attempt in change.attempts if attempt.by_channel}
    channels = [
        (asking[one.person_id], channel)
        for one in change.after.told
        if one.person_id in called
        for channel in one.channels
    ]
    # Nobody at all can hear: the person learns it in the reply and in their own inbox, not in five minutes.
    truths = [
        notice_row(unit, NoticeDraft(one.person_id, one.kind, head["id"], one.sender_id, head["id"]))
        for one in change.announcements
    ]
    news = NoticeDraft(who.person_id, NoticeKind.REACH_OUT, head["id"], who.person_id, head["id"])
    await unit.statements.insert(
        [
            single(REACH_OUT_TABLE, head),
            (RECIPIENT_TABLE, recipients, {"reach_out_id": head["id"]}),
            (NOTICE_TABLE, notices, shared_notice_values(unit, news)),
            (NOTICE_TABLE, truths),
            *delivery_batches(unit, 1, devices=devices, channels=channels),
            *([single(IDEMPOTENCY_TABLE, _key_row(unit, who, asked, head["id"]))] if asked is not None else []),
        ],
    )
    publish_after_commit(unit, [*notices, *truths])
    unit.publish(who.person_id, "reach_out", head["id"])
    PRESSES.labels("new").inc()
    return Pressed(_view(unit, who, now, head, change.after.participants, members), new=True, who=who)


async def _again(
    unit: UnitOfWork, who: Caller, ask: Ask, asked: RequestFingerprint | None, now: CircleNow, open_id: UUID
) -> Pressed:
    """Pressed while one is open: never a second one."""
    named = chosen(now.members, ask.to) if ask.to else []
    await press_again.press_again(unit, who, open_id, note=ask.note, need=ask.need, add=named)
    await idempotency.remember(unit, asked, who.person_id, open_id)
    PRESSES.labels("again").inc()
    return Pressed(await views.one(unit, who, open_id), new=False, who=who)


async def _replay(unit: UnitOfWork, who: Caller, reach_out_id: UUID, at: datetime) -> Pressed:
    seen = await access.reach_out(unit, who, reach_out_id)
    PRESSES.labels("replay").inc()
    # The key that made it was written at the same moment; one of a later press has a later time.
    return Pressed(await views.one(unit, who, reach_out_id), new=seen.reach_out.created_at == at, who=who)


def _reach_out_row(unit: Operation, who: Caller, ask: Ask, snapshot: Snapshot) -> dict[str, Any]:
    return {
        **reach_out_columns(snapshot),
        "id": snapshot.id,
        "person_id": who.person_id,
        "need": str(ask.need) if ask.need else None,
        "note": who.vault.seal("reach_outs.note", snapshot.id, ask.note),
        "created_at": unit.now,
        # A phone whose clock is ahead has not pressed in the future.
        "pressed_at": min(ask.pressed_at, unit.now) if ask.pressed_at else None,
        "ladder": list(snapshot.ladder),
    }


def _key_row(unit: Operation, who: Caller, asked: RequestFingerprint, reach_out_id: UUID) -> dict[str, Any]:
    return {
        "key_hash": asked.key_hash,
        "person_id": who.person_id,
        "body_hash": asked.body_hash,
        "result_id": reach_out_id,
        "created_at": unit.now,
    }


def _view(
    unit: Operation,
    who: Caller,
    now: CircleNow,
    head: dict[str, Any],
    participants: Sequence[Participant],
    members: Sequence[Member],
) -> ReachOutView:
    mine = Head(
        **{name: head[name] for name in _SHOWN},
        data_key=now.data_key,
        display_name=now.display_name,
        contact=now.contact,
    )
    lines = [
        Line(one, member.data_key, member.display_name, member.contact)
        for one, member in zip(participants, members, strict=True)
    ]
    lines.sort(key=lambda line: (line.participant.step, line.participant.membership_id))
    return views.compose(unit.keyring, who.person_id, mine, lines)
