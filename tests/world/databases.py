"""Empty, migrated databases for tests: a copied file on SQLite, one database a test process on PostgreSQL."""

import asyncio
import getpass
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from migrations.run import upgrade
from models import Base, OperatorAction
from tests.world.own_postgres import own_server

COMPLETE = "PORCHLIGHT_TESTS_COMPLETE"
"""Set to 1 where a missing PostgreSQL is a failure and not a reason to skip (CI)."""
MEMORY = "/dev/shm"
LOCAL = "postgresql://{user}@127.0.0.1:5432/postgres"

# Rows of `operator_actions` are never deleted, not even here: its triggers refuse.
_EMPTY = ";".join(
    f"DELETE FROM {table.name}"
    for table in reversed(Base.metadata.sorted_tables)
    if table.name != OperatorAction.__tablename__
)


class Postgres:
    """One migrated database that belongs to this test process alone, in a `with` block."""

    def __init__(self, url: str) -> None:
        self.url = url
        # On a new connection PostgreSQL reads its catalog and plans anew, which takes ten times as long as the deletions.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection = self._runner.run(_connect(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()

    def empty(self) -> None:
        """Delete all rows; not in a running event loop."""
        self._runner.run(self._connection.execute(_EMPTY))


@dataclass(frozen=True, slots=True)
class Sqlite:
    """One SQLite file that belongs to this test process alone, copied from a template for each test."""

    path: Path
    template: Path

    def empty(self) -> None:
        for old in self.path.parent.glob(f"{self.path.name}*"):
            old.unlink()
        shutil.copyfile(self.template, self.path)

    @property
    def url(self) -> str:
        """Return the plain address, as an operator would write it."""
        return f"sqlite:///{self.path}"


@contextmanager
def sqlite() -> Iterator[Sqlite]:
    # In memory where possible: a test kills processes, never the machine, so no write has to reach a disk.
    with tempfile.TemporaryDirectory(prefix="porchlight-", dir=MEMORY if Path(MEMORY).is_dir() else None) as folder:
        template = Path(folder) / "template.sqlite3"
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{template}"))
        yield Sqlite(Path(folder) / "porchlight.db", template)


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """Create a migrated database on the available server and drop it at the end; None without a server."""
    with own_server(_server()) as server:
        if server is None:
            yield None
            return
        name = f"porchlight_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
        asyncio.run(_execute(server, drop))
        asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
        # A test kills our servers, never PostgreSQL itself, so commits need not wait for the disk.
        asyncio.run(_execute(server, f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        try:
            asyncio.run(upgrade("postgresql+asyncpg://" + url.partition("://")[2]))
            with Postgres(url) as database:
                yield database
        finally:
            asyncio.run(_execute(server, drop))


def _server() -> str | None:
    """Return the address of a server that answers: TEST_POSTGRES_URL, else one on this machine."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        # A named server must answer: a typing mistake is not a reason to skip.
        asyncio.run(_execute(named, "SELECT 1"))
        return named
    for user in dict.fromkeys(["postgres", getpass.getuser()]):
        address = LOCAL.format(user=user)
        try:
            asyncio.run(_execute(address, "SELECT 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            continue
        return address
    return None


async def _execute(url: str, statement: str) -> None:
    connection = await _connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url, timeout=10, command_timeout=30)
    return connection
