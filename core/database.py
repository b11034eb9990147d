"""The database: one engine on PostgreSQL; on SQLite one writer connection and separate readers."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from core.asyncpg_pool import AsyncpgPool
from core.statements import SessionStatements, Statements

LOCK_WAIT_SECONDS = 10
"""Seconds to wait for a connection before a request is refused."""
CHECKPOINT_WAIT_SECONDS = 0.1
"""Seconds in which emptying SQLite's log waits for readers; writers wait meanwhile."""
STATEMENT_SECONDS = 15
"""Seconds a statement may take on PostgreSQL."""

log = structlog.get_logger(__name__)


class Database:
    """Sessions to write with and sessions to read with. Whoever opens one commits it; rules only flush."""

    def __init__(self, url: str, connections: int = 20) -> None:
        self.url: URL = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self.writer = _sqlite_engine(self.url, size=1, begin="BEGIN IMMEDIATE", query_only=False)
            self.reader = _sqlite_engine(self.url, size=4, begin="BEGIN", query_only=True)
        else:
            # Most of the connections are for `statements`: presses, pages of the inbox, and all that pushes take. A press
            # keeps its own from its first statement to its last, also while others are served.
            lent = max(1, connections * 2 // 3)
            settings = {
                "application_name": "porchlight",
                "statement_timeout": f"{STATEMENT_SECONDS * 1000}",
                "idle_in_transaction_session_timeout": "30000",
                "timezone": "UTC",
                "jit": "off",
            }
            # These statements are few and join many tables by their keys: to plan one anew for its values, as PostgreSQL
            # likes to for arrays, takes ten times as long as to run it.
            planned_once = settings | {"plan_cache_mode": "force_generic_plan"}
            self._pool = AsyncpgPool(self.url, lent, LOCK_WAIT_SECONDS, planned_once)
            self.writer = create_async_engine(
                self.url,
                pool_size=max(1, connections - lent),
                max_overflow=0,
                pool_timeout=LOCK_WAIT_SECONDS,
                pool_recycle=1800,
                # asyncpg's own LIFO habit keeps few connections warm instead of all of them lukewarm.
                pool_use_lifo=True,
                connect_args={"timeout": 5, "command_timeout": STATEMENT_SECONDS + 5, "server_settings": settings},
            )
            self.reader = self.writer.execution_options(isolation_level="AUTOCOMMIT")
        self._write = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a session whose transaction begins at its first statement and is rolled back unless it was committed."""
        async with self._write() as session:
            yield session

    def statements(self, *, read_only: bool = False) -> AbstractAsyncContextManager[Statements]:
        """Single statements: one that writes, with or without one that reads before it, are two round trips in all.

        On PostgreSQL each statement is a transaction of its own, with neither BEGIN nor COMMIT; on SQLite they are one
        transaction, which takes the writer's place unless it is `read_only`.
        """
        if self.sqlite:
            return self._session_statements(self._read if read_only else self._write)
        return self._pool.statements()

    @asynccontextmanager
    async def _session_statements(self, make_session: async_sessionmaker[AsyncSession]) -> AsyncIterator[Statements]:
        async with make_session() as session:
            yield SessionStatements(session)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads."""
        async with self._read() as session:
            yield session

    async def time(self) -> datetime:
        """Return the database's current time, aware, UTC."""
        async with self.reader.connect() as connection:
            if self.sqlite:
                # An embedded database has the machine's clock; asking it would add nothing but a loss of precision.
                return datetime.now(UTC)
            present: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            return present.astimezone(UTC)

    async def ping(self, seconds: float = 2.0) -> None:
        """Raise an error when the database does not answer within `seconds`."""
        async with asyncio.timeout(seconds), self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def empty_log(self) -> bool:
        """Move everything from SQLite's write-ahead log into the database and cut the log to nothing.

        False while somebody reads or writes: then it is as it was. There is nothing to do on PostgreSQL.
        """
        return not self.sqlite or await asyncio.to_thread(_truncate, str(self.url.database))

    async def close(self) -> None:
        await self.writer.dispose()
        if self.sqlite:
            await self.reader.dispose()
        else:
            await self._pool.close()


def _truncate(path: str) -> bool:
    # On a connection of its own: while it waits for readers nobody can write, so it waits for a moment only.
    connection = sqlite3.connect(path, timeout=CHECKPOINT_WAIT_SECONDS, isolation_level=None)
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not busy


def refers_to_nothing(error: DBAPIError) -> bool:
    """Whether a row was to be written about something that is no longer there: it was deleted a moment before."""
    # SQLite has one writer: there nothing goes away in the middle of a transaction. Ours are all named so.
    return getattr(error.orig, "sqlstate", None) == "23503" and '"fk_' in str(error.orig)


def lost_a_race(error: DBAPIError) -> bool:
    """Whether somebody else was simply first, so that reading again and starting anew will do.

    A constraint that was broken, a deadlock that PostgreSQL resolved, or a serialization failure.
    """
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def _sqlite_engine(url: URL, size: int, begin: str, *, query_only: bool) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=LOCK_WAIT_SECONDS, connect_args={"timeout": LOCK_WAIT_SECONDS}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: object) -> None:
        # The driver's own idea of when to begin is switched off; `on_begin` says it (a write takes its lock at once:
        # a transaction that reads first and upgrades later fails whatever the busy time-out is).
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            f"busy_timeout = {LOCK_WAIT_SECONDS * 1000}",
            "cache_size = -16000",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine.pool, "reset")
    def on_reset(connection: DBAPIConnection, _: object, __: object) -> None:
        # A commit that fails (a full disk) leaves SQLite's transaction open, with its lock on the whole file, and
        # SQLAlchemy takes it for over.
        if connection.driver_connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
