"""Explains errors that an operator can fix, in one sentence instead of a traceback."""

import asyncio
import ssl
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from core.settings import Settings

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
    if isinstance(root, asyncpg.UndefinedTableError) or "no such table" in str(root):
        return f"The tables do not exist yet ({database_address}). Run: porchlight migrate"
    if isinstance(root, ConnectionError | asyncio.TimeoutError) or (
        isinstance(root, OSError) and settings.database_url is not None
    ):
        return _no_connection(root, database_address)
    if isinstance(root, PermissionError):
        return f"{root.filename} cannot be written. See PORCHLIGHT_DATA_DIR."
    return None


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
