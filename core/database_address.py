"""Reads the address of a database, for every command: with the driver that SQLAlchemy uses, and what libpq's parameters say."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

FILE_PARAMETERS: Final = frozenset({"sslcert", "sslkey", "sslrootcert", "sslcrl"})
PARAMETERS: Final = FILE_PARAMETERS | {
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service", "target_session_attrs"),
    *("sslmode", "sslnegotiation", "sslpassword", "ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("krbsrvname", "gsslib"),
    # For the server: what it lists as the connection's name, and its own settings.
    *("application_name", "options"),
}
"""What asyncpg reads in an address. It would send any other name to the server, as a setting."""
TLS_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SYNONYMS: Final = {"ssl": "sslmode"}
"""SQLAlchemy's name for a parameter, by libpq's."""


def sqlalchemy_url(address: str) -> str:
    """Return a database's address with the driver that SQLAlchemy should use.

    Raises ValueError for a parameter that the driver does not know, for a named file that cannot be read, for a port that is
    none and for an SQLite address without a file. The text is one sentence for the operator and holds no value of a
    parameter but the name of a file.
    """
    for plain in ("postgresql+asyncpg://", "postgresql://", "postgres://"):
        if address.startswith(plain):
            _check_parameters(address)
            return _readable("postgresql+asyncpg://" + _with_hosts_as_parameter(address.removeprefix(plain)))
    if address.startswith("sqlite:"):
        file = address.removeprefix("sqlite:///").partition("?")[0]
        if file in {"", ":memory:"} or file.startswith("sqlite:"):
            # Each connection would open an empty database of its own.
            raise ValueError("the address names no file: write sqlite:///var/porchlight.db, or /// and a path from /")
        return "sqlite+aiosqlite:///" + address.removeprefix("sqlite:///")
    return address


def _readable(url: str) -> str:
    """Return the address unless SQLAlchemy cannot read it."""
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # What it takes for a port may be the end of a password, and is not shown.
        raise ValueError(
            "the port in the address is no number; in a user's name or password, @ : / and % are written as %40 %3A %2F %25"
        ) from None
    return url


def asyncpg_dsn(url: URL) -> str:
    """Return a database's address for asyncpg itself, with libpq's names for the parameters."""
    query = {
        # SQLAlchemy repeats `host` for each of several; asyncpg takes the last one, and a list with commas as libpq does.
        _SYNONYMS.get(name, name): value if isinstance(value, str) else ",".join(value)
        for name, value in url.query.items()
    }
    return url.set(drivername="postgresql", query=query).render_as_string(hide_password=False)


def _check_parameters(address: str) -> None:
    for given, value in parse_qsl(urlsplit(address).query, keep_blank_values=True):
        name = _SYNONYMS.get(given, given)
        if not name.isidentifier():
            # It may be the end of a password, and is not shown.
            raise ValueError("what follows the ? in the address is no parameter; a ? in the password is written as %3F")
        if name not in PARAMETERS:
            raise ValueError(f"the parameter {name!r} in the address is unknown to the database's driver; leave it out")
        if not value:
            raise ValueError(f"the parameter {name!r} in the address has no value")
        if name in FILE_PARAMETERS and not Path(value).is_file():
            raise ValueError(f"the parameter {name!r} in the address names {value}, which is no file here")
        if name == "sslmode" and value not in TLS_MODES:
            raise ValueError(f"the parameter {given!r} in the address is one of {', '.join(TLS_MODES)}")


def _with_hosts_as_parameter(rest: str) -> str:
    """Return what follows `://` with several hosts, which SQLAlchemy does not read there, in a parameter instead."""
    parts = urlsplit(f"//{rest}")
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return rest
    query = "&".join(part for part in (parts.query, urlencode({"host": hosts})) if part)
    return f"{user}{at}{parts.path}?{query}"
