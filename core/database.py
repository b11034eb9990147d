"""The database: one engine on PostgreSQL; one writer connection and separate readers on SQLite."""

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
from core.engines import open_engine, probe_idle_connections, replace_read_only_connections
from core.open_file import DatabaseFileGone, OpenFile
from core.statements import SessionStatements, Statements
from core.write_obstacle import WriteObstacle

LOCK_WAIT_SECONDS = 10
"""Seconds to wait for a connection or a lock before a request is refused."""
CHECKPOINT_WAIT_SECONDS = 0.1
"""Seconds for which truncating SQLite's log waits for readers, while writers wait."""
STATEMENT_SECONDS = 15
"""Seconds a statement may take on PostgreSQL."""

log = structlog.get_logger(__name__)


class Database:
    """Opens sessions for writing and for reading. Whoever opens a session commits it; rules only flush."""

    def __init__(self, url: str, connections: int = 20) -> None:
        self.url: URL = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._file = file = OpenFile(str(self.url.database))
            self.writer = _sqlite_engine(self.url, file, size=1, begin="BEGIN IMMEDIATE", query_only=False)
            self.reader = _sqlite_engine(self.url, file, size=4, begin="BEGIN", query_only=True)
        else:
            # Most connections are for `statements`: presses, inbox pages, and everything that pushes need. A press keeps
            # its connection from its first statement to its last, even while others are served.
            asyncpg_connections = max(1, connections * 2 // 3)
            settings = {
                "application_name": "porchlight",
                "statement_timeout": f"{STATEMENT_SECONDS * 1000}",
                "idle_in_transaction_session_timeout": "30000",
                "timezone": "UTC",
                "jit": "off",
            }
            # These few statements join many tables by their keys: planning one again for each set of values, as
            # PostgreSQL tends to with arrays, takes ten times as long as running it.
            planned_once = settings | {"plan_cache_mode": "force_generic_plan"}
            self._pool = AsyncpgPool(self.url, asyncpg_connections, LOCK_WAIT_SECONDS, planned_once)
            self.writer = open_engine(
                self.url,
                settings,
                STATEMENT_SECONDS + 5,
                pool_size=max(1, connections - asyncpg_connections),
                max_overflow=0,
                pool_timeout=LOCK_WAIT_SECONDS,
                pool_recycle=1800,
                # As asyncpg's pool does: last in, first out keeps a few connections warm.
                pool_use_lifo=True,
            )
            probe_idle_connections(self.writer)
            replace_read_only_connections(self.writer)
            self.reader = self.writer.execution_options(isolation_level="AUTOCOMMIT")
        self._write = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a session whose transaction begins at its first statement and is rolled back unless it was committed."""
        async with self._write() as session:
            yield session

    def statements(self, *, read_only: bool = False) -> AbstractAsyncContextManager[Statements]:
        """Open a connection for single statements, the cheapest way to read once and write once.

        On PostgreSQL each statement is its own transaction, without BEGIN and COMMIT; on SQLite they share one
        transaction, which occupies the writer unless it is `read_only`.
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
                # An embedded database uses the machine's clock; reading it through SQL would only lose precision.
                return datetime.now(UTC)
            present: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            return present.astimezone(UTC)

    async def ping(self, seconds: float = 2.0) -> None:
        """Raise an error when the database does not answer within `seconds`."""
        async with asyncio.timeout(seconds), self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def write_obstacle(self) -> WriteObstacle | None:
        """Return why nothing can be written now, None when it can. PostgreSQL's own disk is left to PostgreSQL.

        Idle connections to a PostgreSQL that takes no writes are closed: the next ones may find that it does again.
        """
        if self.sqlite:
            return await asyncio.to_thread(self._file.write_obstacle)
        async with self.reader.connect() as connection:
            read_only = (await connection.execute(text("SELECT current_setting('transaction_read_only')"))).scalar_one()
        if read_only == "off":
            return None
        await self.writer.dispose()
        self._pool.close_idle()
        return WriteObstacle.READ_ONLY

    async def truncate_wal(self) -> bool:
        """Move SQLite's write-ahead log into the database and truncate it; return whether that succeeded.

        It fails, and changes nothing, while somebody reads or writes. On PostgreSQL there is nothing to do.
        """
        return not self.sqlite or await asyncio.to_thread(_checkpoint_and_truncate, str(self.url.database))

    async def close(self) -> None:
        await self.writer.dispose()
        if self.sqlite:
            await self.reader.dispose()
            self._file.note_closed()
        else:
            await self._pool.close()


def _checkpoint_and_truncate(path: str) -> bool:
    # On a dedicated connection with a short time-out: nobody can write while it waits for readers.
    connection = sqlite3.connect(path, timeout=CHECKPOINT_WAIT_SECONDS, isolation_level=None)
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not busy


def referenced_row_missing(error: DBAPIError) -> bool:
    """Return whether a foreign key failed because the referenced row was deleted a moment before."""
    # Our foreign keys are all named fk_…. SQLite has a single writer, so no row disappears during a transaction.
    return getattr(error.orig, "sqlstate", None) == "23503" and '"fk_' in str(error.orig)


def lost_a_race(error: DBAPIError) -> bool:
    """Return whether a concurrent transaction was first, so that the operation can be retried from the start.

    True for a violated constraint, a deadlock that PostgreSQL resolved, and a serialization failure.
    """
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def fault(error: BaseException) -> str:
    """Return the kind of a failure, and its code (PostgreSQL's SQLSTATE or SQLite's name): no word of anybody's rows."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def _sqlite_engine(url: URL, file: OpenFile, size: int, begin: str, *, query_only: bool) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=LOCK_WAIT_SECONDS, connect_args={"timeout": LOCK_WAIT_SECONDS}
    )

    def require_in_place() -> None:
        try:
            file.require_in_place()
        except DatabaseFileGone as error:
            raise DBAPIError(None, None, error) from error

    @event.listens_for(engine.sync_engine, "do_connect")
    def on_do_connect(*_: object) -> None:
        # Before SQLite opens it: it would make a new, empty file.
        require_in_place()

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: object) -> None:
        # The driver's implicit BEGIN is switched off in favour of `on_begin`: a write takes its lock immediately, because
        # a transaction that reads first and upgrades later fails whatever the busy time-out is.
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
        file.note_opened()

    @event.listens_for(engine.sync_engine.pool, "reset")
    def on_reset(connection: DBAPIConnection, _: object, __: object) -> None:
        # A failed commit (on a full disk) leaves SQLite's transaction open, with a lock on the whole file, although
        # SQLAlchemy considers it ended.
        if connection.driver_connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        require_in_place()
        connection.exec_driver_sql(begin)

    return engine
