"""Keeps the OAuth token for FCM fresh without blocking the event loop."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Protocol

import structlog

from core.isolation import caught

log = structlog.get_logger(__name__)

_REFRESH_ABANDONED_SECONDS = 10.0
"""Seconds after which a refresh is abandoned and the next send starts another one."""

_DISCARD_COOLDOWN_SECONDS = 10.0
_FRESH_SECONDS = 1.0
"""Seconds for which a fresh token, which has minutes left, is not looked at again."""


class GoogleCredential(Protocol):
    """The used part of a google-auth credential. `token_state` is FRESH, STALE (a few minutes left) or INVALID."""

    token: str | None

    @property
    def token_state(self) -> Enum: ...


class FcmSignInError(Exception):
    """There is currently no valid token. `refused`: because Google refuses this account, not because it is unreachable."""

    def __init__(self, *, refused: bool = False) -> None:
        super().__init__()
        self.refused = refused


class FcmSignIn:
    """Keeps the token that every request carries; a single refresh at a time fetches it in a thread.

    Replaces the SDK's auth flow, which refreshes synchronously on the event loop (taking up to 2.1 s) whenever the token
    has expired, a background refresh has failed, or FCM has answered 401.
    """

    def __init__(self, credential: GoogleCredential, refresh: Callable[[], None]) -> None:
        """`refresh` fetches a new token into `credential`; it blocks, and raises when it fails."""
        self._credential = credential
        self._refresh = refresh
        self._refreshing: asyncio.Future[None] | None = None
        self._started_at = 0.0
        self._fresh_until = 0.0
        self._discarded = False
        self._discarded_at: float | None = None
        self._refused = False

    async def ready(self) -> None:
        """Wait until there is a valid token. Raises FcmSignInError when it cannot be obtained.

        There is no time limit; when a caller stops waiting, the refresh continues for the others.
        """
        if time.monotonic() < self._fresh_until:
            return
        if self._token_state() == "FRESH":
            self._fresh_until = time.monotonic() + _FRESH_SECONDS
            return
        refreshing = self._start_refresh()
        if self._token_state() == "STALE":
            return  # valid for a few more minutes: send with it during the refresh
        await asyncio.shield(refreshing)
        if self._token_state() == "INVALID":
            raise FcmSignInError(refused=self._refused)

    def discard_token(self) -> None:
        """Make the next send fetch another token: FCM has refused this one before it expired.

        At most once in ten seconds, because new tokens of a disabled credential are refused too.
        """
        now = time.monotonic()
        if self._discarded_at is None or now - self._discarded_at >= _DISCARD_COOLDOWN_SECONDS:
            self._discarded, self._discarded_at, self._fresh_until = True, now, 0.0

    @property
    def bearer(self) -> str:
        """The `Authorization` header of a request; `ready` comes first."""
        return f"Bearer {self._credential.token}"

    def _token_state(self) -> str:
        return "INVALID" if self._discarded else self._credential.token_state.name

    def _start_refresh(self) -> asyncio.Future[None]:
        """Return the running refresh, or start one."""
        now = time.monotonic()
        if self._refreshing is None or self._refreshing.done() or now - self._started_at >= _REFRESH_ABANDONED_SECONDS:
            loop = asyncio.get_running_loop()
            self._refreshing, self._started_at = loop.create_future(), now
            # A dedicated thread, not the loop's executor: a hanging refresh must not block other work or the exit.
            threading.Thread(target=self._fetch, args=(loop, self._refreshing), name="fcm-sign-in", daemon=True).start()
        return self._refreshing

    def _fetch(self, loop: asyncio.AbstractEventLoop, refreshing: asyncio.Future[None]) -> None:
        with caught() as refresh:
            self._refresh()
        error = refresh.error
        fetched = error is None
        # How google-auth reports a permanent refusal: the account or its key was deleted.
        self._refused = type(error).__name__ == "RefreshError" and not getattr(error, "retryable", False)
        if error is not None:
            log.warning("fcm_sign_in_failed", error=type(error).__name__, refused=self._refused)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(self._refresh_ended, refreshing, fetched)

    def _refresh_ended(self, refreshing: asyncio.Future[None], fetched: bool) -> None:  # noqa: FBT001 (a callback's argument)
        if fetched:
            self._discarded = False
        if not refreshing.done():
            refreshing.set_result(None)
