"""The context of an operation: statements or a session, time, keys, and what is announced after the commit."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from core.bus import Bus, StreamEvent
from core.encryption import Keyring
from core.ids import new_id, new_token
from core.statements import SessionStatements, Statements
from core.steps import OnStep, ignore_step


class DispatchNow(Protocol):
    """Starts sending deliveries whose lease this process holds, right after the commit that wrote them. Never blocks."""

    def __call__(self, deliveries: Sequence[UUID]) -> None: ...


class Operation:
    """Single statements, the current time, and the events and pushes that `commit` releases.

    Each statement may be its own transaction: whatever must be atomic is one statement, or needs a `UnitOfWork`.
    """

    def __init__(
        self,
        statements: Statements,
        now: datetime,
        keyring: Keyring,
        *,
        make_id: Callable[[datetime], UUID] = new_id,
        make_token: Callable[[int], str] = new_token,
    ) -> None:
        self.statements = statements
        self.now = now
        self.keyring = keyring
        self._make_id = make_id
        self._make_token = make_token
        self.events: list[StreamEvent] = []
        self.committed_deliveries: list[UUID] = []

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows of a pre-built statement. Raises DBAPIError."""
        return await self.statements.fetch(statement, values)

    def new_id(self) -> UUID:
        return self._make_id(self.now)

    def new_token(self, size: int = 32) -> str:
        return self._make_token(size)

    def publish(self, person_id: UUID, kind: str, about: UUID) -> None:
        """Queue an event for a person's open streams."""
        self.events.append(StreamEvent(person_id, kind, about))

    async def rollback(self) -> None:
        """Undo everything so far, for a new attempt after losing a race."""
        await self.statements.rollback()
        self.events.clear()
        self.committed_deliveries.clear()

    async def commit(self, bus: Bus, dispatch_now: DispatchNow) -> None:
        """Commit, then publish the events and dispatch the pushes; neither happens when the database raises an error."""
        await self.statements.commit()
        events, self.events = self.events, []
        pushes, self.committed_deliveries = self.committed_deliveries, []
        if pushes:
            dispatch_now(pushes)
        if events:
            bus.publish(events)


class Transactions(Protocol):
    """Opens operations for rules that start over when they lose a race. Each is committed at the end of its block."""

    def operation(self) -> AbstractAsyncContextManager[Operation]: ...

    def transaction(self) -> "AbstractAsyncContextManager[UnitOfWork]": ...


class UnitOfWork(Operation):
    """An operation in a single transaction, with a session.

    Rules flush and never commit. `commit` is called once, by the endpoint or the worker, before the reply.
    """

    def __init__(
        self,
        session: AsyncSession,
        now: datetime,
        keyring: Keyring,
        *,
        make_id: Callable[[datetime], UUID] = new_id,
        make_token: Callable[[int], str] = new_token,
        on_step: OnStep = ignore_step,
    ) -> None:
        super().__init__(SessionStatements(session), now, keyring, make_id=make_id, make_token=make_token)
        self.session = session
        self.on_step = on_step
        self.erases = False
        """Whether content is deleted: then `rules.upkeep.wal_truncation` also removes it from SQLite's log."""

    async def rollback(self) -> None:
        await super().rollback()
        self.erases = False
