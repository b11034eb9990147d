"""`porchlight move --to URL`: copies a whole installation from SQLite to PostgreSQL, or back. The keys stay where they are.

Nothing may use either database meanwhile. A move that was interrupted goes on where it was when the command is given again.
At the end every row of both databases is compared; only then is the old one marked, so that nobody goes on with it by
mistake.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import Table, delete, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import StaticPool
from tqdm import tqdm

from cli import table_copy
from cli.in_place import MOVED, MOVING
from cli.keyring import MASTER_KEY_FINGERPRINT
from cli.operator_errors import OperatorError
from core.database_address import sqlalchemy_url
from core.engines import open_engine
from core.settings import Settings
from migrations.run import head_revision, upgrade
from models import Installation

UNSTARTED: Final = "an installation that was never started"


async def move_command(settings: Settings, to: str) -> int:
    """Move the installation of these settings, and return the exit status."""
    source_url, target_url = make_url(settings.sqlalchemy_url), _target_url(to)
    if source_url == target_url:
        raise OperatorError("The installation is there already.")
    async with _alone(source_url) as source:
        await _require_head(source)
        await _lock_tables(source)
        print(f"Moving {_shown(source_url)} to {_shown(target_url)}.")
        async with _alone(target_url) as target:
            # Before its tables are touched: the address may be that of another installation, of an earlier release.
            await _find_earlier_move(source, target, target_url)
        await upgrade(str(target_url.render_as_string(hide_password=False)))
        async with _alone(target_url) as target:
            await _begin(source, target, target_url)
            pairs = list(zip(_tables(source), _tables(target), strict=True))
            await _copy_tables(source, target, pairs)
            differing = await _compare(source, target, pairs)
            if differing:
                print(f"These tables differ, so nothing was switched: {', '.join(differing)}.", file=sys.stderr)
                print("Empty the target and move again; if they differ once more, please report it.", file=sys.stderr)
                return 1
            await _mark(source, MOVED, _shown(target_url))
            await target.execute(delete(Installation).where(Installation.name == MOVING))
            await target.commit()
    password = " (with the password)" if target_url.password else ""
    print(f"Every row is there. Start Porchlight with PORCHLIGHT_DATABASE_URL={_shown(target_url)}{password}")
    print(
        f"and with the same key files: {settings.master_key_path}, {settings.push_key_path}, {settings.webpush_key_path}."
    )
    return 0


def _target_url(to: str) -> URL:
    try:
        return make_url(sqlalchemy_url(to))
    except ValueError as error:
        raise OperatorError(f"--to: {error}.") from None


@asynccontextmanager
async def _alone(url: URL) -> AsyncIterator[AsyncConnection]:
    """Open the only connection to a database. Raises OperatorError when anybody else has one."""
    engine = open_engine(url, poolclass=StaticPool)
    try:
        async with engine.connect() as connection:
            if url.get_backend_name() == "sqlite":
                await _lock_file(connection, url)
            else:
                await _require_no_others(connection, url)
            yield connection
            if url.get_backend_name() == "sqlite":
                await connection.rollback()
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    finally:
        await engine.dispose()


async def _lock_file(connection: AsyncConnection, url: URL) -> None:
    await connection.exec_driver_sql("PRAGMA busy_timeout = 2000")
    await connection.exec_driver_sql("PRAGMA locking_mode = EXCLUSIVE")
    # Leaving the write-ahead log needs the file alone, and afterwards the lock on it is kept.
    try:
        mode = (await connection.exec_driver_sql("PRAGMA journal_mode = DELETE")).scalar()
    except OperationalError:
        mode = "in use"
    if mode != "delete":
        raise OperatorError(f"{_shown(url)} is in use. Stop every server and worker, then move.")
    await connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    await connection.rollback()


async def _require_no_others(connection: AsyncConnection, url: URL) -> None:
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    found = (await connection.execute(others)).scalar_one()
    await connection.rollback()
    if found:
        raise OperatorError(f"{_shown(url)} is in use. Stop every server and worker, then move.")


async def _require_head(source: AsyncConnection) -> None:
    revision = (await source.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    await source.rollback()
    if revision != head_revision():
        raise OperatorError("The tables are not those of this release. Run: porchlight migrate")


async def _lock_tables(source: AsyncConnection) -> None:
    """Let nobody write to the source until the end, nor start on it: whoever starts reads `installation` first."""
    if source.dialect.name != "postgresql":
        return
    names = [table.name for table in _tables(source) if table.name != Installation.__tablename__]
    await source.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE MODE"))
    await source.execute(text(f"LOCK TABLE {Installation.__tablename__} IN ACCESS EXCLUSIVE MODE"))


async def _begin(source: AsyncConnection, target: AsyncConnection, target_url: URL) -> None:
    """Mark the target as incomplete, or find that an earlier try has."""
    if await _find_earlier_move(source, target, target_url):
        print("Going on with an earlier move.")
    else:
        await _mark(target, MOVING, (await _marks(source)).get(MASTER_KEY_FINGERPRINT, UNSTARTED))


async def _find_earlier_move(source: AsyncConnection, target: AsyncConnection, target_url: URL) -> bool:
    """Return whether an earlier try has begun to fill this target. Raises OperatorError for any other that is not empty."""
    present = set(await target.run_sync(lambda connection: inspect(connection).get_table_names()))
    here = await _marks(source)
    there = await _marks(target) if Installation.__tablename__ in present else {}
    if MOVED in here and not (here[MOVED] == _shown(target_url) and MOVING in there):
        raise OperatorError(f"This installation was moved to {here[MOVED]}; it is moved on from there.")
    if MOVING in there:
        if there[MOVING] != here.get(MASTER_KEY_FINGERPRINT, UNSTARTED):
            raise OperatorError("Another installation was being moved into this database. Empty it first.")
        return True
    filled = [
        table.name for table in _tables(target) if table.name in present and await table_copy.count(target, table)
    ]
    if filled:
        raise OperatorError(f"The target is not empty: {', '.join(filled)}. A move needs a database of its own.")
    await target.rollback()
    return False


async def _copy_tables(source: AsyncConnection, target: AsyncConnection, pairs: Sequence[tuple[Table, Table]]) -> None:
    total = sum([await table_copy.count(source, from_table) for from_table, _ in pairs])
    with tqdm(total=total, desc="copying", unit=" rows") as progress:
        for from_table, to_table in pairs:
            progress.set_postfix_str(from_table.name)
            if from_table.name == Installation.__tablename__:
                await _copy_installation(source, target)
            else:
                await table_copy.copy_rows(source, target, (from_table, to_table), progress.update)


async def _copy_installation(source: AsyncConnection, target: AsyncConnection) -> None:
    """Copy the facts about the database, without the marks of a move."""
    there = await _marks(target)
    missing = [
        {"name": name, "value": value} for name, value in (await _database_facts(source)).items() if name not in there
    ]
    if missing:
        await target.execute(insert(Installation), missing)
        await target.commit()


async def _compare(
    source: AsyncConnection, target: AsyncConnection, pairs: Sequence[tuple[Table, Table]]
) -> Sequence[str]:
    """Return the tables that do not hold the same; print how many rows each has."""
    differing = []
    for from_table, to_table in tqdm(pairs, desc="comparing", unit=" tables"):
        if from_table.name == Installation.__tablename__:
            same = await _database_facts(source) == await _database_facts(target)
            rows = len(await _database_facts(source))
        else:
            before = await table_copy.read_contents(source, from_table)
            same = before == await table_copy.read_contents(target, to_table)
            rows = before.rows
        if not same:
            differing.append(from_table.name)
        tqdm.write(f"  {from_table.name}: {rows:,} rows, {'the same' if same else 'NOT the same'}")
    return differing


async def _database_facts(connection: AsyncConnection) -> dict[str, str]:
    return {name: value for name, value in (await _marks(connection)).items() if name not in {MOVING, MOVED}}


async def _marks(connection: AsyncConnection) -> dict[str, str]:
    return dict((await connection.execute(select(Installation.name, Installation.value))).tuples().all())


async def _mark(connection: AsyncConnection, name: str, value: str) -> None:
    if name not in await _marks(connection):
        await connection.execute(insert(Installation).values(name=name, value=value))
    await connection.commit()


def _tables(connection: AsyncConnection) -> Sequence[Table]:
    return table_copy.tables(connection.dialect.name)


def _shown(url: URL) -> str:
    """Return the address without a password, as its operator would write it."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)[:256]
