"""People of the test world: everything they do goes through the API."""

import copy
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import httpx

from tests.world.process import Process
from tests.world.stream import Stream, listening
from tests.world.transport import Handed

if TYPE_CHECKING:
    from tests.world.world import World

PASSPHRASE = "a lantern by the window"
# A real point on P-256 and a real secret, as a browser's getKey() gives them.
KEYS = {
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    "auth": "tBHItJI5svbpez7KI4CCXg",
}
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/"


class Person:
    """Somebody signed in on one phone. Replies are checked: an unexpected status fails the test."""

    def __init__(self, world: "World", process: Process, name: str, sign_in_name: str, sign_up: dict[str, Any]) -> None:
        self.world = world
        self.process = process
        self.name = name
        self.sign_in_name = sign_in_name
        self.passphrase = PASSPHRASE
        self.id: str = sign_up["person"]["id"]
        self.token: str | None = sign_up["session"]["token"]
        self.session_id: str = sign_up["session"]["id"]
        self.recovery_codes: list[str] = sign_up.get("recovery_codes", [])
        self.devices: dict[str, str] = {}
        """Address by device id."""
        self.places: dict[str, str] = {}
        """The id of this person's membership in the circle of each owner, by the owner's id."""

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @classmethod
    async def sign_up(cls, world: "World", process: Process, name: str, **details: Any) -> Self:
        sign_in_name = f"{name.lower()}.{secrets.token_hex(4)}"
        body = {"sign_in_name": sign_in_name, "passphrase": PASSPHRASE, "display_name": name, **details}
        reply = await process.http.post("/v1/people", json=body)
        assert reply.status_code == 201, reply.text
        process.http.cookies.clear()
        return cls(world, process, name, body["sign_in_name"], reply.json())

    @classmethod
    def put_back(cls, world: "World", fields: Mapping[str, Any]) -> Self:
        """Return somebody whose rows are in the database of this world already."""
        person = cls.__new__(cls)
        vars(person).update(copy.deepcopy(dict(fields)), world=world, process=world.here)
        return person

    async def again(self, **details: Any) -> "Person":
        """Sign the same person in on one more phone."""
        body = {"sign_in_name": self.sign_in_name, "passphrase": self.passphrase, **details}
        reply = await self.process.http.post("/v1/sessions", json=body)
        assert reply.status_code == 201, reply.text
        other = Person(self.world, self.process, self.name, self.sign_in_name, reply.json())
        other.places = self.places
        return other

    # ------------------------------------------------------------------------------------------------------ requests

    async def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a request and return the reply, whatever its status."""
        sent_headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent_headers |= {"Idempotency-Key": key} if key else {}
        sent_headers |= headers or {}
        content = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        return await self.process.http.request(method, path, headers=sent_headers, **content)

    async def ask(self, method: str, path: str, body: Any = None, expect: int | None = None, **more: Any) -> Any:
        """Send a request and return the reply's JSON; expect a success or the given status, and errors as problem documents.

        After a change it waits until its pushes have left, as they would have before a human does the next thing.
        """
        reply = await self.send(method, path, body, **more)
        summary = f"{self.name}: {method} {path} answered {reply.status_code}: {reply.text}"
        assert reply.is_success if expect is None else reply.status_code == expect, summary
        if reply.is_error:
            assert reply.headers["content-type"] == "application/problem+json", summary
            assert reply.json()["status"] == reply.status_code, summary
        elif method != "GET":
            await self.world.sent()
        return reply.json() if reply.content else None

    async def get(self, path: str, expect: int = 200, **more: Any) -> Any:
        return await self.ask("GET", path, None, expect, **more)

    async def post(self, path: str, body: Any = None, expect: int | None = None, **more: Any) -> Any:
        return await self.ask("POST", path, body, expect, **more)

    async def patch(self, path: str, body: Any, expect: int = 200, **more: Any) -> Any:
        return await self.ask("PATCH", path, body, expect, **more)

    async def put(self, path: str, body: Any, expect: int | None = None, **more: Any) -> Any:
        return await self.ask("PUT", path, body, expect, **more)

    async def delete(self, path: str, expect: int = 204, **more: Any) -> Any:
        return await self.ask("DELETE", path, None, expect, **more)

    async def proves(self) -> None:
        """Give fresh proof, good for five minutes."""
        await self.post("/v1/sessions/current/proof", {"passphrase": self.passphrase}, expect=200)

    # ------------------------------------------------------------------------------------------------ phones, circle

    async def device(self, kind: str = "fcm", address: str | None = None, **more: Any) -> dict[str, Any]:
        """Register a phone or a browser."""
        where = address or (f"token-{secrets.token_hex(8)}" if kind == "fcm" else ENDPOINT + secrets.token_hex(8))
        credentials = {"token": where} if kind == "fcm" else {"endpoint": where, "keys": KEYS}
        device: dict[str, Any] = await self.post("/v1/devices", {"kind": kind, **credentials, **more})
        self.devices[device["id"]] = where
        return device

    async def invites(self, role: str = "friend", **more: Any) -> dict[str, Any]:
        invitation: dict[str, Any] = await self.post("/v1/invitations", {"role": role, **more}, expect=201)
        return invitation

    async def welcomes(self, member: "Person", role: str = "friend", step: int | None = None) -> str:
        """Invite, accept, confirm; return the membership's id."""
        invited = await self.invites(role, **({"step": step} if step else {}))
        accepted = await member.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
        await self.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
        member.places[self.id] = accepted["id"]
        return str(accepted["id"])

    async def circle(self) -> list[dict[str, Any]]:
        return list((await self.get("/v1/circle?limit=100"))["items"])

    # ------------------------------------------------------------------------------------------------------ reach-outs

    async def press(self, *, key: str | None = None, expect: int = 201, **details: Any) -> dict[str, Any]:
        """Reach out now. `world.reach_out`, which the other helpers act on, becomes this one."""
        reach_out: dict[str, Any] = await self.post("/v1/reach-outs", details, expect, key=key)
        if expect < 300:
            self.world.reach_out = reach_out["id"]
        return reach_out

    async def reach_out(self, expect: int = 200) -> dict[str, Any]:
        """Return the current reach-out as this person sees it."""
        reach_out: dict[str, Any] = await self.get(f"/v1/reach-outs/{self.world.reach_out}", expect)
        return reach_out

    async def does(self, what: str, body: Any = None, expect: int | None = None, **more: Any) -> Any:
        """Post to a sub-resource of the reach-out: answers, messages, together, nudge, close, reflection."""
        return await self.post(f"/v1/reach-outs/{self.world.reach_out}/{what}", body, expect, **more)

    async def answer(self, kind: str, expect: int = 201, *, key: str | None = None, **details: Any) -> Any:
        return await self.does("answers", {"kind": kind, **details}, expect, key=key)

    async def says(self, text: str, expect: int = 201, *, key: str | None = None) -> Any:
        return await self.does("messages", {"text": text}, expect, key=key)

    async def messages(self) -> list[str]:
        page = await self.get(f"/v1/reach-outs/{self.world.reach_out}/messages?limit=100")
        return [message["text"] for message in page["items"]]

    async def close(self, outcome: str = "connected", expect: int = 200) -> Any:
        return await self.does("close", {"outcome": outcome}, expect)

    async def sees(self, other: "Person") -> dict[str, Any] | None:
        """Return one recipient as this person sees them."""
        listed = (await self.reach_out())["recipients"]
        return next((row for row in listed if row["person"]["id"] == other.id), None)

    async def sees_state(self, other: "Person") -> str | None:
        row = await self.sees(other)
        return None if row is None else str(row["state"])

    # -------------------------------------------------------------------------------------------------- inbox, pushes

    async def inbox(self, kind: str | None = None, *, unread: bool | None = None) -> list[dict[str, Any]]:
        """Return all inbox notices, newest first."""
        query = "/v1/inbox?limit=100" + (f"&kind={kind}" if kind else "")
        query += "" if unread is None else f"&unread={str(unread).lower()}"
        return list((await self.get(query))["items"])

    async def kinds(self) -> list[str]:
        """Return the kinds of all inbox notices, oldest first."""
        return [notice["kind"] for notice in reversed(await self.inbox())]

    async def pushes(self, kind: str | None = None) -> list[Handed]:
        """Return the pushes that the push services took for this person's phones, oldest first."""
        await self.world.settle()
        mine = set(self.devices.values())
        taken = [push for push in self.world.transport.handed if push.where in mine]
        return [push for push in taken if kind in {None, push.kind}]

    async def pushed(self) -> list[str]:
        """Return the kinds of those pushes."""
        return [push.kind for push in await self.pushes()]

    def listens(self, **headers: str) -> Stream:
        """Open an event stream: `async with person.listens() as stream`."""
        sent_headers = {"authorization": f"Bearer {self.token}", **headers}
        return listening(self.process.app, "/v1/events", sent_headers)


async def alarms(person: Person) -> int:
    """Return the number of reach-out pushes to this person's phones."""
    return len(await person.pushes("reach_out"))


async def alarm_rounds(person: Person) -> int:
    """Return the number of rounds in which this person's phones were alarmed; a push without a receipt is sent twice in one."""
    return len({alarm.push.data["round"] for alarm in await person.pushes("reach_out")})
