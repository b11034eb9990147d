"""The access log: changes to the ways into an account, each recorded in the transaction that makes it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import AccessEvent
from models.enums import AccessKind
from rules import access
from rules.access import Caller


def record_event(
    unit: UnitOfWork, person_id: UUID, kind: AccessKind, *, about: UUID | None = None, session: UUID | None = None
) -> None:
    """Record an event in this person's account; `session` is where it is done, or the session that it opens.

    The network address is never recorded: readers of this log must not learn where somebody was.
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


def record_own_event(unit: UnitOfWork, who: Caller, kind: AccessKind, about: UUID | None = None) -> None:
    """Record what the caller does to their own account, in their present session."""
    record_event(unit, who.person_id, kind, about=about, session=who.session_id)


async def list_access_events(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[AccessEvent]:
    """Return the events of the caller's account, newest first, `limit` + 1 rows at most."""
    statement = select(AccessEvent).where(access.mine(AccessEvent, who))
    if before is not None:
        statement = statement.where(AccessEvent.id < before)
    return (await unit.session.execute(statement.order_by(AccessEvent.id.desc()).limit(limit + 1))).scalars().all()
