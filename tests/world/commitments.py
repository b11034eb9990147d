"""Commitments in the test world: made, witnessed, spoken of, and the hours that pass over them."""

from datetime import UTC, datetime
from typing import Any

from tests.world.person import Person
from tests.world.world import World

EVERY_DAY = list(range(7))


async def means_to(
    person: Person, witness: Person | str | None = None, expect: int = 201, **said: Any
) -> dict[str, Any]:
    """Make a commitment, every day at 21:00 unless it is said otherwise."""
    body = {"text": "Call Ana", "days": EVERY_DAY, "at": "21:00", **said}
    if witness is not None:
        body["witness"] = witness if isinstance(witness, str) else witness.places[person.id]
    made: dict[str, Any] = await person.post("/v1/commitments", body, expect)
    return made


async def asked_and_accepted(person: Person, witness: Person, **said: Any) -> dict[str, Any]:
    made = await means_to(person, witness, **said)
    # The push that asks is on its way before the answer, which would call it off.
    await person.world.settle()
    await witness.post(f"/v1/commitments/{made['id']}/accept", expect=200)
    return made


async def looks_at(person: Person, made: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = await person.get(f"/v1/commitments/{made['id']}", expect)
    return found


async def says_of(person: Person, made: dict[str, Any], day: str, expect: int = 200, **said: Any) -> dict[str, Any]:
    reply: dict[str, Any] = await person.put(f"/v1/commitments/{made['id']}/days/{day}", {"done": True, **said}, expect)
    return reply


async def at_moment(world: World, moment: str) -> None:
    """Let the time pass until then (in UTC, "2026-03-10T21:00"), and the worker do what is due."""
    await world.settle()
    world.clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    await world.work()
    await world.settle()


async def about(person: Person, *, unread: bool | None = None) -> list[dict[str, Any]]:
    """What stands in this inbox about commitments, newest first."""
    return [notice for notice in await person.inbox(unread=unread) if notice["commitment_id"] is not None]


async def heard(person: Person) -> list[str]:
    """The kinds of what was pushed to this person about commitments; a phone long unproved hears of other things too."""
    return [kind for kind in await person.pushed() if kind.startswith("commitment_")]
