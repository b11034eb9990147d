"""The rhythm in the test world: moments that are chosen, and follow-ups after a reach-out."""

from typing import Any

from tests.world.person import Person
from tests.world.world import World

DAILY_AT_NINE = {"at": "21:00", "days": list(range(7))}


async def chooses(person: Person, expect: int = 200, **choice: Any) -> dict[str, Any]:
    """Choose a rhythm; what is not named is as for somebody who has chosen nothing."""
    chosen: dict[str, Any] = await person.put("/v1/me/rhythm", choice, expect)
    return chosen


async def moments(person: Person) -> int:
    """How many moments were pushed to this person's phone."""
    return len(await person.pushes("moment"))


async def follow_ups(person: Person) -> list[dict[str, Any]]:
    """The follow-ups that stand in this person's inbox, newest first."""
    return await person.inbox("follow_up")


async def was_there(world: World, owner: Person, helper: Person, outcome: str = "connected") -> None:
    """The owner reaches out, the helper answers, and the owner closes it."""
    await owner.press()
    await helper.answer("calling")
    await owner.close(outcome)
    await world.settle()
