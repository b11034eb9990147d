"""Keeps the OAuth token that FCM asks for fresh, without ever letting its refresh block the event loop."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Generator
from enum import Enum
from typing import Protocol

import httpx
import structlog
from typing_extensions import override

from core.isolation import caught

log = structlog.get_logger(__name__)

_REFRESH_GIVEN_UP_SECONDS = 10.0
"""After this long a refresh is abandoned, and the next send starts another one."""

_FORGET_COOLDOWN_SECONDS = 10.0


class GoogleCredential(Protocol):
    """What we use of a google-auth credential. `token_state` is named FRESH, STALE (minutes are left) or INVALID."""

    token: str | None

    @property
    def token_state(self) -> Enum: ...


class FcmSignInError(Exception):
    """There is no token to send with right now. `refused`: not since Google is away, but since it refuses this account."""

    def __init__(self, *, refused: bool = False) -> None:
        super().__init__()
        self.refused = refused


class FcmSignIn(httpx.Auth):
    """One credential's token: fetched in a thread, by one refresh at a time, and put on every request.

    It stands in for the SDK's own auth flow, which refreshes synchronously on the event loop (2.1 s seen) whenever
    the token has run out, a refresh in the background has failed before, or FCM has answered 401.
    """

    def __init__(self, credential: GoogleCredential, refresh: Callable[[], None]) -> None:
        """`refresh` fetches a new token into `credential`; it blocks, and raises when it fails."""
        self._credential = credential
        self._refresh = refresh
        self._running: asyncio.Future[None] | None = None
        self._started_at = 0.0
        self._forgotten = False
        self._forgotten_at: float | None = None
        self._refused = False

    async def ready(self) -> None:
        """Come back as soon as there is a token to send with. Raises SignInError when it could not be had.

        Has no time limit of its own; a caller that gives up leaves the refresh to those who still wait for it.
        """
        if self._state() == "FRESH":
            return
        running = self._start()
        if self._state() == "STALE":
            return  # good for some minutes more: send with it, the new one comes meanwhile
        await asyncio.shield(running)
        if self._state() == "INVALID":
            raise FcmSignInError(refused=self._refused)

    def forget(self) -> None:
        """Fetch another token before the next send: FCM has refused this one though it had not expired.

        At most once in ten seconds, for a credential that has been switched off gets its new tokens refused too.
        """
        now = time.monotonic()
        if self._forgotten_at is None or now - self._forgotten_at >= _FORGET_COOLDOWN_SECONDS:
            self._forgotten, self._forgotten_at = True, now

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._credential.token}"
        yield request

    def _state(self) -> str:
        return "INVALID" if self._forgotten else self._credential.token_state.name

    def _start(self) -> asyncio.Future[None]:
        """Return the refresh under way, or start a new one."""
        now = time.monotonic()
        if self._running is None or self._running.done() or now - self._started_at >= _REFRESH_GIVEN_UP_SECONDS:
            loop = asyncio.get_running_loop()
            self._running, self._started_at = loop.create_future(), now
            # A thread of its own, not the loop's executor: one that hangs must hold back neither others' work nor exit.
            threading.Thread(target=self._fetch, args=(loop, self._running), name="fcm-sign-in", daemon=True).start()
        return self._running

    def _fetch(self, loop: asyncio.AbstractEventLoop, running: asyncio.Future[None]) -> None:
        with caught() as refresh:
            self._refresh()
        error = refresh.error
        fetched = error is None
        # google-auth's own word for an answer that another try will not change: the account is gone, or its key is.
        self._refused = type(error).__name__ == "RefreshError" and not getattr(error, "retryable", False)
        if error is not None:
            log.warning("fcm_sign_in_failed", error=type(error).__name__, refused=self._refused)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(self._done, running, fetched)

    def _done(self, running: asyncio.Future[None], fetched: bool) -> None:  # noqa: FBT001 (a callback's argument)
        if fetched:
            self._forgotten = False
        if not running.done():
            running.set_result(None)
