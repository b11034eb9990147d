"""The environment of a benchmark: its databases on a PostgreSQL server, a folder for keys, environment variables."""

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
"""The server for the databases, which are named bench_… and dropped at the end."""

CONNECTIONS = 10
"""Database connections of each server, including the floor: more do not help on two cores."""


class Environment:
    """Creates databases and drops them at the end. All share one key file, so that people can be copied between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._databases: list[str] = []

    async def database(self, name: str, template: str | None = None) -> str:
        """Return the address of a new database: migrated and empty, or a copy of the one at `template`."""
        full_name = f"bench_{name}_{os.getpid()}"
        origin = f" TEMPLATE {urlsplit(template).path[1:]}" if template else ""
        await _run_on_server(
            f"DROP DATABASE IF EXISTS {full_name} WITH (FORCE)", f"CREATE DATABASE {full_name}{origin}"
        )
        self._databases.append(full_name)
        address = _address(full_name)
        if template is None:
            await self.migrate(address)
        return address

    async def empty_database(self, name: str) -> str:
        """Return the address of a new database without tables."""
        return await self.database(name, template=_address("template1"))

    async def migrate(self, address: str) -> None:
        """Bring the tables of this database, which may be an SQLite file that does not exist yet, to the newest version."""
        await upgrade(self.settings(address).sqlalchemy_url)

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
        """Return the environment of a server on this database (None: an embedded one), which logs warnings only."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
        variables |= {"PORCHLIGHT_DATA_DIR": str(self.folder), "PORCHLIGHT_LOG_LEVEL": "WARNING"}
        # All people of a benchmark sign up from this machine.
        variables["PORCHLIGHT_SIGN_UPS"] = "1000000"
        variables["PORCHLIGHT_DATABASE_CONNECTIONS"] = str(CONNECTIONS)
        # Without cached bytecode, every start would compile all imported modules.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        variables["PYTHONPYCACHEPREFIX"] = str(self.folder / "bytecode")
        if address is not None:
            variables["PORCHLIGHT_DATABASE_URL"] = address
        return variables | more

    async def close(self) -> None:
        for name in self._databases:
            await _run_on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@asynccontextmanager
async def open_environment() -> AsyncIterator[Environment]:
    """Open an environment, and remove everything in it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="porchlight-bench-"))
    environment = Environment(folder)
    try:
        yield environment
    finally:
        await environment.close()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def connect(address: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    for attempt in range(60):
        try:
            connection = await asyncpg.connect(address)
            break
        except asyncpg.TooManyConnectionsError:
            # Others use this server too.
            await asyncio.sleep(0.1 * attempt)
    else:
        raise RuntimeError("PostgreSQL has no free connection")
    try:
        yield connection
    finally:
        await connection.close()


async def postgres_version() -> str | None:
    """Return the server's version; None when there is no server."""
    try:
        async with connect(SERVER) as connection:
            return str(await connection.fetchval("SHOW server_version")).split(" ", maxsplit=1)[0]
    except (OSError, asyncpg.PostgresError):
        return None


async def _run_on_server(*statements: str) -> None:
    async with connect(SERVER) as connection:
        for statement in statements:
            await connection.execute(statement)


def _address(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
