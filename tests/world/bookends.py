"""Bookends in the test world: planned, looked at, and the minutes that pass over them."""

from datetime import timedelta
from typing import Any

from tests.world.person import Person
from tests.world.world import World

HOUR = 3600
MINUTE = 60


async def plans(maya: Person, companion: Person, seconds: float = HOUR, **said: Any) -> dict[str, Any]:
    due = maya.world.now() + timedelta(seconds=seconds)
    body = {"due_at": due.isoformat(), "companion": companion.places[maya.id], **said}
    made: dict[str, Any] = await maya.post("/v1/bookends", body, expect=201)
    return made


async def sees(person: Person, made: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = await person.get(f"/v1/bookends/{made['id']}", expect)
    return found


async def passes(world: World, minutes: float) -> None:
    await world.settle()
    await world.forward(minutes * MINUTE)
    await world.work()


async def heard(companion: Person) -> list[str]:
    """The kinds of what was pushed to a companion after the first word, which says that they stand by."""
    return [kind for kind in await companion.pushed() if kind != "standing_by"]


async def about(person: Person, made: dict[str, Any]) -> list[str]:
    """The kinds of what stands in this inbox about the bookend, oldest first."""
    return [notice["kind"] for notice in reversed(await person.inbox()) if notice["bookend_id"] == made["id"]]
