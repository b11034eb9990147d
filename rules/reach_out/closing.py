"""Closing with an all-clear, which is the person's alone."""

from uuid import UUID

from core.unit_of_work import UnitOfWork
from models.enums import NoticeKind, Outcome
from rules import access, idempotency
from rules.access import Caller
from rules.errors import NotFound
from rules.idempotency import RequestFingerprint
from rules.reach_out import store
from rules.reach_out.events import Closing
from rules.reach_out.machine import decide


async def close(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, outcome: Outcome, fingerprint: RequestFingerprint | None
) -> None:
    """Give the all-clear to everyone told. Closing again changes nothing: the first outcome stands.

    Raises NotFound, NotYours, KeyReused.
    """

    async def end() -> UUID:
        snapshot = await store.load(unit, reach_out_id)
        if snapshot is None:
            raise NotFound
        await store.save(unit, snapshot, decide(snapshot, Closing(outcome, NoticeKind.ALL_CLEAR), unit.now))
        return reach_out_id

    await access.load_own_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, fingerprint, who.person_id, end)
