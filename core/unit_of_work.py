"""What a rule is given to decide and write with, and what is announced once its rows are committed."""

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
    """Takes deliveries whose lease this process holds, right after the commit that wrote them. Never blocks."""

    def __call__(self, deliveries: Sequence[UUID]) -> None: ...


class Operation:
    """Single statements, the moment, and the events and pushes that `commit` lets go.

    Each statement may be a transaction of its own: what has to hold together is one statement, or needs a `UnitOfWork`.
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
        self.news: list[StreamEvent] = []
        self.committed_deliveries: list[UUID] = []

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows of a statement that was built once. Raises DBAPIError."""
        return await self.statements.fetch(statement, values)

    def new_id(self) -> UUID:
        return self._make_id(self.now)

    def new_token(self, size: int = 32) -> str:
        return self._make_token(size)

    def publish(self, person_id: UUID, kind: str, about: UUID) -> None:
        """Queue an event for a person's open streams."""
        self.news.append(StreamEvent(person_id, kind, about))

    async def rollback(self) -> None:
        """Undo everything since the beginning: somebody else was first, and what was read is no longer so."""
        await self.statements.rollback()
        self.news.clear()
        self.committed_deliveries.clear()

    async def commit(self, bus: Bus, dispatch_now: DispatchNow) -> None:
        """Commit, then let the events and the pushes go. Raises what the database raises; then nothing goes."""
        await self.statements.commit()
        news, self.news = self.news, []
        pushes, self.committed_deliveries = self.committed_deliveries, []
        if pushes:
            dispatch_now(pushes)
        if news:
            bus.publish(news)


class Transactions(Protocol):
    """Opens what a rule works in that has to begin anew when it loses a race. Each is committed at the end of its block."""

    def operation(self) -> AbstractAsyncContextManager[Operation]: ...

    def transaction(self) -> "AbstractAsyncContextManager[UnitOfWork]": ...


class UnitOfWork(Operation):
    """An operation in one transaction, with its session.

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
        """Whether something that somebody wrote is taken away: `rules.upkeep.wal_truncation` empties SQLite's log of it."""

    async def rollback(self) -> None:
        await super().rollback()
        self.erases = False
