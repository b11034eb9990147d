"""INSERT … ON CONFLICT, which both databases have, each in a construct of its own."""

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


async def insert_statement(session: AsyncSession, table: type[DeclarativeBase]) -> SqliteInsert | PostgresqlInsert:
    """Return an insert into this table that can be given `on_conflict_do_update` or `on_conflict_do_nothing`."""
    sqlite = (await session.connection()).dialect.name == "sqlite"
    return sqlite_insert(table) if sqlite else postgresql_insert(table)
