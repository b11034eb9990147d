"""People who use real servers over HTTP, with phones and browsers registered at the stand-ins."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.faults.processes import Server, client, eventually
from tests.standins.webpush import Subscription, WebPushStandIn
from tests.world.patience import patient

PASSPHRASE = "a lantern by the window"
AT_ANY_HOUR = [{"day": day, "from": "00:00", "to": "24:00"} for day in range(7)]


@dataclass(slots=True)
class Stream:
    """An event stream as received: `events` are (kind, data), `ended_at` is in monotonic seconds."""

    events: list[tuple[str, str]] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    ended_at: float | None = None

    def heard(self, kind: str) -> list[str]:
        return [data for what, data in self.events if what == kind]

    async def hears(self, kind: str, count: int = 1, within: float = 5.0) -> None:
        await eventually(lambda: len(self.heard(kind)) >= count, within, lambda: f"only heard {self.events}")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody signed in at the server `at`; everything they do goes through its API."""

    name: str
    at: Server
    sign_in_name: str
    id: str
    token: str
    tokens: list[str] = field(default_factory=list)
    """The FCM tokens of their phones."""
    browsers: list[Subscription] = field(default_factory=list)

    @classmethod
    async def sign_up(cls, at: Server, name: str) -> "Person":
        sign_in_name = f"{name.lower()}.{secrets.token_hex(4)}"
        body = {"sign_in_name": sign_in_name, "passphrase": PASSPHRASE, "display_name": name, "region": "US"}
        async with client() as http:
            reply = await http.post(f"{at.url}/v1/people", json=body)
        assert reply.status_code == 201, f"{reply.text}\n{at.tail}"
        account = reply.json()
        return cls(name, at, sign_in_name, account["person"]["id"], account["session"]["token"])

    async def send(self, method: str, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """Send a request and return the reply, whatever its status. `key`: the Idempotency-Key of the request and its retries."""
        headers = self.headers if key is None else {**self.headers, "Idempotency-Key": key}
        async with client() as http:
            return await http.request(method, f"{self.at.url}{path}", json=body, headers=headers)

    async def ask(self, method: str, path: str, body: object = None, expect: int | None = None) -> Any:
        """Send a request and return the reply's JSON; expect a success unless another status is given."""
        reply = await self.send(method, path, body)
        failure = f"{self.name}: {method} {path} answered {reply.status_code}: {reply.text}\n{self.at.tail}"
        assert reply.is_success if expect is None else reply.status_code == expect, failure
        return reply.json() if reply.content else None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def phone(self) -> None:
        """Register one more phone."""
        token = f"token-{secrets.token_hex(16)}"
        await self.ask("POST", "/v1/devices", {"kind": "fcm", "token": token}, 201)
        self.tokens.append(token)

    async def browser(self, service: WebPushStandIn) -> None:
        """Register one more browser, which takes pushes signed with this server's key only."""
        config = await self.ask("GET", "/v1/config")
        subscription = service.subscribe(config["webpush_public_key"])
        body = {"kind": "webpush", "endpoint": subscription.endpoint, "keys": subscription.keys}
        await self.ask("POST", "/v1/devices", body, 201)
        self.browsers.append(subscription)

    async def welcomes(self, member: "Person") -> None:
        """Invite, be accepted, confirm."""
        invitation = await self.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
        accepted = await member.ask("POST", "/v1/invitations/accept", {"token": invitation["token"]}, 201)
        await self.ask("POST", f"/v1/circle/{accepted['id']}/confirm")

    async def press(self, note: str | None = None) -> dict[str, Any]:
        reach_out: dict[str, Any] = await self.ask("POST", "/v1/reach-outs", {"note": note}, 201)
        return reach_out

    async def is_left_without_an_answer(self, note: str, key: str) -> None:
        """Press, and assert that the connection ends without a reply."""
        with pytest.raises(httpx.TransportError):
            await self.send("POST", "/v1/reach-outs", {"note": note}, key)

    async def presses_again(self, note: str, key: str) -> dict[str, Any]:
        """Retry a press that got no reply: the same request, the same key."""
        reply = await self.send("POST", "/v1/reach-outs", {"note": note}, key)
        assert reply.status_code == 201, f"{reply.text}\n{self.at.tail}"
        reach_out: dict[str, Any] = reply.json()
        return reach_out

    async def inbox(self, kind: str = "reach_out") -> list[dict[str, Any]]:
        return list((await self.ask("GET", f"/v1/inbox?limit=100&kind={kind}"))["items"])

    @asynccontextmanager
    async def listens(self) -> AsyncIterator[Stream]:
        """Open an event stream, for as long as the block runs or the server allows."""
        stream = Stream()
        reading = asyncio.create_task(self._read(stream))
        try:
            async with asyncio.timeout(patient(10)):
                await stream.open.wait()
            yield stream
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading

    async def _read(self, stream: Stream) -> None:
        kind = ""
        async with (
            client(timeout=None) as http,
            http.stream("GET", f"{self.at.url}/v1/events", headers=self.headers) as r,
        ):
            assert r.status_code == 200
            with contextlib.suppress(httpx.TransportError):
                async for line in r.aiter_lines():
                    word, _, rest = line.partition(": ")
                    stream.open.set()
                    if word == "event":
                        kind = rest
                    elif word == "data":
                        stream.events.append((kind, rest))
        stream.ended_at = time.monotonic()


async def are_free(*people: Person) -> None:
    """Make `people` free at any hour: real servers run on the machine's clock, by day and by night."""
    for person in people:
        await person.ask("PATCH", "/v1/me", {"hours": AT_ANY_HOUR})
