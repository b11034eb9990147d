"""Explains errors that an operator can fix, in one sentence instead of a traceback."""

import errno
import sqlite3
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from core.settings import Settings

PRIMARY_CODE: Final = 0xFF
"""The part of SQLite's extended result codes that says what kind of failure it is (sqlite.org/rescode.html)."""
FILE_FAULTS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_CANTOPEN: "this file cannot be opened. See PORCHLIGHT_DATA_DIR, and whether this user may write there",
    sqlite3.SQLITE_NOTADB: "this file is no database. A backup takes its place with: porchlight restore FILE",
    sqlite3.SQLITE_CORRUPT: "this database is damaged. A backup takes its place with: porchlight restore FILE",
    sqlite3.SQLITE_FULL: "the disk is full. Make room, and give the command again",
    sqlite3.SQLITE_READONLY: "this database cannot be written by this user, or its disk is read-only",
    sqlite3.SQLITE_IOERR: "the disk is full, or fails to read or write this database",
    sqlite3.SQLITE_BUSY: "another process holds this database. Wait until it is done, or stop it",
}
SERVER_FAULTS: Final[Mapping[str, str]] = {
    "25006": "takes no writes: it is a standby, or default_transaction_read_only is on. Give the command again when it does",
    "40P01": "has its tables in use by other processes. Nothing of the last step was changed; give the command again",
    "42501": "does not allow this user to do that. See which user PORCHLIGHT_DATABASE_URL names",
    "53100": "has no room left on its disk. Make room, and give the command again",
    "53300": "takes no more connections. Raise max_connections there, or lower PORCHLIGHT_DATABASE_CONNECTIONS",
    "55P03": "has its tables in use by other processes. Nothing of the last step was changed; give the command again",
    "57P01": "is being stopped or restarted. Give the command again when it answers",
    "57P02": "is being stopped or restarted. Give the command again when it answers",
    "57P03": "is being started, stopped or restarted. Give the command again when it answers",
}
"""What PostgreSQL's codes mean for an operator (postgresql.org/docs/current/errcodes-appendix.html)."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_TLS = "rejected SSL upgrade"
"""What asyncpg says, as a bare ConnectionError, when a server has no encryption and `sslmode` asks for it."""


class OperatorError(Exception):
    """A mistake in the settings or the environment; its text is one sentence for the operator."""


def explain(error: BaseException, settings: Settings) -> str | None:  # noqa: PLR0911 (a table, read from top to bottom)
    """Return what went wrong and what to do about it; None for a bug, whose traceback is needed."""
    if isinstance(error, OperatorError):
        return str(error)
    if isinstance(error, NoSuchModuleError | ArgumentError | ModuleNotFoundError):
        return "PORCHLIGHT_DATABASE_URL: it begins with postgresql:// or sqlite:///, nothing else."
    root = error.orig if isinstance(error, DBAPIError) else error
    while root is not None and root.__cause__ is not None:
        root = root.__cause__
    database_address = _database_address(settings)
    if isinstance(root, asyncpg.InvalidCatalogNameError):
        return f"There is no database {make_url(settings.sqlalchemy_url).database}. Create it first (createdb)."
    if isinstance(root, asyncpg.InvalidPasswordError | asyncpg.InvalidAuthorizationSpecificationError):
        return f"The database at {database_address} refuses this user or password. See PORCHLIGHT_DATABASE_URL."
    if isinstance(root, asyncpg.ClientConfigurationError):
        return f"PORCHLIGHT_DATABASE_URL: {root}"
    if isinstance(root, asyncpg.PostgresError) and root.sqlstate in SERVER_FAULTS:
        return f"The database at {database_address} {SERVER_FAULTS[root.sqlstate]}."
    if isinstance(root, asyncpg.UndefinedTableError) or "no such table" in str(root):
        return f"The tables do not exist yet ({database_address}). Run: porchlight migrate"
    if isinstance(root, sqlite3.Error):
        return _no_file(root, database_address)
    return _outside(root, settings, database_address) if isinstance(root, OSError) else None


def _outside(error: OSError, settings: Settings, database_address: str) -> str | None:
    """Explain what the system says: of a file, which it names, or else of a connection."""
    if error.errno in NO_ROOM:
        # A full disk is noticed while a file is written, when the system no longer names it.
        return "A disk of this machine is full. Make room, and give the command again."
    if error.filename is not None:
        return f"{error.filename} cannot be used ({error.strerror}). See PORCHLIGHT_DATA_DIR, and the settings of the key files."
    if isinstance(error, ConnectionError | TimeoutError) or settings.database_url is not None:
        return _no_connection(error, database_address)
    return None


def _no_file(error: sqlite3.Error, file: str) -> str | None:
    """Explain what is wrong with the file or the disk that it lies on; None for a statement that is wrong."""
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY_CODE
    if primary not in FILE_FAULTS:
        return None
    return f"{file}: {FILE_FAULTS[primary]}."


def _no_connection(error: Exception, database_address: str) -> str:
    if isinstance(error, ssl.SSLError) or _NO_TLS in str(error):
        reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "it offers none"
        return (
            f"No encrypted connection to the database at {database_address} comes about ({reason}). See sslmode and the"
            " certificates that PORCHLIGHT_DATABASE_URL names."
        )
    return f"The database at {database_address} does not answer. Is it running, and is PORCHLIGHT_DATABASE_URL right?"


def _database_address(settings: Settings) -> str:
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or ""))
    return f"{url.host}:{url.port or 5432}" if url.host else str(url.query.get("host", "this machine"))
