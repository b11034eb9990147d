"""The heartbeat: a request to an external monitoring service, sent only while the worker's loop is running."""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus

import aiohttp
import structlog

from core.database import Database
from core.isolation import caught
from core.telemetry import HEARTBEATS
from notifications.transports.http_pool import trusted_context

BEAT_SECONDS = 60.0
FIRST_BEAT_SECONDS = 5.0
"""Seconds between two heartbeats, and before the first one."""
MAX_TURN_AGE_SECONDS = 30.0
"""Seconds since its last turn within which the loop counts as running."""
BEAT_TIMEOUT_SECONDS = 5.0
"""Seconds that the monitoring service may take."""

log = structlog.get_logger(__name__)


class Heartbeat:
    """`last_turn` returns the end of the loop's last turn, on the monotonic clock, or None. The URL is a secret."""

    def __init__(self, url: str, database: Database, last_turn: Callable[[], float | None]) -> None:
        self._url = url
        self._database = database
        self._last_turn = last_turn

    async def beat(self) -> bool:
        """Send a heartbeat if the worker is running; return whether it was accepted. Never raises for external failures."""
        result = await self._send() if await self._is_running() else "withheld"
        HEARTBEATS.labels(result).inc()
        if result != "taken":
            log.warning("heartbeat_not_given", why=result)
        return result == "taken"

    async def _is_running(self) -> bool:
        last = self._last_turn()
        if last is None or time.monotonic() - last > MAX_TURN_AGE_SECONDS:
            return False
        with caught() as ping:
            await self._database.ping()
        return ping.error is None

    async def _send(self) -> str:
        try:
            async with (
                asyncio.timeout(BEAT_TIMEOUT_SECONDS),
                aiohttp.ClientSession(trust_env=True) as session,
                session.get(self._url, ssl=trusted_context(), allow_redirects=False) as reply,
            ):
                return "taken" if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES else "refused"
        except (aiohttp.ClientError, OSError, ValueError):
            # Static words only: the exception may quote the URL.
            return "failed"
