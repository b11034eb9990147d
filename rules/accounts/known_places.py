"""Networks from which a person has signed in; strangers' guesses from elsewhere do not slow down a sign-in from there."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, bindparam, delete, select, update

from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from core.upsert import insert_statement
from models import KnownPlace, Person
from rules import access

PLACE_LIFETIME = timedelta(days=90)
"""How long a place is known after the last sign-in from it."""
MAX_PLACES = 20
"""Places kept per person; the least recently used one is dropped first."""


_THIS_PLACE = (
    access.owned_by(KnownPlace, bindparam("whose", type_=Uuid)),
    KnownPlace.place_hash == bindparam("place", type_=LargeBinary),
)
_KNOWN = select(KnownPlace.used_at).where(*_THIS_PLACE)
_USED_AGAIN = update(KnownPlace).where(*_THIS_PLACE).values(used_at=bindparam("present", type_=UtcDateTime))


_NOBODY = UUID(int=0)


async def is_known(operation: Operation, person_id: UUID | None, place: str) -> bool:
    """Return whether this person (None: no such account) has signed in from this place."""
    # Asked for a name that nobody has as well: the time of a reply tells nothing.
    person_id = person_id or _NOBODY
    values = {"whose": person_id, "place": _place_hash(operation, person_id, place)}
    return bool(await operation.fetch(_KNOWN, values))


async def record_place(unit: UnitOfWork, person_id: UUID, place: str) -> None:
    """Record a sign-in from this place; do nothing when the account has been erased meanwhile."""
    place_hash = _place_hash(unit, person_id, place)
    connection = await unit.session.connection()
    values = {"whose": person_id, "place": place_hash, "present": unit.now}
    if (await connection.execute(_USED_AGAIN, values)).rowcount:
        return
    person = select(Person.id).where(Person.id == person_id).with_for_update(read=True, key_share=True)
    if (await unit.session.execute(person)).first() is None:
        return
    insert = await insert_statement(unit.session, KnownPlace)
    await unit.session.execute(
        insert.values(person_id=person_id, place_hash=place_hash, used_at=unit.now).on_conflict_do_update(
            index_elements=[KnownPlace.person_id, KnownPlace.place_hash], set_={"used_at": unit.now}
        )
    )
    places = select(KnownPlace.place_hash).where(access.owned_by(KnownPlace, person_id))
    latest = places.order_by(KnownPlace.used_at.desc(), KnownPlace.place_hash).limit(MAX_PLACES)
    await unit.session.execute(
        delete(KnownPlace)
        .where(access.owned_by(KnownPlace, person_id), KnownPlace.place_hash.not_in(latest))
        .execution_options(synchronize_session=False)
    )


def _place_hash(operation: Operation, person_id: UUID, place: str) -> bytes:
    return operation.keyring.best_effort_digest("known_place", person_id.bytes + place.encode())
