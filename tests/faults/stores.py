"""The databases of real servers: a file, or a PostgreSQL database created for one test and dropped."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from migrations.run import upgrade


@dataclass(frozen=True, slots=True)
class Store:
    """A database as its operator sees it: `file` on SQLite, `name` on the PostgreSQL server at `server`."""

    url: str
    file: Path | None = None
    server: str = ""
    name: str = ""

    @property
    def kind(self) -> str:
        return "sqlite" if self.file else "postgresql"

    @property
    def env(self) -> Mapping[str, str]:
        """Return the environment of a server on it. An embedded database lies in the data folder."""
        return {} if self.file else {"PORCHLIGHT_DATABASE_URL": self.url}

    async def migrate(self) -> None:
        await upgrade(self._driven)

    async def rows(self, statement: str) -> Sequence[Any]:
        """Return the rows of this query."""
        async with self._connected() as connection:
            return (await connection.execute(text(statement))).all()

    async def count(self, table: str, where: str = "1 = 1") -> int:
        [[rows]] = await self.rows(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(rows)

    async def change(self, *statements: str) -> None:
        """Execute statements from outside, in one transaction."""
        async with self._connected() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
            await connection.commit()

    async def end_leases(self) -> None:
        """Let every lease expire, as if its holder had been away for too long."""
        await self.change("UPDATE deliveries SET lease_until = due_at WHERE state = 'pending'")

    async def go_away(self) -> None:
        """PostgreSQL: refuse new connections and cut every open one."""
        await administer(self.server, f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        await self.cut()

    async def come_back(self) -> None:
        await administer(self.server, f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    async def cut(self) -> None:
        """PostgreSQL: cut every connection; allow new ones."""
        await administer(
            self.server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )

    async def take_no_writes(self) -> None:
        """PostgreSQL: let every session that begins from now on refuse writes, and cut those that began before."""
        await administer(self.server, f'ALTER DATABASE "{self.name}" SET default_transaction_read_only = on')
        await self.cut()

    async def take_writes(self) -> None:
        """PostgreSQL: let sessions that begin from now on write; those that began meanwhile do not notice."""
        await administer(self.server, f'ALTER DATABASE "{self.name}" RESET default_transaction_read_only')

    @property
    def _driven(self) -> str:
        plain = f"///{self.file}" if self.file else self.url.partition(":")[2]
        return ("sqlite+aiosqlite:" if self.file else "postgresql+asyncpg:") + plain

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        engine = create_async_engine(self._driven, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()


def embedded(data_dir: Path) -> Store:
    """Return the database that a server creates in this data folder."""
    file = data_dir / "porchlight.db"
    return Store(f"sqlite:///{file}", file)


@asynccontextmanager
async def on_postgres(server: str) -> AsyncIterator[Store]:
    """Create an empty PostgreSQL database without tables; drop it at the end."""
    name = f"porchlight_faults_{secrets.token_hex(6)}"
    await administer(server, f'CREATE DATABASE "{name}"')
    try:
        yield Store(urlunsplit(urlsplit(server)._replace(path=f"/{name}")), server=server, name=name)
    finally:
        await administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server, timeout=10, command_timeout=30)
    try:
        await connection.execute(statement)
    finally:
        with contextlib.suppress(TimeoutError):
            await connection.close(timeout=5)
