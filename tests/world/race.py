"""Provoke races between requests."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import text

from tests.world.world import World


async def race(world: World, held: str, *doings: Coroutine[Any, Any, Any]) -> list[Any]:
    """Start these one after another while the table lock `held` blocks them, then release it and return their results.

    SQLite has one writer: there they run one after another. The world checks for deadlocks when it closes.
    """
    begun: list[asyncio.Task[Any]] = []
    async with world.database.write() as session:
        if not world.sqlite:
            await session.execute(text(f"LOCK TABLE {held} MODE"))
        for doing in doings:
            begun.append(asyncio.create_task(doing))
            await until_blocked(world, begun)
        await session.rollback()
    return list(await asyncio.gather(*begun))


async def until_blocked(world: World, begun: list[asyncio.Task[Any]]) -> None:
    """Wait until the last of these tasks is blocked by a lock, or done."""
    if world.sqlite:
        return
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with world.database.read() as session:
        while not begun[-1].done():
            if (await session.execute(text(waiting))).scalar_one() >= sum(not task.done() for task in begun):
                return
            await asyncio.sleep(0.02)
