"""A guest: somebody with a name and an address, who joins, and opens the links in their messages."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from tests.channels.gateways import MAIL, ChannelWorld
from tests.world.person import Person

NUMBER = "+15550100142"
ADDRESSES = {"sms": NUMBER, "call": NUMBER, "email": MAIL}


@dataclass(slots=True)
class Guest:
    """What they were given when they said yes. `token`: of the session that they use at the moment."""

    world: ChannelWorld
    kind: str
    token: str
    membership_id: str
    channel_id: str

    @property
    def address(self) -> str:
        return ADDRESSES[self.kind]

    async def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        content = {} if body is None else {"json": body}
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.world.here.http.request(method, path, headers=headers, **content)

    async def ask(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        reply = await self.send(method, path, body)
        assert reply.status_code == expect, f"{method} {path} answered {reply.status_code}: {reply.text}"
        return reply.json() if reply.content else None

    async def confirms(self, expect: int = 200) -> Any:
        await self.world.settle()
        code = self.world.gateways.code(self.kind, self.address)
        return await self.ask("POST", f"/v1/channels/{self.channel_id}/confirm", {"code": code}, expect)

    async def fresh_code(self) -> str:
        await self.ask("POST", "/v1/me/code", expect=201)
        await self.world.settle()
        return self.world.gateways.code(self.kind, self.address)

    def secrets(self) -> list[str]:
        """Return the secrets of the links in their messages, oldest first; a call's link comes by SMS."""
        texts = self.world.gateways.texts("sms" if self.kind == "call" else self.kind, self.address)
        return [match[1] for text in texts if (match := re.search(r"/#/g/([\w-]+)", text))]

    async def opens(self, secret: str | None = None, expect: int = 201, **more: Any) -> Any:
        """Open a link, the latest by default, and use its session from now on."""
        body = {"secret": secret or self.secrets()[-1], **more}
        reply = await self.world.here.http.post("/v1/sessions/guest", json=body)
        assert reply.status_code == expect, reply.text
        if expect == 201:
            self.token = reply.json()["session"]["token"]
        return reply.json()

    async def reach_out(self, expect: int = 200) -> Any:
        return await self.ask("GET", f"/v1/reach-outs/{self.world.reach_out}", expect=expect)

    async def answer(self, kind: str = "calling", expect: int = 201, **details: Any) -> Any:
        path = f"/v1/reach-outs/{self.world.reach_out}/answers"
        return await self.ask("POST", path, {"kind": kind, **details}, expect)


async def says_yes(world: ChannelWorld, owner: Person, kind: str = "sms", **details: Any) -> Guest:
    """Accept an invitation of the owner as a guest; the code has not come back yet."""
    invited = await owner.invites("family", step=1)
    body = {
        "token": invited["token"],
        "display_name": "Uncle Sam",
        "channel": {"kind": kind, "address": ADDRESSES[kind]},
        **details,
    }
    reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body)
    assert reply.status_code == 201, reply.text
    given = reply.json()
    membership = given["membership"]
    return Guest(world, kind, given["session"]["token"], membership["id"], membership["channel_id"])


async def guest_of(world: ChannelWorld, owner: Person, kind: str = "sms", **details: Any) -> Guest:
    """Return a confirmed guest in this person's circle."""
    guest = await says_yes(world, owner, kind, **details)
    await guest.confirms()
    await owner.post(f"/v1/circle/{guest.membership_id}/confirm", expect=200)
    return guest
