"""Database faults, provoked in a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from tests.world.world import World


@asynccontextmanager
async def no_commit_goes_through(world: World, table: str = "reach_outs") -> AsyncIterator[None]:
    """Let the database refuse every insert of a reach-out, or into this table, at COMMIT, not earlier."""
    refusal = (
        "CREATE TABLE refuse (person_id CHAR(36) REFERENCES refused_parents (id) DEFERRABLE INITIALLY DEFERRED)",
        f"CREATE TRIGGER refuse AFTER INSERT ON {table} BEGIN INSERT INTO refuse VALUES ('nobody'); END"
        if world.sqlite
        else f"CREATE TRIGGER refuse AFTER INSERT ON {table} EXECUTE FUNCTION refuse()",
    )
    function = (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO refuse VALUES ('nobody'); RETURN NULL; END $$"
    )
    undo = (
        "DROP TRIGGER refuse" + ("" if world.sqlite else f" ON {table}"),
        "DROP TABLE refuse",
        "DROP TABLE refused_parents",
    )
    async with world.database.writer.begin() as connection:
        for statement in ("CREATE TABLE refused_parents (id CHAR(36) PRIMARY KEY)", refusal[0]):
            await connection.execute(text(statement))
        if not world.sqlite:
            await connection.execute(text(function))
        await connection.execute(text(refusal[1]))
    try:
        yield
    finally:
        async with world.database.writer.begin() as connection:
            for statement in undo if world.sqlite else (*undo, "DROP FUNCTION refuse"):
                await connection.execute(text(statement))


@asynccontextmanager
async def a_newer_release_beside_it(world: World, table: str = "notices") -> AsyncIterator[None]:
    """Let the table take kinds that this release does not know, as a newer release's migration would."""
    name = f"ck_{table}_kind"
    async with world.database.writer.begin() as connection:
        if world.sqlite:
            kept = None
        else:
            definition = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
            kept = (await connection.execute(definition, {"name": name})).scalar_one()
            await connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    if world.sqlite:
        await _pragma(world, "ignore_check_constraints = ON")
    try:
        yield
    finally:
        async with world.database.writer.begin() as connection:
            await connection.execute(text(f"DELETE FROM {table}"))
            if kept is not None:
                await connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {kept}"))
        if world.sqlite:
            await _pragma(world, "ignore_check_constraints = OFF")


async def _pragma(world: World, word: str) -> None:
    """Set a PRAGMA on the one connection that writes."""
    async with world.database.writer.connect() as connection:
        await connection.execute(text(f"PRAGMA {word}"))


@asynccontextmanager
async def no_claim_goes_through(world: World) -> AsyncIterator[None]:
    """Let the database refuse every update of a delivery: rows can be read and locked, then the write fails."""
    function = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
    trigger = "CREATE TRIGGER refuse BEFORE UPDATE ON deliveries " + (
        "BEGIN SELECT RAISE(ABORT, 'no'); END" if world.sqlite else "EXECUTE FUNCTION refuse()"
    )
    drop = "DROP TRIGGER refuse" + ("" if world.sqlite else " ON deliveries")
    async with world.database.writer.begin() as connection:
        for statement in [trigger] if world.sqlite else [function, trigger]:
            await connection.execute(text(statement))
    try:
        yield
    finally:
        async with world.database.writer.begin() as connection:
            for statement in [drop] if world.sqlite else [drop, "DROP FUNCTION refuse"]:
                await connection.execute(text(statement))
