"""PushProof that a push was shown to a person: they opened it, answered, or saw a practice. And how long that was ago."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

from core.unit_of_work import UnitOfWork
from core.upsert import insert_statement
from models import PushProof
from rules.daily.local_time import local_date, moment_on

UNPROVED_AFTER: Final = timedelta(days=35)
"""After this long without a proof, somebody's phones count as untried; both sides are told."""


def proved_at(shown_at: datetime | None, ways_since: Iterable[datetime]) -> datetime | None:
    """Return when a person last showed that a push was shown; None when all that can be pushed today is newer than that.

    `ways_since`: when each live device and confirmed channel of theirs was added. A new phone has shown nothing yet.
    """
    if shown_at is None or not any(since <= shown_at for since in ways_since):
        return None
    return shown_at


def unproved_at(shown_at: datetime | None, ways_since: Iterable[datetime], member_since: datetime) -> datetime | None:
    """Return when a member counts as untried, which may lie ahead; None for somebody with nothing to try.

    Who has shown nothing yet counts from the day on which the first of their ways, and the membership, were there.
    """
    ways = list(ways_since)
    if not ways:
        return None
    return (proved_at(shown_at, ways) or max(min(ways), member_since)) + UNPROVED_AFTER


def as_day(moment: datetime, zone: tzinfo) -> datetime:
    """Return the beginning of the day of this moment in the zone of whoever reads it: more is not theirs to know."""
    return moment_on(local_date(moment, zone), "00:00", zone)


async def record_push_proof(unit: UnitOfWork, person_id: UUID) -> None:
    """Record that this person has just shown that a push was shown to them. The last lock that a transaction takes."""
    insert = await insert_statement(unit.session, PushProof)
    await unit.session.execute(
        insert.values(person_id=person_id, shown_at=unit.now).on_conflict_do_update(
            index_elements=[PushProof.person_id], set_={"shown_at": unit.now}
        )
    )
