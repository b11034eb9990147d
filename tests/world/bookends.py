"""Helpers for bookends in the test world."""

from datetime import timedelta
from typing import Any

from tests.world.person import Person
from tests.world.world import World

HOUR = 3600
MINUTE = 60


async def plans(maya: Person, companion: Person, seconds: float = HOUR, **details: Any) -> dict[str, Any]:
    due = maya.world.now() + timedelta(seconds=seconds)
    body = {"due_at": due.isoformat(), "companion": companion.places[maya.id], **details}
    bookend: dict[str, Any] = await maya.post("/v1/bookends", body, expect=201)
    return bookend


async def sees(person: Person, bookend: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    view: dict[str, Any] = await person.get(f"/v1/bookends/{bookend['id']}", expect)
    return view


async def passes(world: World, minutes: float) -> None:
    await world.settle()
    await world.forward(minutes * MINUTE)
    await world.work()


async def heard(companion: Person) -> list[str]:
    """Return the kinds of the pushes to a companion, without the first one (standing by)."""
    return [kind for kind in await companion.pushed() if kind != "standing_by"]


async def about(person: Person, bookend: dict[str, Any]) -> list[str]:
    """Return the kinds of the inbox notices about this bookend, oldest first."""
    return [notice["kind"] for notice in reversed(await person.inbox()) if notice["bookend_id"] == bookend["id"]]
