"""Practice in the test world: begun, seen, read, and what phones say of its pushes."""

from typing import Any

from tests.world.person import Person


async def practises(person: Person, expect: int = 201, *, key: str | None = None, **chosen: Any) -> dict[str, Any]:
    """Light a practice light."""
    begun: dict[str, Any] = await person.post("/v1/practices", chosen or None, expect, key=key)
    return begun


async def looks_at_practice(person: Person, practice: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    seen: dict[str, Any] = await person.get(f"/v1/practices/{practice['id']}", expect)
    return seen


async def sees_light(person: Person, practice: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    """Tap "I see it"."""
    seen: dict[str, Any] = await person.post(f"/v1/practices/{practice['id']}/seen", None, expect)
    return seen


async def part_of(owner: Person, practice: dict[str, Any], member: Person) -> dict[str, Any]:
    """How far it came to this member, as the owner sees it."""
    members = (await looks_at_practice(owner, practice))["members"]
    part: dict[str, Any] = next(part for part in members if part["person"]["id"] == member.id)
    return part


async def states(owner: Person, practice: dict[str, Any]) -> list[str]:
    """The state of each member, in the order of the circle."""
    return [part["state"] for part in (await looks_at_practice(owner, practice))["members"]]


async def receipts(person: Person, event: str = "delivered", kind: str = "practice") -> None:
    """Send a receipt for each push of this kind, as the phones do."""
    for push in await person.pushes(kind):
        body = {"delivery_id": push.push.data["delivery_id"], "event": event}
        await person.post("/v1/receipts", body, expect=201)


async def place(owner: Person, member: Person) -> dict[str, Any]:
    """This member as the owner's circle lists them."""
    return next(dict(row) for row in await owner.circle() if row["person"]["id"] == member.id)
