"""Pressing again while a reach-out is open: everyone told so far is pushed again; there is never a second reach-out.

A calm ask becomes a press by it.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Membership, Message
from rules import access, idempotency
from rules.access import Caller
from rules.errors import NotYours, ReachOutClosed
from rules.idempotency import RequestFingerprint
from rules.reach_out import state, store
from rules.reach_out.bounds.spared_sound import spares_again
from rules.reach_out.machine import decide
from rules.reach_out.messages import write_message
from rules.reach_out.press.load_circle import load_members
from rules.reach_out.repress import REPRESS_COOLDOWN
from rules.reach_out.state import PressedAgain, Snapshot
from rules.reach_out.storage.sound import load_presses


class ClosedMeanwhileError(Exception):
    """The reach-out was open when it was read and is closed now; the press starts over."""


class OverError(Exception):
    """The reach-out had reached its 24 hours and has been ended in this unit of work; the press begins a new one."""


async def nudge(unit: UnitOfWork, who: Caller, reach_out_id: UUID, fingerprint: RequestFingerprint | None) -> None:
    """Press again on this reach-out; a calm ask is raised to the whole circle. Raises NotFound, NotYours, Closed, KeyReused."""

    async def press() -> UUID:
        # Not locked yet: the memberships of those whom a raise tells come first.
        seen = await access.load_visible_reach_out(unit, who, reach_out_id)
        if not seen.mine:
            raise NotYours
        members = await load_members(unit, who.person_id) if seen.reach_out.calm else ()
        try:
            await press_again(
                unit, who, reach_out_id, PressedAgain(circle=tuple(member.participant for member in members))
            )
        except (ClosedMeanwhileError, OverError):
            raise ReachOutClosed from None
        return reach_out_id

    await idempotency.run_once(unit, fingerprint, who.person_id, press)


async def press_again(
    unit: UnitOfWork,
    who: Caller,
    reach_out_id: UUID,
    pressed: PressedAgain,
    *,
    note: str | None = None,
) -> None:
    """Push again or raise, tell the members added, and store a note as a message.

    Raises ClosedMeanwhileError, OverError, IntegrityError in a race.
    """
    pressed = await _with_members(unit, pressed)
    snapshot = await store.load(unit, reach_out_id)
    if snapshot is None or isinstance(snapshot.stage, state.Closed):
        raise ClosedMeanwhileError
    change = decide(snapshot, replace(pressed, spares=await _spares(unit, snapshot)), unit.now)
    await store.save(unit, snapshot, change)
    if isinstance(change.after.stage, state.Closed):
        raise OverError
    if note is not None and not await _note_is_repeated(unit, who, snapshot, note):
        await write_message(unit, who, change.after, note)


async def _spares(unit: UnitOfWork, snapshot: Snapshot) -> bool:
    # A press that pushes nobody again has no sound to spare.
    is_same_press = unit.now - snapshot.pushed_at < REPRESS_COOLDOWN
    return not is_same_press and spares_again(await load_presses(unit, snapshot), unit.now)


async def _with_members(unit: UnitOfWork, pressed: PressedAgain) -> PressedAgain:
    """Lock the memberships of those who may be added, and leave out whoever has left since they were read."""
    ids = [participant.membership_id for participant in (*pressed.added, *pressed.circle)]
    if not ids:
        return pressed
    # Memberships before reach-outs, as in a removal, or the two could wait for each other.
    locked = await unit.session.execute(
        select(Membership.id)
        .where(Membership.id.in_(ids), access.CONFIRMED)
        .order_by(Membership.id)
        .with_for_update(read=True, key_share=True)
    )
    staying = set(locked.scalars())
    return replace(
        pressed,
        added=tuple(participant for participant in pressed.added if participant.membership_id in staying),
        circle=tuple(participant for participant in pressed.circle if participant.membership_id in staying),
    )


async def _note_is_repeated(unit: UnitOfWork, who: Caller, snapshot: Snapshot, note: str) -> bool:
    """Return whether this note is what the person wrote last: a retry without an Idempotency-Key sends it twice."""
    last = (
        await unit.session.execute(
            select(Message)
            .where(Message.reach_out_id == snapshot.id, access.mine(Message, who))
            .order_by(Message.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    if last is None:
        return who.vault.open("reach_outs.note", snapshot.id, snapshot.row["note"]) == note
    return who.vault.open("messages.text", last.id, last.text) == note
