"""What the people of a night do between presses: words, check-ins, marks, commitments, a plan, a rhythm, across both releases."""

import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.faults.people import Person

OLDER_REPLIES = frozenset({404, 405, 422, 429})
"""What a process of the release before replies to paths and fields that it does not know; and limits, which hold in both."""
WEEK = {"people": 1, "sleep": 2}
EVERY_DAY = list(range(7))
DUE_NOW = (
    "UPDATE rhythms SET check_in_at = to_char(now() AT TIME ZONE 'UTC', 'HH24:MI'), check_in_days = '[0,1,2,3,4,5,6]',"
    " next_at = date_trunc('minute', now())"
)
"""PostgreSQL: let the moment of everybody who has chosen one be this minute."""

Insists = Callable[..., Awaitable[httpx.Response]]
Notes = Callable[..., None]


class DaysBetween:
    """One owner and one member who live their days. `insists` sends a request until there is a reply; `notes` keeps what it promised."""

    def __init__(self, owner: Person, member: Person, insists: Insists, notes: Notes, dice: random.Random) -> None:
        self._owner = owner
        self._member = member
        self._insists = insists
        self._notes = notes
        self._dice = dice
        self._commitment: dict[str, Any] | None = None

    async def live(self) -> None:
        """Do one thing of those that two people do on any day."""
        what = self._dice.choice((self._words, self._check_in, self._talk, self._promise, self._settle))
        await what()

    async def _words(self) -> None:
        for sender, to in ((self._owner, self._member), (self._member, self._owner)):
            await self._write(sender, "/v1/reach-ins", {"to": to.id, "text": "Thinking of you."}, "reach_ins")

    async def _check_in(self) -> None:
        place = await self._place()
        if place is None:
            return
        shares = [{"membership_id": place, "parts": ["feeling", "week"]}]
        body = {"feeling": 1, "week": WEEK, "note": "Work was long.", "shares": shares}
        made = await self._write(self._owner, "/v1/check-ins", body, "check_ins")
        if made is not None:
            await self._ask(self._member, "POST", f"/v1/check-ins/{made['id']}/seen", {"text": "I see you."})

    async def _talk(self) -> None:
        await self._ask(self._owner, "POST", f"/v1/threads/{self._member.id}/talked")
        await self._ask(self._member, "POST", f"/v1/threads/{self._owner.id}/read")

    async def _promise(self) -> None:
        if self._commitment is None:
            place = await self._place()
            if place is None:
                return
            body = {"text": "Phone in the kitchen", "days": EVERY_DAY, "at": "23:59", "witness": place}
            self._commitment = await self._write(self._owner, "/v1/commitments", body, "commitments")
        if self._commitment is not None:
            path = f"/v1/commitments/{self._commitment['id']}"
            await self._ask(self._member, "POST", f"{path}/accept")
            day = self._commitment["recent"][0]["date"]
            await self._ask(self._owner, "PUT", f"{path}/days/{day}", {"done": self._dice.random() < 0.5})

    async def _settle(self) -> None:
        await self._ask(self._owner, "PUT", "/v1/me/plan", {"signs": ["The old place"], "help_me": "Stay on the line."})
        await self._ask(self._owner, "PUT", "/v1/me/rhythm", {"check_in": {"at": "21:00", "days": EVERY_DAY}})

    async def _place(self) -> str | None:
        """Return the id of the member's place in the circle; None while they are out of it."""
        rows = (await self._insists(self._owner, "GET", "/v1/circle?limit=100")).json()["items"]
        found = [row["id"] for row in rows if row["person"]["id"] == self._member.id and row["state"] == "active"]
        return str(found[0]) if found else None

    async def _write(self, who: Person, path: str, body: object, table: str) -> dict[str, Any] | None:
        reply = await self._ask(who, "POST", path, body)
        if reply.status_code != 201:
            return None
        made: dict[str, Any] = reply.json()
        self._notes("written", made["id"], time.monotonic(), table)
        return made

    async def _ask(self, who: Person, method: str, path: str, body: object = None) -> httpx.Response:
        return await self._insists(who, method, path, body, OLDER_REPLIES)
