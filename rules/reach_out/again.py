"""Pressing again while a reach-out is open: everyone told so far is pushed once more, never a second reach-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from core.database import lost_a_race
from core.errors import Busy, Closed
from core.unit import Unit
from models import Membership, Message, Notice, ReachOut, Recipient
from models.vocabulary import Need, NoticeKind, ReachOutState
from rules import access, ladder
from rules.access import Caller
from rules.ladder import LIFE, REST, TRUTH, Standing
from rules.reach_out import crowd, turn
from rules.reach_out.circle_now import Member
from rules.reach_out.messages import write
from rules.telling import Telling, tell

TRIES = 4
CALM = timedelta(seconds=30)
"""A press this soon after the last push pushes nobody: it is the same press, or a shaking hand."""


class ClosedMeanwhileError(Exception):
    """The reach-out that was open when it was read is closed now; the press looks again."""


class OverError(Exception):
    """The reach-out had lived its 24 hours and has been ended in this unit of work; the press begins a new one."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`push`: everyone to be pushed in a further round. `channels`: whose channels are tried.

    `take_up`: a paused ladder goes on. `rung`: where it stands then.
    """

    push: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    take_up: bool
    rung: int


def decide(
    recipients: Sequence[Standing], state: ReachOutState, rung: int, pushed_at: datetime, now: datetime
) -> Decision:
    """Whom a further press pushes, and what it does to the ladder.

    Within 30 s it is the same press and changes nothing. Somebody who said that they can't is not asked again. After
    the truth was told, the ladder starts again at rung 2, with the channels that this rung tries.
    """
    if now - pushed_at < CALM:
        return Decision((), (), take_up=False, rung=rung)
    told = [one for one in recipients if one.told]
    push = tuple(one.person_id for one in told if one.pushable)
    if rung >= TRUTH:
        return Decision(push, tuple(ladder.silent(told)), take_up=True, rung=REST)
    return Decision(push, (), take_up=state is not ReachOutState.WAITING, rung=rung)


async def nudge(unit: Unit, who: Caller, reach_out_id: UUID) -> None:
    """The same as pressing again. Raises NotFound, NotYours, Closed."""
    for _ in range(TRIES):
        try:
            await access.own_reach_out(unit, who, reach_out_id)
            await press_again(unit, who, reach_out_id)
        except (ClosedMeanwhileError, OverError):
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
    note: str | None = None,
    need: Need | None = None,
    add: Sequence[Member] = (),
) -> None:
    """Push again, tell those added, keep a note as a message.

    Raises ClosedMeanwhileError, OverError, IntegrityError in a race.
    """
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
    if unit.now >= found.created_at + LIFE:
        # Not yet taken by a worker. Nobody's call for help goes into something that ends a moment later.
        await turn.run(unit, found)
        raise OverError
    present = await crowd.read(unit, found)
    state = ReachOutState(found.state)
    decision = decide([one.standing for one in present], state, found.rung, found.pushed_at, unit.now)
    if need is not None:
        found.need = str(need)
    if decision.take_up:
        found.state, found.rung, found.unanswered_at = str(ReachOutState.WAITING), decision.rung, None
        found.paused_until = found.ask_at = None
        found.next_rung_at = ladder.after(found.ladder, found.rung, unit.now)
    if decision.push or decision.take_up:
        found.round += 1
        found.pushed_at = unit.now
    await turn.push(unit, found, [one for one in present if one.row.person_id in decision.push])
    await turn.call(unit, found, [one for one in present if one.row.person_id in decision.channels])
    told = {one.row.person_id for one in present if one.row.told_at is not None}
    await _tell_first(unit, who, found, [member for member in add if member.person_id not in told])
    # A press that nobody could hear does not wait for them either.
    await turn.hurry(unit, found)
    await turn.settle(unit, found)
    if note is not None and not await _said_already(unit, who, found, note):
        await write(unit, who, found, note)
    for person_id in [found.person_id, *told]:
        unit.tell(person_id, "reach_out", reach_out_id)


async def _tell_first(unit: Unit, who: Caller, found: ReachOut, members: Sequence[Member]) -> None:
    """Tell people who were not asked before, were to be asked later, or who left and are back in the circle."""
    for member in members:
        key = (found.id, member.person_id)
        row = await unit.session.get(Recipient, key)
        if row is None:
            row = Recipient(reach_out_id=found.id, person_id=member.person_id)
            unit.session.add(row)
        row.membership_id, row.role, row.step = member.membership_id, member.role, member.step
        # Somebody who was outside for a while is told anew: nothing of the first time counts.
        row.told_at, row.gone_at = unit.now, None
        row.handed_at = row.delivered_at = row.seen_at = None
        row.answer = row.answered_at = row.minutes = None
        row.quiet_at = None if member.available else unit.now
        row.unreachable_at = None if member.devices or member.channels else unit.now
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
    if found.rung >= REST:
        # The rung that tries channels has passed them by.
        late = {member.person_id for member in members}
        present = await crowd.read(unit, found)
        await turn.call(unit, found, [one for one in present if one.row.person_id in late and one.standing.callable])


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
