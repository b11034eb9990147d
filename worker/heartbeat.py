"""The heartbeat: a request to a monitoring service outside, sent only while the worker's loop moves."""

import asyncio
import time
from collections.abc import Callable

import httpx
import structlog

from core.database import Database
from core.isolation import caught
from core.telemetry import HEARTBEATS

BEAT_SECONDS = 60.0
FIRST_BEAT_SECONDS = 5.0
"""Seconds between two signs, and before the first one."""
MAX_TURN_AGE_SECONDS = 30.0
"""Seconds after its last turn for which the loop counts as moving."""
BEAT_TIMEOUT_SECONDS = 5.0
"""Seconds that the service outside may take."""

log = structlog.get_logger(__name__)


class Heartbeat:
    """`last_turn` gives when the loop last came round, on the monotonic clock, or None. The address is a secret."""

    def __init__(self, url: str, database: Database, last_turn: Callable[[], float | None]) -> None:
        self._url = url
        self._database = database
        self._last_turn = last_turn

    async def beat(self) -> bool:
        """Send a heartbeat if the worker lives; return whether it was taken. Never raises for what is outside."""
        result = await self._beat() if await self._alive() else "withheld"
        HEARTBEATS.labels(result).inc()
        if result != "taken":
            log.warning("heartbeat_not_given", why=result)
        return result == "taken"

    async def _alive(self) -> bool:
        last = self._last_turn()
        if last is None or time.monotonic() - last > MAX_TURN_AGE_SECONDS:
            return False
        with caught() as ping:
            await self._database.ping()
        return ping.error is None

    async def _beat(self) -> str:
        try:
            async with (
                asyncio.timeout(BEAT_TIMEOUT_SECONDS),
                httpx.AsyncClient(timeout=BEAT_TIMEOUT_SECONDS, follow_redirects=False) as client,
                client.stream("GET", self._url) as reply,
            ):
                return "taken" if reply.is_success else "refused"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
            # Static words only: what is raised may quote the address.
            return "failed"
