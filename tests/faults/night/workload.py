"""The workload of a night: people press, answer, close, remove and welcome members, and retry until they succeed."""

import asyncio
import itertools
import random
import secrets
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests.faults.installation import Circle
from tests.faults.night.days import DaysBetween
from tests.faults.night.history import History
from tests.faults.people import Person
from tests.faults.processes import client

PATIENCE = 90.0
"""Seconds of retries; no trouble of a night lasts as long."""
CALM_SHARE = 0.4
"""Of the presses, those that begin as a calm ask."""
EXPECTED = frozenset({200, 201, 204, 404, 409, 503})


class Workload:
    """Requests beside the faults. The same seed makes the same people do the same things.

    `days`: they also live the days between presses, each owner with a member who is not removed. `calm`: some presses
    begin as a calm ask, which the release before does not know. `reply_seconds`: how long a reply may take before it counts
    as none.
    """

    def __init__(
        self,
        circle: Circle,
        urls: Sequence[str],
        seed: int,
        *,
        days: bool = False,
        calm: bool = False,
        reply_seconds: float = 6,
    ) -> None:
        self.circle = circle
        self.history = History()
        # Requests alternate between servers, as behind a proxy.
        self._urls = itertools.cycle(urls)
        self._seed = seed
        self._days = days
        self._calm = calm
        self._reply_seconds = reply_seconds
        self._stop = asyncio.Event()

    async def go_on(self) -> None:
        """Run until `stop`; reach-outs that are open then stay open."""
        lives = [self._owner(number, owner) for number, owner in enumerate(self.circle.owners)]
        if self._days:
            lives += [self._between(number, owner) for number, owner in enumerate(self.circle.owners)]
        await asyncio.gather(*lives)

    def stop(self) -> None:
        self._stop.set()

    async def insists(
        self, who: Person, method: str, path: str, body: object = None, also: frozenset[int] = frozenset()
    ) -> httpx.Response:
        """Retry until there is a definite reply, as a phone does: the same key, the next server. `also`: further statuses that are fine."""
        headers = {**who.headers, "Idempotency-Key": secrets.token_hex(8)}
        until = time.monotonic() + PATIENCE
        async with client(timeout=self._reply_seconds) as http:
            while True:
                try:
                    reply = await http.request(method, f"{next(self._urls)}{path}", json=body, headers=headers)
                except httpx.TransportError:
                    self.history.count(0)
                else:
                    self.history.count(reply.status_code)
                    if reply.status_code not in EXPECTED | also:
                        self.history.wrong.append(f"{method} {path}: {reply.status_code} {reply.text[:200]}")
                    if reply.status_code < 500:
                        return reply
                if time.monotonic() > until:
                    raise AssertionError(f"{method} {path}: no answer within {PATIENCE} s")
                await asyncio.sleep(0.1)

    async def _owner(self, number: int, owner: Person) -> None:
        dice = random.Random(self._seed * 1000 + number)
        # Each owner removes a different member.
        leaver = self.circle.members[number % len(self.circle.members)]
        while not self._stop.is_set():
            if self._calm and dice.random() < CALM_SHARE:
                await self._ask_calmly(owner, dice.uniform(0, 0.6))
            reach_out = await self._press(owner)
            what = dice.choice(("answered", "answered", "closed", "closed", "raced", "removal", "silence"))
            await self._rest(dice.uniform(0.2, 1.2))
            match what:
                case "answered":
                    await self._answer(
                        dice.choice(self.circle.members), reach_out, dice.choice(("calling", "here", "cannot"))
                    )
                case "removal":
                    await self._remove(owner, leaver, reach_out)
                case "silence":
                    # Until it is reported as unanswered and the channels have been tried.
                    await self._rest(dice.uniform(4, 6))
            await self._rest(dice.uniform(0.2, 1.0))
            if self._stop.is_set():
                return
            if what == "raced":
                await asyncio.gather(self._close(owner, reach_out), self._press(owner), self._close(owner, reach_out))
                open_now = await self.insists(owner, "GET", "/v1/reach-outs?open=true&mine=true")
                for item in open_now.json()["items"]:
                    await self._close(owner, item["id"])
            else:
                await self._close(owner, reach_out)
            if what == "removal":
                await self._welcome(owner, leaver)

    async def _between(self, number: int, owner: Person) -> None:
        dice = random.Random(self._seed * 1000 + 500 + number)
        member = self.circle.members[(number + 1) % len(self.circle.members)]
        days = DaysBetween(owner, member, self.insists, self.history.note, dice)
        while not self._stop.is_set():
            await days.live()
            await self._rest(dice.uniform(0.1, 0.5))

    async def _ask_calmly(self, owner: Person, seconds: float) -> None:
        """Ask calmly, and leave it open for so long: the press that follows makes it one. After six an hour it is refused."""
        reply = await self.insists(owner, "POST", "/v1/reach-outs", {"calm": True}, also=frozenset({429}))
        if reply.status_code == 201:
            self.history.note("pressed", str(reply.json()["id"]), time.monotonic())
        await asyncio.sleep(seconds)

    async def _press(self, owner: Person) -> str:
        reply = await self.insists(owner, "POST", "/v1/reach-outs", {"note": "Could use a voice."})
        assert reply.status_code in {200, 201}, reply.text
        reach_out = str(reply.json()["id"])
        self.history.note("pressed", reach_out, time.monotonic())
        return reach_out

    async def _answer(self, member: Person, reach_out: str, kind: str) -> None:
        # A member on a later step may not have been told yet, and then gets a 404.
        reply = await self.insists(member, "POST", f"/v1/reach-outs/{reach_out}/answers", {"kind": kind})
        if reply.status_code == 201:
            self.history.note("answered", reach_out, time.monotonic(), member.id)

    async def _close(self, owner: Person, reach_out: str) -> None:
        reply = await self.insists(owner, "POST", f"/v1/reach-outs/{reach_out}/close", {"outcome": "ok_now"})
        assert reply.status_code == 200, reply.text
        self.history.note("closed", reach_out, time.monotonic())

    async def _remove(self, owner: Person, member: Person, reach_out: str) -> None:
        for row in (await self.insists(owner, "GET", "/v1/circle?limit=100")).json()["items"]:
            if row["person"]["id"] == member.id:
                await self.insists(owner, "DELETE", f"/v1/circle/{row['id']}")
                self.history.note("removed", reach_out, time.monotonic(), member.id)

    async def _welcome(self, owner: Person, member: Person) -> None:
        link: dict[str, Any] = (await self.insists(owner, "POST", "/v1/invitations", {"role": "friend"})).json()
        taken = await self.insists(member, "POST", "/v1/invitations/accept", {"token": link["token"]})
        if taken.status_code == 201:
            await self.insists(owner, "POST", f"/v1/circle/{taken.json()['id']}/confirm")

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return
