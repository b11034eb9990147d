"""Opens connections to the database: plain ones to PostgreSQL, and SQLAlchemy's engines, which use the same.

A firewall may forget a connection that is idle, without a word to either side. So idle connections show that they are alive
(TCP keepalives), what is sent and not acknowledged fails soon, and one that was idle for long is asked before it is used.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import AdaptedConnection, DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from core.database_address import asyncpg_dsn
from core.statements import ASYNCPG_FAILURES

AsyncpgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_SECONDS: Final = 5
IDLE_SECONDS: Final = 30.0
"""Seconds after which an idle connection is asked before it is used; firewalls forget after some minutes."""
PROBE_SECONDS: Final = 1.0
"""Seconds that a connection has to answer then; a press waits meanwhile."""
READ_ONLY_STATE: Final = "25006"
"""PostgreSQL's code for a write where none is taken: on a standby, or in a session that began while writes were switched off."""
_KEEPALIVES: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 5_000}
"""Options of TCP by their names in `socket`, in seconds, but the last one: milliseconds without an acknowledgement."""


async def open_asyncpg(
    dsn: str, settings: Mapping[str, str] | None = None, command_seconds: float | None = None
) -> AsyncpgConnection:
    """Open a connection with these settings of PostgreSQL, whose statements may take `command_seconds`.

    Raises ASYNCPG_FAILURES, and TimeoutError after `CONNECT_SECONDS`.
    """
    connection = await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=command_seconds, server_settings=dict(settings or {})
    )
    _keep_alive(connection)
    return connection


async def is_alive(connection: AsyncpgConnection) -> bool:
    """Return whether a connection answers within `PROBE_SECONDS`; one that does not is closed."""
    try:
        await connection.execute("SELECT 1", timeout=PROBE_SECONDS)
    except ASYNCPG_FAILURES:
        connection.terminate()
        return False
    except BaseException:
        connection.terminate()
        raise
    return True


def open_engine(
    url: URL,
    settings: Mapping[str, str] | None = None,
    command_seconds: float | None = None,
    **options: Any,  # noqa: ANN401 (SQLAlchemy's own)
) -> AsyncEngine:
    """Return an engine for either database. `options` are those of SQLAlchemy's `create_async_engine`."""
    if url.get_backend_name() == "sqlite":
        return create_async_engine(url, **options)
    dsn = asyncpg_dsn(url)
    # The dialect would hand the address's parameters to asyncpg as arguments, which have other names.
    return create_async_engine(
        url.set(query={}), async_creator=lambda: open_asyncpg(dsn, settings, command_seconds), **options
    )


def probe_idle_connections(engine: AsyncEngine) -> None:
    """Let an engine on PostgreSQL ask a connection that was idle for long before it lends it.

    When one is dead, so are those that were idle for longer: closing them here spares others the same wait.
    """
    idle: dict[ConnectionPoolEntry, tuple[AsyncpgConnection, float]] = {}

    @event.listens_for(engine.sync_engine, "checkin")
    def on_checkin(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if connection is not None and entry.driver_connection is not None:
            idle[entry] = entry.driver_connection, time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        connection_before, since = idle.pop(entry, (None, 0.0))
        if connection_before is not entry.driver_connection or time.monotonic() - since < IDLE_SECONDS:
            return
        if not cast("AdaptedConnection", connection).run_async(is_alive):
            for older, idle_since in idle.values():
                if idle_since <= since:
                    older.terminate()
            raise InvalidatePoolError

    @event.listens_for(engine.sync_engine, "close")
    def on_close(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        idle.pop(entry, None)


def replace_read_only_connections(engine: AsyncEngine) -> None:
    """Let an engine on PostgreSQL open its connections anew once one of them was refused a write, as `AsyncpgPool` does."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY_STATE:
            context.is_disconnect = True


def _keep_alive(connection: AsyncpgConnection) -> None:
    # asyncpg has no option for it. What a system lacks of these, it does without.
    transport: asyncio.BaseTransport | None = getattr(connection, "_transport", None)
    open_socket = transport.get_extra_info("socket") if transport is not None else None
    if open_socket is None or open_socket.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    with contextlib.suppress(OSError):
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVES.items():
            if (option := getattr(socket, name, None)) is not None:
                open_socket.setsockopt(socket.IPPROTO_TCP, option, value)
