"""Pressing again while a reach-out is open: everyone told so far is pushed once more, never a second reach-out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from core.bulk import insert_together
from core.database import lost_a_race
from core.errors import Busy, Closed
from core.unit import Unit
from models import Membership, Message, Notice, ReachOut, Recipient
from models.vocabulary import AnswerKind, Need, NoticeKind, ReachOutState
from rules import access
from rules.access import Caller
from rules.reach_out.circle_now import Member, read
from rules.reach_out.messages import write
from rules.telling import DELIVERIES, Telling, delivery_row, tell

TRIES = 4
CALM = timedelta(seconds=30)
"""A press this soon after the last push pushes nobody: it is the same press, or a shaking hand."""


class ClosedMeanwhileError(Exception):
    """The reach-out that was open when it was read is closed now; the press looks again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the decision needs of a recipient."""

    person_id: UUID
    told: bool
    gone: bool
    declined: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """`push`: everyone to be pushed in a further round; `tell`: those to be told for the first time, or anew."""

    push: tuple[Member, ...]
    tell: tuple[Member, ...]
    take_up: bool


def decide(
    told: Sequence[Told],
    circle: Sequence[Member],
    add: Sequence[Member],
    state: ReachOutState,
    pushed_at: datetime,
    now: datetime,
) -> Decision:
    """Who hears of a further press. Somebody who said that they can't is not asked again; `add` is told at once."""
    known = {recipient.person_id: recipient for recipient in told}
    fresh = tuple(member for member in add if (row := known.get(member.person_id)) is None or row.gone or not row.told)
    if now - pushed_at < CALM:
        return Decision((), fresh, take_up=False)
    again = tuple(
        member
        for member in circle
        if member.available
        and (row := known.get(member.person_id)) is not None
        and row.told
        and not row.gone
        and not row.declined
    )
    return Decision(again, fresh, take_up=state is not ReachOutState.WAITING)


async def nudge(unit: Unit, who: Caller, reach_out_id: UUID) -> None:
    """The same as pressing again. Raises NotFound, NotYours, Closed."""
    for _ in range(TRIES):
        try:
            await access.own_reach_out(unit, who, reach_out_id)
            now = await read(unit, who, None)
            await press_again(unit, who, reach_out_id, circle=now.members)
        except ClosedMeanwhileError:
            raise Closed from None
        except DBAPIError as error:
            if not lost_a_race(error):
                raise
            await unit.start_again()
        else:
            return
    raise Busy


async def press_again(
    unit: Unit,
    who: Caller,
    reach_out_id: UUID,
    *,
    circle: Sequence[Member],
    note: str | None = None,
    need: Need | None = None,
    add: Sequence[Member] = (),
) -> None:
    """Push again, tell those added, keep a note as a message. Raises ClosedMeanwhileError, IntegrityError in a race."""
    if add:
        # Memberships before reach-outs, as in a removal, or the two could wait for each other.
        await unit.session.execute(
            select(Membership.id)
            .where(Membership.id.in_([member.membership_id for member in add]))
            .order_by(Membership.id)
            .with_for_update(read=True, key_share=True)
        )
    found = (
        await unit.session.execute(select(ReachOut).where(ReachOut.id == reach_out_id).with_for_update())
    ).scalar_one_or_none()
    if found is None or found.closed_at is not None:
        raise ClosedMeanwhileError
    rows = {
        row.person_id: row
        for row in (
            await unit.session.execute(select(Recipient).where(Recipient.reach_out_id == reach_out_id))
        ).scalars()
    }
    told = [
        Told(row.person_id, row.told_at is not None, row.gone_at is not None, row.answer == AnswerKind.CANNOT)
        for row in rows.values()
    ]
    decision = decide(told, circle, add, ReachOutState(found.state), found.pushed_at, unit.now)
    if need is not None:
        found.need = str(need)
    if decision.take_up:
        found.state, found.paused_until = str(ReachOutState.WAITING), None
    if decision.push or decision.take_up:
        found.round += 1
        found.pushed_at = unit.now
    await unit.session.flush()
    await _tell_first(unit, who, found, decision.tell, rows)
    await _push(unit, found, decision.push, rows)
    if note is not None and not await _said_already(unit, who, found, note):
        await write(unit, who, found, note)
    for person_id in [found.person_id, *(row.person_id for row in told if row.told and not row.gone)]:
        unit.tell(person_id, "reach_out", reach_out_id)


async def _push(unit: Unit, found: ReachOut, push: Sequence[Member], rows: Mapping[UUID, Recipient]) -> None:
    notices = {
        notice.recipient_id: notice.id
        for notice in await unit.session.execute(
            select(Notice.id, Notice.recipient_id).where(
                Notice.reach_out_id == found.id, Notice.kind == NoticeKind.REACH_OUT, Notice.dismissed_at.is_(None)
            )
        )
    }
    deliveries = []
    for member in push:
        row = rows[member.person_id]
        row.quiet_at = None
        row.unreachable_at = None if member.devices else row.unreachable_at or unit.now
        if member.person_id in notices:
            deliveries += [
                delivery_row(unit, notices[member.person_id], device, found.round) for device in member.devices
            ]
    await unit.session.flush()
    await insert_together(unit.session, [(DELIVERIES, deliveries)])
    unit.pushes.extend(row["id"] for row in deliveries)


async def _tell_first(
    unit: Unit, who: Caller, found: ReachOut, members: Sequence[Member], rows: Mapping[UUID, Recipient]
) -> None:
    """Tell people who were not asked before, or who left and are back in the circle."""
    for member in members:
        known = rows.get(member.person_id)
        row = known or Recipient(reach_out_id=found.id, person_id=member.person_id)
        row.membership_id, row.role, row.step = member.membership_id, member.role, member.step
        row.told_at, row.gone_at, row.answer = unit.now, None, None
        row.quiet_at = None if member.available else unit.now
        row.unreachable_at = None if member.devices else unit.now
        if known is None:
            unit.session.add(row)
    await unit.session.flush()
    if not members:
        return
    # Somebody who was outside for a while has an old notice that was taken from their inbox; it makes room.
    await unit.session.execute(
        update(Notice)
        .where(
            Notice.reach_out_id == found.id,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.recipient_id.in_([member.person_id for member in members]),
        )
        .values(event_id=unit.new_id())
        .execution_options(synchronize_session=False)
    )
    await tell(
        unit,
        [
            Telling(member.person_id, NoticeKind.REACH_OUT, found.id, who.person_id, found.id, push=member.available)
            for member in members
        ],
    )


async def _said_already(unit: Unit, who: Caller, found: ReachOut, note: str) -> bool:
    """Whether these words stand there already: a retry without a key says them twice."""
    if who.vault.open("reach_outs.note", found.id, found.note) == note:
        return True
    last = (
        await unit.session.execute(
            select(Message)
            .where(Message.reach_out_id == found.id, Message.sender_id == who.person_id)
            .order_by(Message.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    return last is not None and who.vault.open("messages.text", last.id, last.text) == note
