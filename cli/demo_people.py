"""The people of the demo's story: they sign up, join a circle, and do everything through the API."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx


class StoryError(Exception):
    """A step of the story had an unexpected result."""


class Storyteller:
    """Prints the story: a heading for each day, a line for each thing that happens, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def day(self, title: str) -> None:
        print(f"\n{title}")

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.2f} s  {text}")


@dataclass
class Player:
    """A character of the story, signed in to the server. `places`: their memberships by the owner of the circle."""

    name: str
    http: httpx.AsyncClient
    token: str
    id: str
    headers: dict[str, str] = field(init=False)
    places: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    async def call(self, method: str, path: str, body: object | None = None, expect: int | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Return the reply's JSON. Raises StoryError when the status is not a success, or not the expected one."""
        reply = await self.http.request(method, path, json=body, headers=self.headers)
        if reply.is_error if expect is None else reply.status_code != expect:
            raise StoryError(f"{self.name}: {method} {path} answered {reply.status_code}: {reply.text[:300]}")
        return reply.json() if reply.content else None

    async def inbox(self, kind: str) -> list[dict[str, Any]]:
        """Return this person's notices of one kind, newest first."""
        page = await self.call("GET", f"/v1/inbox?kind={kind}")
        return list(page["items"])


async def join_story(http: httpx.AsyncClient, name: str) -> Player:
    """Sign somebody up, under a sign-in name that nobody else has."""
    body = {
        "sign_in_name": f"{name.lower()}.{secrets.token_hex(4)}",
        "passphrase": secrets.token_urlsafe(18),
        "display_name": name,
        "region": "US",
    }
    reply = await http.post("/v1/people", json=body)
    if reply.status_code != httpx.codes.CREATED:
        raise StoryError(f"{name} could not sign up: {reply.status_code} {reply.text[:300]}")
    account = reply.json()
    return Player(name, http, account["session"]["token"], account["person"]["id"])


async def add_to_circle(owner: Player, friend: Player, role: str) -> str:
    """Invite, accept and confirm; return the two words that both phones showed."""
    invitation = await owner.call("POST", "/v1/invitations", {"role": role}, expect=201)
    await friend.call("POST", "/v1/invitations/preview", {"token": invitation["token"]})
    accepted = await friend.call("POST", "/v1/invitations/accept", {"token": invitation["token"]}, expect=201)
    members = await owner.call("GET", "/v1/circle")
    [member] = [item for item in members["items"] if item["id"] == accepted["id"]]
    if member["words"] != accepted["words"]:
        raise StoryError("the two phones show different words")
    await owner.call("POST", f"/v1/circle/{accepted['id']}/confirm")
    friend.places[owner.id] = accepted["id"]
    return " ".join(accepted["words"])
