"""Sends pushes through Firebase Cloud Messaging (HTTP v1): the SDK's credentials and messages over our own connections."""

import asyncio
import contextlib
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from core.isolation import caught
from notifications.transports.fcm_answers import UNAUTHENTICATED, classify_fcm_answer
from notifications.transports.fcm_message import fcm_body
from notifications.transports.fcm_sign_in import FcmSignIn, FcmSignInError
from notifications.transports.http_pool import HttpPool, classify_missing_answer, proxy_for
from notifications.transports.protocol import FcmAddress, Push, Rejected, Result, RetryAt

log = structlog.get_logger(__name__)

_GOOGLE = "https://fcm.googleapis.com"
_EMULATOR = "FIREBASE_AUTH_EMULATOR_HOST"
_REFRESH_LIMIT_SECONDS = 8.0
# Google takes some 50 ms a message, and each needs a connection for as long.
_MAX_FCM_SENDS = 64


@dataclass(frozen=True, slots=True)
class _Firebase:
    """What `open` sets up. The SDK ships no types."""

    messaging: Any
    sign_in: FcmSignIn
    url: str
    pool: HttpPool


class FcmTransport:
    """Sends each push as a separate message, so that a slow send does not delay others.

    `credentials_file` is a service account's JSON file, `base_url` the URL to which `/v1/projects/…` is appended (None:
    Google's), `send_limit` the time limit of a send in seconds, including signing in, `open_limit` how many seconds `open`
    waits for the first sign-in.
    """

    name = "fcm"
    max_concurrent = _MAX_FCM_SENDS

    def __init__(
        self,
        credentials_file: Path,
        base_url: str | None,
        clock: Callable[[], datetime],
        send_limit: float = 8.0,
        open_limit: float = 2.0,
    ) -> None:
        self._credentials_file = credentials_file
        self._base_url = (base_url or _GOOGLE).rstrip("/")
        self._clock = clock
        self._send_limit = send_limit
        self._open_limit = open_limit
        self._firebase: _Firebase | None = None

    async def open(self) -> None:
        """Load the SDK and sign in. Stop waiting after `open_limit` when the provider is silent; the next send continues.

        Raises RuntimeError when the emulator's variable is set, OSError or ValueError for an unusable credentials file.
        """
        if os.environ.get(_EMULATOR):
            # With it, the SDK trusts unsigned tokens.
            raise RuntimeError(f"{_EMULATOR} is set: that is for tests only, unset it")
        if self._firebase is not None:
            return
        messaging, sign_in, project = await asyncio.to_thread(_load_sdk, self._credentials_file)
        url = f"{self._base_url}/v1/projects/{project}/messages:send"
        pool = HttpPool(self._send_limit, proxy=proxy_for(self._base_url))
        self._firebase = _Firebase(messaging, sign_in, url, pool)
        with contextlib.suppress(FcmSignInError, TimeoutError):
            async with asyncio.timeout(self._open_limit):
                await sign_in.ready()

    async def close(self) -> None:
        firebase, self._firebase = self._firebase, None
        if firebase is not None:
            await firebase.pool.close()

    async def send(self, push: Push) -> Result:
        firebase = self._firebase
        if firebase is None:
            raise RuntimeError("open() comes before send()")
        if not isinstance(push.address, FcmAddress):
            return Rejected("wrong_transport")
        try:
            body = fcm_body(firebase.messaging, push, push.address, self._clock())
        except ValueError:
            return Rejected("invalid_argument")
        # A send never raises: every failure is classified.
        with caught() as send:
            async with asyncio.timeout(self._send_limit):
                await firebase.sign_in.ready()
                if push.overslept:
                    return RetryAt("overslept")
                answer = await firebase.pool.post(firebase.url, body, _fcm_headers(firebase.sign_in.bearer))
        if send.error is not None:
            return _classify_send_failure(send.error, push)
        result = classify_fcm_answer(answer, self._clock())
        if result == UNAUTHENTICATED:
            firebase.sign_in.discard_token()
        return result


def _load_sdk(credentials_file: Path) -> tuple[Any, FcmSignIn, str]:
    """Return the SDK's messages, the sign-in of this account and its project. Blocks for half a second the first time."""
    import requests
    from firebase_admin import credentials, messaging
    from google.auth.transport.requests import Request

    certificate = credentials.Certificate(str(credentials_file))
    if not certificate.project_id:
        raise ValueError("the service account's file names no project_id")
    credential = certificate.get_credential()
    session = requests.Session()
    session.max_redirects = 0  # the signed request is for Google alone
    fetch = functools.partial(Request(session), timeout=_REFRESH_LIMIT_SECONDS)
    return messaging, FcmSignIn(credential, functools.partial(credential.refresh, fetch)), certificate.project_id


def _fcm_headers(bearer: str) -> dict[str, str]:
    # The version is that of errors, with FCM's own codes.
    return {"Authorization": bearer, "Content-Type": "application/json", "X-GOOG-API-FORMAT-VERSION": "2"}


def _classify_send_failure(error: Exception, push: Push) -> Result:
    """Return the result for a send without an answer."""
    if isinstance(error, FcmSignInError):
        return RetryAt("sign_in", refused=error.refused)
    missing = classify_missing_answer(error)
    if missing is not None:
        return missing
    log.warning("fcm_send_failed", delivery_id=str(push.delivery_id), error=type(error).__name__)
    return RetryAt("unexpected")
