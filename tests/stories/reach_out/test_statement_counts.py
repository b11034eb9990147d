"""The number of statements of each use case, on both databases: every further one is a round trip to wait for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Database
from core.statements import AsyncpgStatements
from core.unit_of_work import UnitOfWork
from rules.reach_out import advance
from tests.world.person import Person
from tests.world.world import World

Statements = list[str]

EXPECTED = {
    # BEGIN counts, except for a press on PostgreSQL; so does each insert into a table on SQLite.
    "sqlite": {
        "press": 6,
        "claim": 3,
        "answer": 18,
        "talking": 14,
        "cannot": 17,
        "rung 2": 5,
        "press again": 11,
        "nudge within 30 s": 8,
        "mute": 8,
        "a phone is removed": 13,
        "a member leaves": 19,
        "close": 14,
    },
    "postgresql": {
        "press": 2,
        "claim": 1,
        "answer": 15,
        "talking": 12,
        "cannot": 14,
        "rung 2": 4,
        "press again": 9,
        "nudge within 30 s": 7,
        "mute": 7,
        "a phone is removed": 12,
        "a member leaves": 18,
        "close": 12,
    },
}
"""With a circle of three. A higher number needs a reason; a lower one is written down."""


@pytest.fixture
def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """List the statements of this task within the block; those of other tasks are not counted."""
    listed: list[Statements] = []

    def note(statement: str) -> None:
        if listed and asyncio.current_task() is task:
            listed[-1].append(statement)

    def on_execute(_c: object, _u: object, statement: str, *_: object) -> None:
        note(statement)

    task = None
    execute = AsyncpgStatements.execute

    async def noted(self: AsyncpgStatements, sql: str, arguments: Sequence[Any]) -> list[Any]:
        note(sql)
        return await execute(self, sql, arguments)

    monkeypatch.setattr(AsyncpgStatements, "execute", noted)
    engines = engines_of(world.database)
    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", on_execute)

    @contextmanager
    def block() -> Iterator[Statements]:
        nonlocal task
        task = asyncio.current_task()
        listed.append([])
        yield listed[-1]
        listed.append([])

    yield block
    for engine in engines:
        event.remove(engine.sync_engine, "before_cursor_execute", on_execute)


def engines_of(database: Database) -> list[AsyncEngine]:
    # On PostgreSQL the reader is the writer's engine with another isolation level: events of one reach both.
    return [database.writer, database.reader] if database.sqlite else [database.writer]


@pytest.fixture
async def circle(world: World) -> list[Person]:
    """Maya with a phone; three members with a phone each, the third on rung 2. No process sends the pushes."""
    people = await world.circle("sponsor", "friend", "partner", steps=[1, 1, 2])
    await people[0].device()
    world.here.forget_pushes()
    return people


async def move(world: World, reach_out_id: str) -> None:
    async with world.database.write() as session:
        unit = UnitOfWork(session, world.now(), world.keyring)
        assert await advance.advance_if_due(unit, UUID(reach_out_id))
        await session.commit()


async def test_statements_of_each_use_case(world: World, circle: list[Person], counted: Callable[[], Any]) -> None:
    maya, sponsor, friend, partner = circle
    counts: dict[str, int] = {}

    async def count(name: str, use_case: Awaitable[Any]) -> Any:
        with counted() as statements:
            given = await use_case
        counts[name] = len(statements)
        return given

    reach_out: dict[str, Any] = await count("press", maya.press())
    # The lease of the process that took the press, and sent nothing, has expired.
    await world.forward(10.1)
    await count("claim", world.here.dispatcher.send_due())
    await world.settle()
    await count("answer", sponsor.answer("calling"))
    await count("talking", sponsor.does("together"))
    await count("cannot", sponsor.answer("cannot"))
    await world.forward(90)
    await count("rung 2", move(world, reach_out["id"]))
    await world.forward(31)
    await count("press again", maya.press(expect=200))
    await count("nudge within 30 s", maya.does("nudge"))
    await count("mute", friend.patch(f"/v1/supporting/{friend.places[maya.id]}", {"muted_until": None}))
    await count("a phone is removed", partner.delete(f"/v1/devices/{next(iter(partner.devices))}"))
    await count("a member leaves", partner.delete(f"/v1/supporting/{partner.places[maya.id]}"))
    await count("close", maya.close())
    assert counts == EXPECTED["sqlite" if world.sqlite else "postgresql"]
