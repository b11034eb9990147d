"""Pressing again while a reach-out is open: everyone told so far is pushed again; there is never a second reach-out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Membership, Message
from models.enums import Need
from rules import access, idempotency
from rules.access import Caller
from rules.errors import ReachOutClosed
from rules.idempotency import RequestFingerprint
from rules.reach_out import state, store
from rules.reach_out.machine import decide
from rules.reach_out.messages import write_message
from rules.reach_out.press.load_circle import Member
from rules.reach_out.state import PressedAgain, Snapshot


class ClosedMeanwhileError(Exception):
    """The reach-out was open when it was read and is closed now; the press starts over."""


class OverError(Exception):
    """The reach-out had reached its 24 hours and has been ended in this unit of work; the press begins a new one."""


async def nudge(unit: UnitOfWork, who: Caller, reach_out_id: UUID, fingerprint: RequestFingerprint | None) -> None:
    """Press again on this reach-out. Raises NotFound, NotYours, Closed, KeyReused."""

    async def press() -> UUID:
        try:
            await press_again(unit, who, reach_out_id)
        except (ClosedMeanwhileError, OverError):
            raise ReachOutClosed from None
        return reach_out_id

    await access.load_own_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, fingerprint, who.person_id, press)


async def press_again(
    unit: UnitOfWork,
    who: Caller,
    reach_out_id: UUID,
    *,
    note: str | None = None,
    need: Need | None = None,
    add: Sequence[Member] = (),
) -> None:
    """Push again, tell the members added, and store a note as a message.

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
    snapshot = await store.load(unit, reach_out_id)
    if snapshot is None or isinstance(snapshot.stage, state.Closed):
        raise ClosedMeanwhileError
    change = decide(snapshot, PressedAgain(need, tuple(member.participant for member in add)), unit.now)
    await store.save(unit, snapshot, change)
    if isinstance(change.after.stage, state.Closed):
        raise OverError
    if note is not None and not await _note_is_repeated(unit, who, snapshot, note):
        await write_message(unit, who, change.after, note)


async def _note_is_repeated(unit: UnitOfWork, who: Caller, snapshot: Snapshot, note: str) -> bool:
    """Return whether this note is already stored: a retry without an Idempotency-Key sends it twice."""
    if who.vault.open("reach_outs.note", snapshot.id, snapshot.row["note"]) == note:
        return True
    last = (
        await unit.session.execute(
            select(Message)
            .where(Message.reach_out_id == snapshot.id, access.mine(Message, who))
            .order_by(Message.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    return last is not None and who.vault.open("messages.text", last.id, last.text) == note
