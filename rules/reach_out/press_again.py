"""Pressing again while a reach-out is open: everyone told so far is pushed once more, never a second reach-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from models import Membership, Message, Notice, ReachOut, Recipient
from models.enums import Need, NoticeKind, ReachOutState
from rules import access, idempotency
from rules.access import Caller
from rules.errors import Closed
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.reach_out import advance, crowd, ladder
from rules.reach_out.crowd import Present
from rules.reach_out.ladder import REACH_OUT_LIFETIME, RUNG_EVERYBODY, RUNG_UNANSWERED, Move, Standing
from rules.reach_out.load_circle import Member
from rules.reach_out.messages import write

REPRESS_COOLDOWN = timedelta(seconds=30)
"""A press this soon after the last push pushes nobody anew: it is the same press, or a shaking hand."""
ONE_MICROSECOND = timedelta(microseconds=1)


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

    Within 30 s it is the same press and pushes nobody. A ladder that an answer holds is taken up at any time: to ask the
    others too is never the same press. Not asked again is who said that they can't, and who said that they are there,
    while their word runs. After the truth was told, the ladder starts again at rung 2, with the channels that this
    rung tries.
    """
    held = state in {ReachOutState.ANSWERED, ReachOutState.TOGETHER}
    if now - pushed_at < REPRESS_COOLDOWN:
        return Decision((), (), take_up=held, rung=RUNG_EVERYBODY if held and rung >= RUNG_UNANSWERED else rung)
    told = [one for one in recipients if one.told]
    push = tuple(one.person_id for one in told if one.pushable)
    if rung >= RUNG_UNANSWERED:
        return Decision(push, tuple(ladder.without_receipt(told)), take_up=True, rung=RUNG_EVERYBODY)
    return Decision(push, (), take_up=held, rung=rung)


def due_again(steps: Sequence[int], rung: int, move: Move, pushed_at: datetime, now: datetime) -> datetime | None:
    """When a ladder that is taken up from `rung` moves on. `move`: the one that it would make at once.

    At once, but for a move that pushes those who were told once more: between two pushes there is calm. After the truth
    was told the press itself does what rung 2 does, and rung 3 keeps its distance.
    """
    calm = max(now, pushed_at + REPRESS_COOLDOWN)
    if rung >= RUNG_UNANSWERED and calm == now:
        return ladder.due_after(steps, RUNG_EVERYBODY, now)
    return calm if move.again or rung >= RUNG_UNANSWERED else now


async def nudge(unit: UnitOfWork, who: Caller, reach_out_id: UUID, asked: RequestFingerprint | None) -> None:
    """The same as pressing again. Raises NotFound, NotYours, Closed, KeyReused."""

    async def press() -> UUID:
        await access.own_reach_out(unit, who, reach_out_id)
        try:
            await press_again(unit, who, reach_out_id)
        except (ClosedMeanwhileError, OverError):
            raise Closed from None
        return reach_out_id

    await access.own_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, asked, who.person_id, press)


async def press_again(
    unit: UnitOfWork,
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
    if unit.now >= found.created_at + REACH_OUT_LIFETIME:
        # Not yet taken by a worker. Nobody's call for help goes into something that ends a moment later.
        await advance.advance(unit, found)
        raise OverError
    if need is not None:
        found.need = str(need)
    present = await _ask_again(unit, found)
    told = {one.row.person_id for one in present if one.row.told_at is not None}
    await _tell_first(unit, who, found, [member for member in add if member.person_id not in told])
    if found.next_rung_at is not None and found.next_rung_at <= unit.now:
        await advance.advance(unit, found)
    # A press that nobody could hear does not wait for them either.
    await advance.skip_if_unreachable(unit, found)
    await advance.settle(unit, found)
    if note is not None and not await _said_already(unit, who, found, note):
        await write(unit, who, found, note)
    for person_id in [found.person_id, *told]:
        unit.publish(person_id, "reach_out", reach_out_id)


async def _ask_again(unit: UnitOfWork, found: ReachOut) -> Sequence[Present]:
    """Push those told so far once more and take up a ladder that is held; gives who is part of it."""
    present = await crowd.read(unit, found)
    if found.state == ReachOutState.TOGETHER:
        # Whoever the person is talking with is not alarmed because the others are asked. What they said holds nothing any more.
        for one in present:
            if one.row.person_id == found.together_with:
                one.row.talking_at = unit.now - ONE_MICROSECOND
        present = await crowd.read(unit, found)
    standings = [one.standing for one in present]
    decision = decide(standings, ReachOutState(found.state), found.rung, found.pushed_at, unit.now)
    push = decision.push
    if decision.take_up:
        move = ladder.next_move(found.ladder, decision.rung, standings, unit.now)
        found.next_rung_at = due_again(found.ladder, found.rung, move, found.pushed_at, unit.now)
        if found.rung < RUNG_UNANSWERED and move.again:
            # The rung that comes now pushes them.
            push = ()
        found.state, found.rung, found.unanswered_at = str(ReachOutState.WAITING), decision.rung, None
        found.paused_until = found.ask_at = None
    if decision.take_up or unit.now - found.pushed_at >= REPRESS_COOLDOWN:
        found.asked_at = unit.now
        for one in present:
            one.row.held_seconds = None
    if push or decision.channels:
        found.round += 1
        found.pushed_at = unit.now
    await advance.push(unit, found, [one for one in present if one.row.person_id in push])
    await advance.call(unit, found, [one for one in present if one.row.person_id in decision.channels])
    return present


async def _tell_first(unit: UnitOfWork, who: Caller, found: ReachOut, members: Sequence[Member]) -> None:
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
        row.answer = row.answered_at = row.minutes = row.talking_at = row.held_seconds = None
        row.quiet_at = None if member.available else unit.now
        row.unreachable_at = None if member.heard_of else unit.now
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
    await create_notices(
        unit,
        [
            NoticeDraft(
                member.person_id, NoticeKind.REACH_OUT, found.id, who.person_id, found.id, push=member.available
            )
            for member in members
        ],
    )
    if found.rung >= RUNG_EVERYBODY:
        # The rung that tries channels has passed them by.
        late = {member.person_id for member in members}
        present = await crowd.read(unit, found)
        await advance.call(unit, found, [one for one in present if one.row.person_id in late and one.standing.callable])


async def _said_already(unit: UnitOfWork, who: Caller, found: ReachOut, note: str) -> bool:
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
