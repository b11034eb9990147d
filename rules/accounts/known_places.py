"""Where somebody has signed in before: there, what strangers guess from elsewhere does not slow them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.unit_of_work import UnitOfWork
from models import KnownPlace, Person
from rules import access

PLACE_LIFETIME = timedelta(days=90)
"""After the last sign-in from there."""
MAX_PLACES = 20
"""Of one person; the one that was used longest ago is forgotten first."""


async def knows(unit: UnitOfWork, person_id: UUID | None, place: str) -> bool:
    """Whether this person has signed in from there; nobody has, where there is no such person."""
    if person_id is None:
        return False
    return await unit.session.get(KnownPlace, (person_id, _hash(unit, person_id, place))) is not None


async def remember(unit: UnitOfWork, person_id: UUID, place: str) -> None:
    """They have signed in from there just now; nothing, where they have erased their account meanwhile."""
    there = select(Person.id).where(Person.id == person_id).with_for_update(read=True, key_share=True)
    if (await unit.session.execute(there)).first() is None:
        return
    sqlite = (await unit.session.connection()).dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    row = {"person_id": person_id, "place_hash": _hash(unit, person_id, place), "used_at": unit.now}
    await unit.session.execute(
        insert(KnownPlace)
        .values(row)
        .on_conflict_do_update(index_elements=[KnownPlace.person_id, KnownPlace.place_hash], set_={"used_at": unit.now})
    )
    theirs = select(KnownPlace.place_hash).where(access.owned_by(KnownPlace, person_id))
    latest = theirs.order_by(KnownPlace.used_at.desc(), KnownPlace.place_hash).limit(MAX_PLACES)
    await unit.session.execute(
        delete(KnownPlace)
        .where(access.owned_by(KnownPlace, person_id), KnownPlace.place_hash.not_in(latest))
        .execution_options(synchronize_session=False)
    )


def _hash(unit: UnitOfWork, person_id: UUID, place: str) -> bytes:
    return unit.keyring.passing_digest("known_place", person_id.bytes + place.encode())
