"""What an address of PostgreSQL says holds for every connection: sessions, the pool of a press, the bus, the commands."""

import asyncio
import ssl
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from cli.main import main
from cli.move import move_command
from cli.operator_errors import OperatorError
from core.bus import Bus, PostgresBridge
from core.database import Database
from core.database_address import asyncpg_dsn, sqlalchemy_url
from core.engines import open_engine
from core.settings import Settings
from tests.standins.database_proxy import database_proxy
from tests.standins.tls import authority


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
@pytest.mark.parametrize("name", ["sslmode", "ssl"])
@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-full"])
def test_the_driver_gets_the_mode_under_the_name_it_knows(scheme: str, name: str, mode: str) -> None:
    url = make_url(sqlalchemy_url(f"{scheme}://porch:p%40ss@db/porch?{name}={mode}&target_session_attrs=read-write"))
    assert url.drivername == "postgresql+asyncpg"
    plain = asyncpg_dsn(url)
    assert plain.startswith("postgresql://porch:p%40ss@db/porch?")
    assert make_url(plain).query == {"sslmode": mode, "target_session_attrs": "read-write"}


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:p@one:1,two:2/d", "postgresql:///d?user=u&password=p&host=one:1&host=two:2"],
)
def test_several_hosts_are_given_to_the_driver_as_a_list(address: str) -> None:
    assert make_url(asyncpg_dsn(make_url(sqlalchemy_url(address)))).query["host"] == "one:1,two:2"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://porch:geheim@db:geheim/porch",
        "postgresql://porch:p@ss:geheim@db/porch",
        "postgresql://porch:x@db:54 32/geheim",
    ],
)
def test_a_port_that_is_none_is_named_and_no_part_of_a_password_is_shown(address: str) -> None:
    with pytest.raises(ValueError, match="the port in the address is no number") as raised:
        sqlalchemy_url(address)
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?a=b", "sqlite://var/x"]
)
def test_a_database_that_is_no_file_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        sqlalchemy_url(address)


async def _connects_everywhere(address: str) -> None:
    """Use each way in which a process connects."""
    url = make_url(sqlalchemy_url(address))
    database = Database(sqlalchemy_url(address))
    bridge = PostgresBridge(Bus(), url)
    running = asyncio.create_task(bridge.run())
    command = open_engine(url, poolclass=NullPool)
    try:
        await database.ping(30)
        async with database.statements() as statements:
            assert await statements.execute("SELECT 1 AS one", []) == [(1,)]  # type: ignore[attr-defined]
        async with asyncio.timeout(30):
            await bridge.connected.wait()
        async with command.connect() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    finally:
        running.cancel()
        await database.close()
        await command.dispose()


@pytest.mark.parametrize("mode", ["disable", "prefer"])
async def test_every_connection_opens_with_a_mode_in_the_address(postgres_url: str, mode: str) -> None:
    await _connects_everywhere(f"{postgres_url}?sslmode={mode}")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg"])
async def test_every_connection_uses_the_certificates_in_the_address(
    postgres_url: str, tmp_path: Path, scheme: str
) -> None:
    ca = authority()
    context = ca.server_context(("postgresql",))
    context.verify_mode = ssl.CERT_REQUIRED
    ca.ca.configure_trust(context)
    own = ca.ca.issue_cert("porch@example.org")
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    own.cert_chain_pems[0].write_to_path(str(certificate))
    own.private_key_pem.write_to_path(str(key))
    async with database_proxy(postgres_url, context) as proxy:
        plain = proxy.url.replace("postgresql://", f"{scheme}://")
        files = f"sslrootcert={ca.ca_file}&sslcert={certificate}&sslkey={key}"
        await _connects_everywhere(f"{plain}?sslmode=verify-full&{files}&ssl_min_protocol_version=TLSv1.3")
        assert proxy.encrypted == proxy.opened >= 4


@pytest.mark.parametrize(
    "command", ["serve", "serve --processes 2", "work", "migrate", "keys show", "audit", "restore x", "backup x"]
)
@pytest.mark.parametrize(
    ("parameter", "sentence"),
    [
        ("channel_binding=require", "'channel_binding' in the address is unknown to the database's driver"),
        ("u:p?secret@h/db=x", "a ? in the password is written as %3F"),
        ("sslrootcert=/nowhere/ca.pem", "'sslrootcert' in the address names /nowhere/ca.pem, which is no file here"),
        ("sslmode=always", "'sslmode' in the address is one of disable"),
        ("sslcert=", "'sslcert' in the address has no value"),
    ],
)
def test_every_command_names_the_parameter_that_it_refuses(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    parameter: str,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORCHLIGHT_DATABASE_URL", f"postgresql://porch:hidden@127.0.0.1:1/none?{parameter}")
    assert main(command.split()) == 2
    said = capsys.readouterr().err
    assert "PORCHLIGHT_DATABASE_URL" in said
    assert sentence in said
    assert "hidden" not in said


async def test_a_move_names_the_parameter_that_it_refuses(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    with pytest.raises(OperatorError, match=r"^--to: the parameter 'pgbouncer' in the address is unknown") as refused:
        await move_command(settings, "postgresql+asyncpg://porch:hidden@127.0.0.1:1/none?pgbouncer=true")
    assert "hidden" not in str(refused.value)
