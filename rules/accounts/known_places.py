"""Networks from which a person has signed in; strangers' guesses from elsewhere do not slow down a sign-in from there."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.unit_of_work import UnitOfWork
from models import KnownPlace, Person
from rules import access

PLACE_LIFETIME = timedelta(days=90)
"""How long a place is known after the last sign-in from it."""
MAX_PLACES = 20
"""Places kept per person; the least recently used one is dropped first."""


async def is_known(unit: UnitOfWork, person_id: UUID | None, place: str) -> bool:
    """Return whether this person (None: no such account) has signed in from this place."""
    if person_id is None:
        return False
    return await unit.session.get(KnownPlace, (person_id, _place_hash(unit, person_id, place))) is not None


async def record_place(unit: UnitOfWork, person_id: UUID, place: str) -> None:
    """Record a sign-in from this place; do nothing when the account has been erased meanwhile."""
    person = select(Person.id).where(Person.id == person_id).with_for_update(read=True, key_share=True)
    if (await unit.session.execute(person)).first() is None:
        return
    sqlite = (await unit.session.connection()).dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    row = {"person_id": person_id, "place_hash": _place_hash(unit, person_id, place), "used_at": unit.now}
    await unit.session.execute(
        insert(KnownPlace)
        .values(row)
        .on_conflict_do_update(index_elements=[KnownPlace.person_id, KnownPlace.place_hash], set_={"used_at": unit.now})
    )
    places = select(KnownPlace.place_hash).where(access.owned_by(KnownPlace, person_id))
    latest = places.order_by(KnownPlace.used_at.desc(), KnownPlace.place_hash).limit(MAX_PLACES)
    await unit.session.execute(
        delete(KnownPlace)
        .where(access.owned_by(KnownPlace, person_id), KnownPlace.place_hash.not_in(latest))
        .execution_options(synchronize_session=False)
    )


def _place_hash(unit: UnitOfWork, person_id: UUID, place: str) -> bytes:
    return unit.keyring.best_effort_digest("known_place", person_id.bytes + place.encode())
