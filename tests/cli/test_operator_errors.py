"""What stands between Porchlight and its database is said in one sentence that names what to look at."""

import asyncio
import errno
import sqlite3
import ssl
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from cli.main import main
from cli.operator_errors import OperatorError, explain
from core.database import Database
from core.settings import Settings


def settings(tmp_path: Path, address: str) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, database_url=SecretStr(address))


async def failure(settings: Settings) -> Exception:
    """Return what a connection to this database raises."""
    database = Database(settings.sqlalchemy_url, 1)
    try:
        with pytest.raises(Exception) as raised:
            async with database.read() as session:
                await session.connection()
    finally:
        await database.close()
    return raised.value


async def test_a_server_without_encryption(tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # "SSLRequest"
        writer.write(b"N")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        here = settings(tmp_path, f"postgresql://porch@127.0.0.1:{port}/porch?sslmode=require")
        said = explain(await failure(here), here)
    assert said is not None
    assert said.startswith(f"No encrypted connection to the database at 127.0.0.1:{port} comes about (it offers none).")
    assert "sslmode" in said


async def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nonsense")
    here = settings(tmp_path, f"postgresql://porch@127.0.0.1:1/porch?sslmode=verify-full&sslrootcert={nonsense}")
    said = explain(await failure(here), here)
    assert said is not None
    assert said.startswith("No encrypted connection to the database at 127.0.0.1:1 comes about (NO_CERTIFICATE")


async def test_nobody_listens(tmp_path: Path) -> None:
    here = settings(tmp_path, "postgresql://porch@127.0.0.1:1/porch")
    said = explain(await failure(here), here)
    assert said is not None
    assert said.startswith("The database at 127.0.0.1:1 does not answer.")


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        (OperatorError("One sentence."), "One sentence."),
        (asyncpg.InvalidCatalogNameError(), "There is no database porch. Create it first"),
        (asyncpg.InvalidPasswordError(), "The database at db:5432 refuses this user or password."),
        (asyncpg.UndefinedTableError(), "The tables do not exist yet (db:5432). Run: porchlight migrate"),
        (
            OSError(errno.EROFS, "Read-only file system", "/keys/webpush.pem"),
            "/keys/webpush.pem cannot be used (Read-only",
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "The database at db:5432 does not answer."),
        (TimeoutError(), "The database at db:5432 does not answer."),
        (ssl.SSLCertVerificationError(1, "failed"), "No encrypted connection to the database at db:5432 comes about"),
    ],
)
def test_what_an_operator_can_mend(error: Exception, beginning: str, tmp_path: Path) -> None:
    said = explain(error, settings(tmp_path, "postgresql://porch@db/porch"))
    assert said is not None
    assert said.startswith(beginning)


async def test_what_is_wrong_with_the_file_of_an_embedded_database(tmp_path: Path) -> None:
    here = Settings(_env_file=None, data_dir=tmp_path / "nowhere")
    assert str(explain(await failure(here), here)).startswith(f"{tmp_path}/nowhere/porchlight.db: this file cannot be")
    (tmp_path / "porchlight.db").write_bytes(b"nonsense" * 1000)
    here = Settings(_env_file=None, data_dir=tmp_path)
    assert "this file is no database" in str(explain(await failure(here), here))


def test_a_full_disk_and_a_busy_file_are_named(tmp_path: Path) -> None:
    here = Settings(_env_file=None, data_dir=tmp_path)
    file = tmp_path / "porchlight.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("CREATE TABLE rows (word TEXT)")
        first.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            first.execute("INSERT INTO rows VALUES (?)", ("word" * 10_000,))
        first.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(file, timeout=0)) as second, pytest.raises(sqlite3.OperationalError) as busy:
            second.execute("SELECT * FROM rows")
    assert explain(full.value, here) == f"{file}: the disk is full. Make room, and give the command again."
    assert "another process holds this database" in str(explain(busy.value, here))


def test_a_bug_is_not_explained(tmp_path: Path) -> None:
    assert explain(ZeroDivisionError(), settings(tmp_path, "postgresql://porch@db/porch")) is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (asyncpg.TooManyConnectionsError, "takes no more connections"),
        (asyncpg.CannotConnectNowError, "is being started"),
        (asyncpg.AdminShutdownError, "is being stopped"),
        (asyncpg.ReadOnlySQLTransactionError, "takes no writes"),
        (asyncpg.DiskFullError, "has no room left"),
        (asyncpg.InsufficientPrivilegeError, "does not allow this user"),
        (asyncpg.LockNotAvailableError, "has its tables in use"),
        (asyncpg.DeadlockDetectedError, "has its tables in use"),
    ],
)
def test_what_state_the_server_is_in(tmp_path: Path, kind: type[asyncpg.PostgresError], said: str) -> None:
    here = settings(tmp_path, "postgresql://porch:secret@db.example/porch")
    sentence = explain(DBAPIError(None, None, kind("Somebody's row")), here)
    assert sentence is not None
    assert sentence.startswith(f"The database at db.example:5432 {said}")
    assert "row" not in sentence


def test_a_disk_that_is_full_is_not_taken_for_a_database_that_is_away(tmp_path: Path) -> None:
    """As when `keys rotate` writes the new key file."""
    here = settings(tmp_path, "postgresql://porch@db.example/porch")
    sentence = explain(OSError(errno.ENOSPC, "No space left on device"), here)
    assert sentence == "A disk of this machine is full. Make room, and give the command again."


@pytest.mark.parametrize("port", ["65536", "99999", "-1"])
def test_a_port_that_there_is_not(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", f"--port={port}"])
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err
