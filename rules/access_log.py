"""The access log: what happened to the ways into an account, written down in the transaction that did it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.unit import Unit
from models import AccessEvent
from models.vocabulary import AccessKind
from rules.access import Caller


def note(
    unit: Unit, person_id: UUID, kind: AccessKind, *, about: UUID | None = None, session: UUID | None = None
) -> None:
    """Write down what is done to this person's account; `session` is where it is done, or the one that it opens.

    Never from where: who may read this log shall not learn where somebody was.
    """
    unit.session.add(
        AccessEvent(
            id=unit.new_id(),
            person_id=person_id,
            kind=str(kind),
            about_id=about,
            session_id=session,
            created_at=unit.now,
        )
    )


def done(unit: Unit, who: Caller, kind: AccessKind, about: UUID | None = None) -> None:
    """Write down what the caller does to their own account, in the session that carries them."""
    note(unit, who.person_id, kind, about=about, session=who.session_id)


async def mine(unit: Unit, who: Caller, limit: int, before: UUID | None) -> Sequence[AccessEvent]:
    """What happened to the caller's account, newest first, `limit` + 1 rows at most."""
    statement = select(AccessEvent).where(AccessEvent.person_id == who.person_id)
    if before is not None:
        statement = statement.where(AccessEvent.id < before)
    return (await unit.session.execute(statement.order_by(AccessEvent.id.desc()).limit(limit + 1))).scalars().all()
