"""Account erasure races with other requests by or about the person: the data is gone, and no request is a 500."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select, text

from models import Delivery, Recipient
from tests.world.person import Person
from tests.world.race import race, until_blocked
from tests.world.world import World


class Scene:
    """Maya, who erases her account, and Ana: in each other's circle, each with an open reach-out."""

    def __init__(self, world: World, maya: Person, ana: Person) -> None:
        self.world, self.maya, self.ana = world, maya, ana
        self.mine: dict[str, Any] = {}
        self.hers: dict[str, Any] = {}
        self.token = ""

    @classmethod
    async def begin(cls, world: World) -> "Scene":
        maya, ana = await world.circle("friend")
        await ana.welcomes(maya)
        scene = cls(world, maya, ana)
        scene.token = (await maya.invites())["token"]
        scene.mine = await maya.press()
        scene.hers = await ana.press()
        return scene

    def bookend(self, person: Person, companion: Person) -> dict[str, Any]:
        due = self.world.now() + timedelta(hours=1)
        return {"due_at": due.isoformat(), "companion": companion.places[person.id]}


Doing = Callable[[Scene], Awaitable[Response]]

BY_WHOEVER_GOES: dict[str, Doing] = {
    "invite": lambda s: s.maya.send("POST", "/v1/invitations", {"role": "friend"}),
    "block": lambda s: s.maya.send("POST", "/v1/blocks", {"person_id": s.ana.id}),
    "export": lambda s: s.maya.send("GET", "/v1/me/export"),
    "press": lambda s: s.maya.send("POST", "/v1/reach-outs", {"note": "again"}),
    "answer": lambda s: s.maya.send("POST", f"/v1/reach-outs/{s.hers['id']}/answers", {"kind": "here"}),
    "message": lambda s: s.maya.send("POST", f"/v1/reach-outs/{s.mine['id']}/messages", {"text": "Hello"}),
    "nudge": lambda s: s.maya.send("POST", f"/v1/reach-outs/{s.mine['id']}/nudge"),
    "close": lambda s: s.maya.send("POST", f"/v1/reach-outs/{s.mine['id']}/close", {"outcome": "ok_now"}),
    "device": lambda s: s.maya.send("POST", "/v1/devices", {"kind": "fcm", "token": "a-new-one"}),
    "check-in": lambda s: s.maya.send("POST", "/v1/check-ins", {"share_with": [s.ana.places[s.maya.id]]}),
    "reach-in": lambda s: s.maya.send("POST", "/v1/reach-ins", {"to": s.ana.id}),
    "bookend": lambda s: s.maya.send("POST", "/v1/bookends", s.bookend(s.maya, s.ana)),
    "profile": lambda s: s.maya.send("PATCH", "/v1/me", {"display_name": "M.", "wake_me": True}),
    "ladder": lambda s: s.maya.send("PUT", "/v1/circle/ladder", {"ladder": [0, 60, 120, 180]}),
    "passphrase": lambda s: s.maya.send("PUT", "/v1/me/passphrase", {"passphrase": "a lamp at the gate"}),
    "codes": lambda s: s.maya.send("POST", "/v1/recovery-codes"),
    "proof": lambda s: s.maya.send("POST", "/v1/sessions/current/proof", {"passphrase": s.maya.passphrase}),
    "sign-out": lambda s: s.maya.send("DELETE", "/v1/sessions/others"),
    "passkey": lambda s: s.maya.send("POST", "/v1/passkeys/options"),
    "sign-in": lambda s: s.world.here.http.post(
        "/v1/sessions", json={"sign_in_name": s.maya.sign_in_name, "passphrase": s.maya.passphrase}
    ),
    "sign-in with a key": lambda s: s.world.here.http.post(
        "/v1/sessions",
        json={"sign_in_name": s.maya.sign_in_name, "passphrase": s.maya.passphrase},
        headers={"Idempotency-Key": "once"},
    ),
    "recovery": lambda s: s.world.here.http.post(
        "/v1/sessions/recovery",
        json={
            "sign_in_name": s.maya.sign_in_name,
            "recovery_code": s.maya.recovery_codes[0],
            "new_passphrase": "a lamp at the gate",
        },
    ),
}
BY_SOMEBODY_ELSE: dict[str, Doing] = {
    "block": lambda s: s.ana.send("POST", "/v1/blocks", {"person_id": s.maya.id}),
    "accept": lambda s: s.ana.send("POST", "/v1/invitations/accept", {"token": s.token}),
    "preview": lambda s: s.ana.send("POST", "/v1/invitations/preview", {"token": s.token}),
    "press": lambda s: s.ana.send("POST", "/v1/reach-outs", {"to": [s.maya.places[s.ana.id]]}),
    "answer": lambda s: s.ana.send("POST", f"/v1/reach-outs/{s.mine['id']}/answers", {"kind": "here"}),
    "message": lambda s: s.ana.send("POST", f"/v1/reach-outs/{s.mine['id']}/messages", {"text": "Hello"}),
    "together": lambda s: s.ana.send("POST", f"/v1/reach-outs/{s.hers['id']}/together", {"person_id": s.maya.id}),
    "check-in": lambda s: s.ana.send("POST", "/v1/check-ins", {"share_with": [s.maya.places[s.ana.id]]}),
    "reach-in": lambda s: s.ana.send("POST", "/v1/reach-ins", {"to": s.maya.id}),
    "bookend": lambda s: s.ana.send("POST", "/v1/bookends", s.bookend(s.ana, s.maya)),
    "confirm": lambda s: s.ana.send("POST", f"/v1/circle/{s.maya.places[s.ana.id]}/confirm"),
    "step": lambda s: s.ana.send("PATCH", f"/v1/circle/{s.maya.places[s.ana.id]}", {"step": 2}),
    "mute": lambda s: s.ana.send("PATCH", f"/v1/supporting/{s.ana.places[s.maya.id]}", {"muted_until": None}),
}
REFUSED = {404, 409, 422}
"""Statuses that others may get: not found, or no longer possible."""


