"""The end of a reach-out: the all-clear, which is the person's alone, and how it felt to them, which nobody else sees."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import ReachOut, Reflection
from models.enums import NoticeKind, Outcome
from rules import access, idempotency
from rules.access import Caller
from rules.errors import NotFound, StillOpen
from rules.idempotency import RequestFingerprint
from rules.reach_out import store
from rules.reach_out.machine import decide
from rules.reach_out.state import Closed, Closing
from rules.reach_out.storage.sound import remember_close
from rules.sealed_values import REFLECTION


async def close_reach_out(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, outcome: Outcome, fingerprint: RequestFingerprint | None
) -> None:
    """Close a reach-out with an all-clear to everyone told. Closing it again changes nothing: the first outcome stands.

    Raises NotFound, NotYours, KeyReused.
    """

    async def end() -> UUID:
        # Before the reach-out, as wherever both are locked: until when the next press spares phones is kept on the person's row.
        await access.lock_person(unit, who)
        snapshot = await store.load(unit, reach_out_id)
        if snapshot is None or snapshot.person_id != who.person_id:
            # Says whether it is not theirs, or is nothing that they can see.
            await access.load_own_reach_out(unit, who, reach_out_id)
            raise NotFound
        await store.save(unit, snapshot, decide(snapshot, Closing(outcome, NoticeKind.ALL_CLEAR), unit.now))
        if not isinstance(snapshot.stage, Closed):
            await remember_close(unit, snapshot)
        return reach_out_id

    await idempotency.run_once(unit, fingerprint, who.person_id, end)


@dataclass(frozen=True, slots=True)
class ReflectionView:
    """How one reach-out felt: 0 to 3 each, or None. `id` is the reach-out's, `pressed_at` is when it began."""

    id: UUID
    pressed_at: datetime
    seen: int | None
    safe: int | None
    soothed: int | None
    created_at: datetime


async def list_reflections(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> list[ReflectionView]:
    """Return the caller's reflections, newest reach-out first, at most `limit` + 1."""
    statement = (
        select(ReachOut.created_at.label("pressed_at"), *REFLECTION.columns, Reflection.created_at)
        .join(ReachOut, ReachOut.id == Reflection.reach_out_id)
        .where(access.reflects_on_own(who.person_id))
    )
    if before is not None:
        statement = statement.where(Reflection.reach_out_id < before)
    rows = await unit.session.execute(statement.order_by(Reflection.reach_out_id.desc()).limit(limit + 1))
    return [
        ReflectionView(row.reach_out_id, row.pressed_at, **REFLECTION.open(who.vault, row), created_at=row.created_at)
        for row in rows
    ]


async def save_reflection(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, feelings: dict[str, int | None]
) -> dict[str, int | None]:
    """Store how a closed reach-out felt and return all that is kept of it; what is left out stays as it was.

    Raises NotFound, NotYours, StillOpen, KeysUnavailable.
    """
    reach_out = await access.load_own_reach_out(unit, who, reach_out_id)
    if reach_out.closed_at is None:
        raise StillOpen
    if not who.vault.has_key:
        # Without a key it could not be stored, nor the earlier one be kept.
        raise KeysUnavailable
    reflection = await unit.session.get(Reflection, reach_out_id, with_for_update=True)
    if reflection is None:
        reflection = Reflection(reach_out_id=reach_out_id, created_at=unit.now)
        unit.session.add(reflection)
        felt: dict[str, int | None] = dict.fromkeys(REFLECTION.names) | feelings
    else:
        felt = REFLECTION.open(who.vault, reflection) | feelings
    reflection.sealed_reflection = REFLECTION.seal(who.vault, reach_out_id, felt)
    reflection.seen = reflection.safe = reflection.soothed = None
    await unit.session.flush()
    return felt
