"""The mark "we talked": one a day and side, without length or content; a connection for both."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, select

from core.unit_of_work import UnitOfWork
from models import Talk
from rules import access, idempotency
from rules.access import Caller
from rules.daily.local_time import local_date, zone_of
from rules.daily.thread import pairs
from rules.idempotency import RequestFingerprint


async def mark_talked(unit: UnitOfWork, who: Caller, other_id: UUID, fingerprint: RequestFingerprint | None) -> UUID:
    """Mark that the caller has talked with this person today, in the caller's time zone; return the mark's id.

    A second mark of the day is the first one. Raises NotFound, KeyReused.
    """

    async def create() -> UUID:
        memberships = await pairs.lock_pair(unit, who, other_id)
        talk = await _load_today(unit, who, other_id)
        if talk is not None and talk.membership_id is not None:
            return talk.id
        if talk is None:
            talk = Talk(id=unit.new_id(), person_id=who.person_id, other_id=other_id, day=await _today(unit, who))
            unit.session.add(talk)
        # A mark of this day that an ended membership has left behind holds again.
        talk.membership_id = memberships[0].id
        talk.created_at = unit.now
        await unit.session.flush()
        pairs.publish_thread(unit, who.person_id, other_id)
        return talk.id

    talk_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return talk_id


async def unmark_talked(unit: UnitOfWork, who: Caller, other_id: UUID) -> None:
    """Take the caller's mark of today back, if there is one. Raises NotFound for a stranger."""
    await pairs.lock_pair(unit, who, other_id)
    deleted = await unit.session.execute(
        delete(Talk)
        .where(access.talks_from(who.person_id, other_id), Talk.day == await _today(unit, who))
        .returning(Talk.id)
        .execution_options(synchronize_session=False)
    )
    if deleted.first() is not None:
        pairs.publish_thread(unit, who.person_id, other_id)


async def _load_today(unit: UnitOfWork, who: Caller, other_id: UUID) -> Talk | None:
    rows = await unit.session.execute(
        select(Talk)
        .where(access.talk_marks(who.person_id, other_id), Talk.day == await _today(unit, who))
        .execution_options(populate_existing=True)
    )
    return rows.scalar_one_or_none()


async def _today(unit: UnitOfWork, who: Caller) -> date:
    return local_date(unit.now, zone_of((await access.load_person(unit, who)).time_zone))
