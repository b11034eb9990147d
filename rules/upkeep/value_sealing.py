"""Needs, feelings and reflections that an older release has stored readable: found, sealed, and emptied."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from models import Person, ReachOut, Reflection
from rules.sealed_values import SealedValues
from rules.upkeep import wal_truncation


async def next_plain(unit: UnitOfWork, values: SealedValues, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the keys of the next rows that hold readable values, `limit` at most. Only reads."""
    statement = select(values.key).where(values.is_plain).order_by(values.key).limit(limit)
    if after is not None:
        statement = statement.where(values.key > after)
    return (await unit.session.execute(statement)).scalars().all()


async def seal_plain(unit: UnitOfWork, values: SealedValues, keys: Sequence[UUID]) -> int:
    """Seal the values of these rows and empty their readable columns; return how many. The caller commits.

    A row that somebody else holds, or whose person's key does not open, is left for another time.
    """
    owner = select(ReachOut.person_id).where(ReachOut.id == Reflection.reach_out_id).scalar_subquery()
    person_id = owner if values.model is Reflection else values.model.person_id  # type: ignore[attr-defined]
    rows = (
        await unit.session.execute(
            select(*values.columns, person_id.label("person_id"), Person.data_key)
            .join(Person, Person.id == person_id)
            .where(values.key.in_(keys), values.is_plain)
            .with_for_update(of=values.model, skip_locked=True)
        )
    ).all()
    count = 0
    for row in rows:
        vault, key = unit.keyring.vault(row.person_id, row.data_key), getattr(row, values.key.key)
        sealed = values.seal(vault, key, values.open(vault, row))
        if sealed is None:
            continue
        await unit.session.execute(
            update(values.model)
            .where(values.key == key)
            .values({values.sealed: sealed, **values.emptied})
            .execution_options(synchronize_session=False)
        )
        count += 1
    if count:
        await wal_truncation.mark_erased(unit)
    return count
