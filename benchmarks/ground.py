"""The ground a benchmark stands on: databases of its own on a PostgreSQL server, a folder for keys, an environment."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from pydantic import SecretStr

from cli.keyring import open_keyring
from core.database import Database
from core.encryption import Keyring
from core.settings import Settings
from migrations.run import upgrade

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
"""Where databases may be made. Everything made there is called bench_… and dropped at the end."""

CONNECTIONS = 10
"""Database connections of each server, the floor's too: more do not help two cores, and others may want some."""


class Ground:
    """Makes databases and remembers them. One key file for all: people can be copied from one into another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: list[str] = []

    async def database(self, name: str, like: str | None = None) -> str:
        """Return the address of a new database: migrated and empty, or a copy of the one at `like`."""
        full = f"bench_{name}_{os.getpid()}"
        origin = f" TEMPLATE {urlsplit(like).path[1:]}" if like else ""
        await _on_server(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)", f"CREATE DATABASE {full}{origin}")
        self._made.append(full)
        address = _address(full)
        if like is None:
            await upgrade(self.settings(address).sqlalchemy_url)
        return address

    async def keyring(self, address: str) -> Keyring:
        """Return the keyring that a server on this database will open."""
        settings = self.settings(address)
        database = Database(settings.sqlalchemy_url, 2)
        try:
            return await open_keyring(settings, database)
        finally:
            await database.close()

    def settings(self, address: str) -> Settings:
        return Settings(_env_file=None, database_url=SecretStr(address), data_dir=self.folder)

    def env(self, address: str | None, **more: str) -> dict[str, str]:
        """Return the environment of a server on this database (None: the embedded one); it logs warnings only."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
        kept |= {"PORCHLIGHT_DATA_DIR": str(self.folder), "PORCHLIGHT_LOG_LEVEL": "WARNING"}
        # Whoever is measured signs up from here.
        kept["PORCHLIGHT_SIGN_UPS"] = "1000000"
        kept["PORCHLIGHT_DATABASE_CONNECTIONS"] = str(CONNECTIONS)
        # An environment that keeps no bytecode would have every start compile all it imports.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        kept["PYTHONPYCACHEPREFIX"] = str(self.folder / "bytecode")
        if address is not None:
            kept["PORCHLIGHT_DATABASE_URL"] = address
        return kept | more

    async def close(self) -> None:
        for name in self._made:
            await _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Open a ground that leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="porchlight-bench-"))
    new_ground = Ground(folder)
    try:
        yield new_ground
    finally:
        await new_ground.close()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def connected(address: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    for patience in range(60):
        try:
            connection = await asyncpg.connect(address)
            break
        except asyncpg.TooManyConnectionsError:
            # Others use this server as well.
            await asyncio.sleep(0.1 * patience)
    else:
        raise RuntimeError("PostgreSQL has no connection to spare")
    try:
        yield connection
    finally:
        await connection.close()


async def postgres_version() -> str | None:
    """Return the server's version; None when there is no server to be had."""
    try:
        async with connected(SERVER) as connection:
            return str(await connection.fetchval("SHOW server_version")).split(" ", maxsplit=1)[0]
    except (OSError, asyncpg.PostgresError):
        return None


async def _on_server(*statements: str) -> None:
    async with connected(SERVER) as connection:
        for statement in statements:
            await connection.execute(statement)


def _address(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
