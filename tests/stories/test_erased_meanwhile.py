"""Somebody erases their account while something is written by them or about them: gone is gone, and no fault of ours."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.world.at_once import at_once
from tests.world.person import Person
from tests.world.world import World


class Scene:
    """Maya, who goes, and Ana: each in the other's circle, each with an open reach-out."""

    def __init__(self, world: World, maya: Person, ana: Person) -> None:
        self.world, self.maya, self.ana = world, maya, ana
        self.mine: dict[str, Any] = {}
        self.hers: dict[str, Any] = {}
        self.token = ""

    @classmethod
    async def begin(cls, world: World) -> "Scene":
        maya, ana = await world.circle("friend")
        await ana.welcomes(maya)
        made = cls(world, maya, ana)
        made.token = (await maya.invites())["token"]
        made.mine = await maya.press()
        made.hers = await ana.press()
        return made

    def bookend(self, person: Person, companion: Person) -> dict[str, Any]:
        due = self.world.now() + timedelta(hours=1)
        return {"due_at": due.isoformat(), "companion": companion.places[person.id]}


Doing = Callable[[Scene], Awaitable[Response]]

BY_WHOEVER_GOES: dict[str, Doing] = {
    "invite": lambda s: s.maya.send("POST", "/v1/invitations", {"role": "friend"}),
    "block": lambda s: s.maya.send("POST", "/v1/blocks", {"person_id": s.ana.id}),
    "export": lambda s: s.maya.send("GET", "/v1/me/export"),
    "press": lambda s: s.maya.send("POST", "/v1/reach-outs", {"note": "again"}),
    "device": lambda s: s.maya.send("POST", "/v1/devices", {"kind": "fcm", "token": "a-new-one"}),
}
BY_SOMEBODY_ELSE: dict[str, Doing] = {
    "accept": lambda s: s.ana.send("POST", "/v1/invitations/accept", {"token": s.token}),
    "reach-in": lambda s: s.ana.send("POST", "/v1/reach-ins", {"to": s.maya.id}),
}
REFUSED = {404, 409, 422}
"""What is said to others: it is not there, or is not so any more."""


async def races(world: World, doing: Doing, *, erasure_first: bool) -> int:
    scene = await Scene.begin(world)
    erasure = scene.maya.send("DELETE", "/v1/me")
    other: Any = doing(scene)
    both = (erasure, other) if erasure_first else (other, erasure)
    replies = await at_once(world, "people IN EXCLUSIVE", *both)
    erased, done = replies if erasure_first else reversed(replies)
    status: int = done.status_code
    return status if erased.status_code in {204, 401, 403} else erased.status_code


@pytest.mark.parametrize("erasure_first", [True], ids=["erasure first"])
async def test_who_erases_their_account_is_not_signed_in_any_more(world: World, *, erasure_first: bool) -> None:
    wrong = {}
    for name, doing in BY_WHOEVER_GOES.items():
        status = await races(world, doing, erasure_first=erasure_first)
        if status >= 300 and status not in {401, 404}:
            wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize("erasure_first", [True], ids=["erasure first"])
async def test_to_everybody_else_they_are_not_there(world: World, *, erasure_first: bool) -> None:
    wrong = {}
    for name, doing in BY_SOMEBODY_ELSE.items():
        status = await races(world, doing, erasure_first=erasure_first)
        if status >= 300 and status not in REFUSED:
            wrong[name] = status
    assert wrong == {}
