"""`porchlight demo`: plays a story against a running server: a person, a circle, a press, an answer, an all-clear."""

import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx


class StoryError(Exception):
    """A step of the story had an unexpected result."""


@dataclass
class Player:
    """A character of the story, signed in to the server."""

    name: str
    http: httpx.AsyncClient
    token: str
    id: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    async def call(self, method: str, path: str, body: object | None = None, expect: int | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Return the reply's JSON. Raises StoryError when the status is not a success, or not the expected one."""
        reply = await self.http.request(method, path, json=body, headers=self.headers)
        if reply.is_error or (expect is not None and reply.status_code != expect):
            raise StoryError(f"{self.name}: {method} {path} answered {reply.status_code}: {reply.text[:300]}")
        return reply.json() if reply.content else None


async def play(url: str) -> int:
    """Play the story, print its timeline and return the exit status."""
    try:
        async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
            await _play_story(http)
    except (StoryError, httpx.HTTPError) as error:
        print(f"The story stopped: {str(error) or type(error).__name__}", file=sys.stderr)
        if isinstance(error, httpx.ConnectError):
            print(f"Is a server running at {url}? `make run` starts one.", file=sys.stderr)
        return 1
    return 0


async def _play_story(http: httpx.AsyncClient) -> None:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.2f} s  {text}")

    maya, ana, ben = [await _sign_up(http, name) for name in ("Maya", "Ana", "Ben")]
    say("Maya, Ana and Ben have signed up: a name to sign in with and a passphrase, nothing else.")
    for friend, role in ((ana, "sponsor"), (ben, "friend")):
        device = await friend.call("POST", "/v1/devices", {"kind": "fcm", "token": f"demo-{secrets.token_hex(8)}"})
        words = await _add_to_circle(maya, friend, role)
        say(
            f"{friend.name} is in Maya's circle as {role}. Both phones showed the words {words}. Device {device['id']}."
        )
    pressed = await maya.call("POST", "/v1/reach-outs", {"note": "Rough evening."}, expect=201)
    say(f"Maya presses. Saved, {len(pressed['recipients'])} people are asked. Helpline: {_first_helpline(pressed)}.")
    for friend in (ana, ben):
        inbox = await friend.call("GET", "/v1/inbox?unread=true&kind=reach_out")
        [notice] = [item for item in inbox["items"] if item["reach_out_id"] == pressed["id"]]
        say(f"{friend.name}'s inbox: {notice['from']['display_name']} would like company.")
        if friend is ana:
            await friend.call("POST", f"/v1/inbox/{notice['id']}/read")
    seen = await maya.call("GET", f"/v1/reach-outs/{pressed['id']}")
    say("Maya sees: " + ", ".join(f"{r['person']['display_name']} {r['state']}" for r in seen["recipients"]) + ".")
    await ana.call("POST", f"/v1/reach-outs/{pressed['id']}/answers", {"kind": "calling"}, expect=201)
    now = await maya.call("GET", f"/v1/reach-outs/{pressed['id']}")
    say(f"Ana answers: calling. Maya's reach-out is {now['state']}.")
    await maya.call("POST", f"/v1/reach-outs/{pressed['id']}/together", {"person_id": ana.id})
    say("Maya and Ana are talking.")
    closed = await maya.call("POST", f"/v1/reach-outs/{pressed['id']}/close", {"outcome": "connected"})
    say(f"Maya closes it: {closed['outcome']}.")
    for friend in (ana, ben):
        clear = await friend.call("GET", "/v1/inbox?kind=all_clear")
        if not any(item["reach_out_id"] == pressed["id"] for item in clear["items"]):
            raise StoryError(f"{friend.name} has no all-clear.")
    say("Ana and Ben have the all-clear.")
    for player in (ana, ben, maya):
        await player.call("DELETE", "/v1/me", expect=204)
    say("The three players have erased their accounts. Nothing of the story is left.")


async def _sign_up(http: httpx.AsyncClient, name: str) -> Player:
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


async def _add_to_circle(owner: Player, friend: Player, role: str) -> str:
    invitation = await owner.call("POST", "/v1/invitations", {"role": role}, expect=201)
    await friend.call("POST", "/v1/invitations/preview", {"token": invitation["token"]})
    accepted = await friend.call("POST", "/v1/invitations/accept", {"token": invitation["token"]}, expect=201)
    members = await owner.call("GET", "/v1/circle")
    [member] = [item for item in members["items"] if item["id"] == accepted["id"]]
    if member["words"] != accepted["words"]:
        raise StoryError("the two phones show different words")
    await owner.call("POST", f"/v1/circle/{accepted['id']}/confirm")
    return " ".join(accepted["words"])


def _first_helpline(reach_out: dict[str, Any]) -> str:
    line = reach_out["helplines"]["lines"][0]
    return f"{line['name']} ({line['phone'] or line['text'] or line['web']})"