async def races(world: World, doing: Doing, *, erasure_first: bool) -> int:
    scene = await Scene.begin(world)
    erasure = scene.maya.send("DELETE", "/v1/me")
    other: Any = doing(scene)
    both = (erasure, other) if erasure_first else (other, erasure)
    replies = await race(world, "people IN EXCLUSIVE", *both)
    erased, done = replies if erasure_first else reversed(replies)
    status: int = done.status_code
    return status if erased.status_code in {204, 401, 403} else erased.status_code


ORDERS = pytest.mark.parametrize("erasure_first", [True, False], ids=["erasure first", "erasure second"])


@ORDERS
@pytest.mark.parametrize("name", BY_WHOEVER_GOES)
async def test_an_erased_account_is_signed_out(world: World, name: str, *, erasure_first: bool) -> None:
    status = await races(world, BY_WHOEVER_GOES[name], erasure_first=erasure_first)
    assert status < 300 or status in {401, 404}


@ORDERS
@pytest.mark.parametrize("name", BY_SOMEBODY_ELSE)
async def test_an_erased_person_does_not_exist_for_others(world: World, name: str, *, erasure_first: bool) -> None:
    status = await races(world, BY_SOMEBODY_ELSE[name], erasure_first=erasure_first)
    assert status < 300 or status in REFUSED


async def test_an_erasure_locks_deliveries_before_recipients(world: World) -> None:
    """The recording of outcomes locks them in this order, so that an erasure waits for it with nothing it could want."""
    scene = await Scene.begin(world)
    await world.settle()
    if world.sqlite:
        assert (await scene.maya.send("DELETE", "/v1/me")).status_code == 204
        return
    async with world.database.write() as session:
        await session.execute(select(Delivery.id).where(Delivery.state == "sent").with_for_update())
        erasure = asyncio.create_task(scene.maya.send("DELETE", "/v1/me"))
        await until_blocked(world, [erasure])
        await session.execute(text("SET LOCAL lock_timeout = '5s'"))
        await session.execute(select(Recipient.reach_out_id).with_for_update())
        await session.rollback()
    assert (await erasure).status_code == 204
