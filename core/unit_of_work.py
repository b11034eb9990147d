"""One unit of work: what a rule is given to decide with, and what is to happen once its rows are committed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from core.asyncpg_statements import AsyncpgStatements
from core.bus import Bus, StreamEvent
from core.encryption import Keyring
from core.ids import new_id, new_token

SEND_SECONDS = 8
"""How long one send may take."""
LEASE_SECONDS = 10
"""How long a claim on a delivery holds: a live holder always has time to send and to write down."""


class DispatchNow(Protocol):
    """Takes deliveries whose lease this process holds, right after the commit that wrote them. Never blocks."""

    def __call__(self, deliveries: Sequence[UUID]) -> None: ...


class UnitOfWork:
    """A database session, the moment, and the news and pushes that the commit will let go.

    Rules flush and never commit. `commit` is called once, at the edge, before the reply.
    """

    def __init__(
        self,
        opened: AsyncSession | AsyncpgStatements,
        now: datetime,
        keyring: Keyring,
        *,
        ladder: Sequence[int] = (0, 90, 180, 300),
        make_id: Callable[[datetime], UUID] = new_id,
        make_token: Callable[[int], str] = new_token,
    ) -> None:
        self.opened = opened
        self.now = now
        self.keyring = keyring
        self.ladder = tuple(ladder)
        self._make_id = make_id
        self._make_token = make_token
        self.news: list[StreamEvent] = []
        self.committed_deliveries: list[UUID] = []
        self.erases = False
        """Whether something that somebody wrote is taken away (`rules.forgetting`)."""

    @property
    def session(self) -> AsyncSession:
        """The session that nearly everything is done in. Raises TypeError where only single statements are to be had."""
        if not isinstance(self.opened, AsyncSession):
            raise TypeError("opened for single statements, not for a transaction")
        return self.opened

    async def fetch(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """All rows of a statement that was built once. Raises DBAPIError."""
        if isinstance(self.opened, AsyncSession):
            connection = await self.opened.connection()
            return (await connection.execute(statement, values)).all()
        return await self.opened.fetch(statement, values)

    def new_id(self) -> UUID:
        return self._make_id(self.now)

    def new_token(self, size: int = 32) -> str:
        return self._make_token(size)

    def publish(self, person_id: UUID, kind: str, about: UUID) -> None:
        """Queue news for a person's open streams."""
        self.news.append(StreamEvent(person_id, kind, about))

    async def rollback(self) -> None:
        """Undo everything since the beginning: somebody else was first, and what was read is no longer so."""
        await self.opened.rollback()
        self.news.clear()
        self.committed_deliveries.clear()
        self.erases = False

    async def commit(self, bus: Bus, dispatch_now: DispatchNow) -> None:
        """Make it so, then let the news and the pushes go. Raises what the database raises; then nothing goes."""
        await self.opened.commit()
        news, self.news = self.news, []
        pushes, self.committed_deliveries = self.committed_deliveries, []
        if pushes:
            dispatch_now(pushes)
        if news:
            bus.publish(news)
