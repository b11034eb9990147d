"""Three people in each other's circles do anything at the same moment, and some of it twice: nothing is a server's error or a deadlock."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from tests.world.person import Person
from tests.world.world import World

AT_ONCE: Final = 16
"""Requests of one moment; the worker takes a turn between them."""
TWICE: Final = 0.4
"""Share of the requests of which a copy comes at the same moment."""
PARTING: Final = 0.15
"""Share of the requests that end a membership."""
PAUSES: Final = (0.5, 5.0, 31.0, 95.0, 200.0, 1800.0, 7200.0, 40_000.0)
"""Seconds from one moment to the next."""
ZONES: Final = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Casablanca",
    "Pacific/Kiritimati",
    "UTC",
)
DAYS: Final = list(range(7))
HOURS: Final = [{"day": day, "from": "08:00", "to": "22:00"} for day in DAYS]

Request: TypeAlias = tuple[str, str, Any]
"""Method, path with names of `LISTS` in it, and body, of which a text in braces is a name too."""

LISTS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "member": ("/v1/circle", ["id"]),
    "supporting": ("/v1/supporting", ["id"]),
    "person": ("/v1/circle", ["person", "id"]),
    "reach_out": ("/v1/reach-outs?open=true", ["id"]),
    "check_in": ("/v1/check-ins", ["id"]),
    "commitment": ("/v1/commitments", ["id"]),
    "bookend": ("/v1/bookends", ["id"]),
    "practice": ("/v1/practices", ["id"]),
    "notice": ("/v1/inbox", ["id"]),
    "device": ("/v1/devices", ["id"]),
}
"""Where somebody finds ids of each kind, and where in an item."""
REQUESTS: Final[Sequence[Request]] = (
    ("POST", "/v1/reach-outs", {}),
    ("POST", "/v1/reach-outs", {"note": "tonight", "to": ["{member}"]}),
    ("POST", "/v1/reach-outs", {"calm": True}),
    *(("POST", "/v1/reach-outs/{reach_out}/answers", {"kind": kind}) for kind in ("calling", "here", "cannot")),
    ("POST", "/v1/reach-outs/{reach_out}/answers", {"kind": "soon", "minutes": 5}),
    ("POST", "/v1/reach-outs/{reach_out}/messages", {"text": "on my way"}),
    *(("POST", f"/v1/reach-outs/{{reach_out}}/{what}", None) for what in ("nudge", "raise", "together")),
    *(("POST", "/v1/reach-outs/{reach_out}/close", {"outcome": outcome}) for outcome in ("connected", "mistake")),
    ("POST", "/v1/reach-outs/{reach_out}/reflection", {"seen": 1}),
    ("POST", "/v1/check-ins", {"feeling": 1, "share_with": ["{member}"]}),
    ("POST", "/v1/check-ins/{check_in}/shares", {"membership_id": "{member}"}),
    ("DELETE", "/v1/check-ins/{check_in}/shares/{member}", None),
    ("POST", "/v1/check-ins/{check_in}/seen", {"text": "I see you"}),
    ("DELETE", "/v1/check-ins/{check_in}", None),
    ("POST", "/v1/reach-ins", {"to": "{person}", "text": "a word"}),
    *((method, "/v1/threads/{person}/talked", None) for method in ("POST", "DELETE")),
    ("POST", "/v1/threads/{person}/read", None),
    ("POST", "/v1/commitments", {"text": "Call Ana", "days": DAYS, "at": "21:00", "witness": "{member}"}),
    ("PATCH", "/v1/commitments/{commitment}", {"at": "20:00", "witness": "{member}"}),
    *(("POST", f"/v1/commitments/{{commitment}}/{what}", None) for what in ("accept", "renew")),
    ("POST", "/v1/commitments/{commitment}/decline", {"all": True}),
    ("DELETE", "/v1/commitments/{commitment}", None),
    ("PUT", "/v1/me/rhythm", {"check_in": {"at": "21:00", "days": DAYS}, "practice_offers": True}),
    ("PUT", "/v1/me/rhythm", {"follow_ups": False, "commitments": False}),
    *(("PATCH", "/v1/me", {"time_zone": zone}) for zone in ZONES),
    *(("PATCH", "/v1/me", {"hours": hours}) for hours in (HOURS, None)),
    ("PATCH", "/v1/supporting/{supporting}", {"standing_words": "I pick up"}),
    *(("PATCH", "/v1/supporting/{supporting}", {"muted_until": until}) for until in ("{later}", None)),
    ("PATCH", "/v1/me", {"away_until": "{later}"}),
    *(("PATCH", "/v1/circle/{member}", {"step": step}) for step in (1, 2)),
    ("POST", "/v1/practices", {}),
    ("POST", "/v1/practices/{practice}/seen", None),
    ("POST", "/v1/practices/{practice}/end", None),
    ("POST", "/v1/bookends", {"due_at": "{later}", "companion": "{member}"}),
    ("POST", "/v1/bookends/{bookend}/extend", {"due_at": "{later}"}),
    ("POST", "/v1/bookends/{bookend}/check-in", None),
    ("DELETE", "/v1/bookends/{bookend}", None),
    ("POST", "/v1/inbox/{notice}/read", None),
    *(("POST", "/v1/devices", {"kind": "fcm", "token": f"token-{number}"}) for number in range(3)),
    *(("PUT", "/v1/devices/{device}", {"kind": "fcm", "token": f"token-{number}"}) for number in range(3)),
    ("DELETE", "/v1/devices/{device}", None),
    ("PUT", "/v1/me/plan", {"signs": ["tired"], "people": ["{member}"], "help_me": "listen"}),
    *(("GET", path, None) for path in ("/v1/circle", "/v1/threads", "/v1/threads/{person}", "/v1/connections")),
    ("GET", "/v1/me/export?format=json", None),
)
PARTINGS: Final[Sequence[Request]] = (
    ("DELETE", "/v1/circle/{member}", None),
    ("DELETE", "/v1/supporting/{supporting}", None),
    ("POST", "/v1/blocks", {"person_id": "{person}"}),
)


async def play_at_once(world: World, moments: int, seed: int) -> Counter[int]:
    """Play so many moments; return how many replies had each status. Raises AssertionError for a 5xx; the world looks for deadlocks."""
    chance = random.Random(seed)
    maya, *members = await world.circle("sponsor", "friend")
    everybody = [maya, *members]
    await maya.device()
    statuses: Counter[int] = Counter()
    for _ in range(moments):
        for person in everybody:
            await _joins_again(person, [other for other in everybody if other is not person])
        requests = []
        for _ in range(AT_ONCE):
            person = chance.choice(everybody)
            request = _named(
                chance.choice(PARTINGS if chance.random() < PARTING else REQUESTS), await _sees(person, chance)
            )
            key = secrets.token_hex(8) if request[0] == "POST" else None
            requests += [_sends(person, request, key)] * (2 if chance.random() < TWICE else 1)
        *replies, _ = await asyncio.gather(*(send() for send in requests), world.here.worker.tick())
        statuses.update(replies)
        await world.passes(chance.choice(PAUSES))
    await world.settle()
    return statuses


def _sends(person: Person, request: Request, key: str | None) -> Any:
    async def send() -> int:
        reply = await person.send(*request, key=key)
        assert reply.status_code < 500, f"{person.name}: {request} answered {reply.status_code}: {reply.text}"
        return reply.status_code

    return send


async def _sees(person: Person, chance: random.Random) -> dict[str, str]:
    """Return an id of each kind that this person sees, one of nothing for what they have none of; and a time that comes."""
    seen = {"later": (person.world.now() + timedelta(hours=2)).isoformat()}
    for name, (path, keys) in LISTS.items():
        items: list[Any] = (await person.get(path))["items"]
        for key in keys:
            items = [item[key] for item in items]
        seen[name] = chance.choice(items) if items else secrets.token_hex(16)
    return seen


def _named(request: Request, ids: Mapping[str, str]) -> Request:
    method, path, body = request

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.format_map(ids)
        if isinstance(value, list):
            return [fill(item) for item in value]
        return {key: fill(item) for key, item in value.items()} if isinstance(value, dict) else value

    return method, path.format_map(ids), fill(body)


async def _joins_again(owner: Person, others: Sequence[Person]) -> None:
    """Let everybody be in this person's circle who is not."""
    there = {member["person"]["id"] for member in await owner.circle()}
    for other in others:
        if other.id not in there:
            for one, blocked in ((owner, other), (other, owner)):
                await one.proves()
                await one.send("DELETE", f"/v1/blocks/{blocked.id}")
            await owner.welcomes(other)
