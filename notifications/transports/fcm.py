"""Sends pushes through Firebase Cloud Messaging (HTTP v1), with parts of the Firebase SDK replaced."""

import asyncio
import base64
import contextlib
import functools
import hashlib
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import structlog

from core.isolation import caught
from notifications.transports.fcm_sign_in import FcmSignIn, FcmSignInError
from notifications.transports.protocol import DeadAddress, FcmAddress, Push, Rejected, Result, RetryAt, Sent
from notifications.transports.retry_after import retry_after

log = structlog.get_logger(__name__)

LOUD_CHANNEL = "reach_out"
QUIET_CHANNEL = "quiet"
"""The two notification channels that an Android app has to create; its user decides how each sounds."""

_GOOGLE = "https://fcm.googleapis.com"
_EMULATOR = "FIREBASE_AUTH_EMULATOR_HOST"
_OPEN_WAIT_SECONDS = 2.0
_REFRESH_LIMIT_SECONDS = 8.0
# More would not be faster: each open connection costs httpcore time on every send.
_MAX_FCM_SENDS = 16
_QUOTA_WAIT = timedelta(seconds=60)
_MAX_FCM_TTL_SECONDS = 28 * 24 * 3600
_MAX_COLLAPSE_ID_BYTES = 64
_app_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Firebase:
    """What `open` sets up. The SDK ships no types."""

    app: Any
    messaging: Any
    client: "_Client"
    sign_in: FcmSignIn
    slots: asyncio.Semaphore


class FcmTransport:
    """Sends each push as a separate message, up to 16 at once, so that a slow send does not delay others.

    `credentials_file` is a service account's JSON file, `base_url` the URL to which `/v1/projects/…` is appended (None:
    Google's), `send_limit` the time limit of a send in seconds, including signing in.
    """

    name = "fcm"
    max_concurrent = _MAX_FCM_SENDS

    def __init__(
        self, credentials_file: Path, base_url: str | None, clock: Callable[[], datetime], send_limit: float = 8.0
    ) -> None:
        self._credentials_file = credentials_file
        self._base_url = (base_url or _GOOGLE).rstrip("/")
        self._clock = clock
        self._send_limit = send_limit
        self._firebase: _Firebase | None = None

    async def open(self) -> None:
        """Load the SDK and sign in. Stop waiting after 2 s when the provider is unreachable; the next send continues.

        Raises RuntimeError when the emulator's variable is set, OSError or ValueError for an unusable credentials file.
        """
        if os.environ.get(_EMULATOR):
            # With it, the SDK trusts unsigned tokens.
            raise RuntimeError(f"{_EMULATOR} is set: that is for tests only, unset it")
        if self._firebase is not None:
            return
        self._firebase = await asyncio.to_thread(_set_up, self._credentials_file, self._base_url, self._send_limit)
        with contextlib.suppress(FcmSignInError, TimeoutError):
            async with asyncio.timeout(min(_OPEN_WAIT_SECONDS, self._send_limit)):
                await self._firebase.sign_in.ready()

    async def close(self) -> None:
        firebase, self._firebase = self._firebase, None
        if firebase is not None:
            await firebase.client.aclose()
            await asyncio.to_thread(_delete_app, firebase.app)

    async def send(self, push: Push) -> Result:
        firebase = self._firebase
        if firebase is None:
            raise RuntimeError("open() comes before send()")
        if not isinstance(push.address, FcmAddress):
            return Rejected("wrong_transport")
        try:
            message = _fcm_message(firebase.messaging, push, push.address, self._clock())
            str(message)  # validates it, as the SDK does before sending
        except ValueError:
            return Rejected("invalid_argument")
        # A send never raises: every failure is classified.
        with caught() as send:
            async with asyncio.timeout(self._send_limit):
                await firebase.sign_in.ready()
                async with firebase.slots:
                    if push.overslept:
                        return RetryAt("overslept")
                    batch = await firebase.messaging.send_each_async([message], app=firebase.app)
            answer = batch.responses[0]
        if send.error is not None:
            return _classify_send_failure(send.error, push)
        if answer.exception is None:
            # A 200 without the message's name did not come from FCM.
            return Sent() if answer.success else RetryAt("unexpected")
        result = classify_sdk_error(answer.exception, self._clock())
        if result == _UNAUTHENTICATED:
            firebase.sign_in.discard_token()
        return result


class _Client:
    """Replaces the SDK's HTTP client, with the two methods that its messaging service calls."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def request(self, method: str, url: str, headers: dict[str, str], json: object) -> httpx.Response:
        reply = await self._http.request(method, url, headers=headers, json=json)
        return reply.raise_for_status()

    async def aclose(self) -> None:
        await self._http.aclose()


def _set_up(credentials_file: Path, base_url: str, send_limit: float) -> _Firebase:
    """Load the SDK and create an app in it. Blocks for half a second the first time."""
    import firebase_admin
    import requests
    from firebase_admin import credentials, messaging
    from google.auth.transport.requests import Request

    certificate = credentials.Certificate(str(credentials_file))
    credential = certificate.get_credential()
    fetch = functools.partial(Request(requests.Session()), timeout=_REFRESH_LIMIT_SECONDS)
    sign_in = FcmSignIn(credential, functools.partial(credential.refresh, fetch))
    app = firebase_admin.initialize_app(certificate, name=f"porchlight-{next(_app_numbers)}")
    http = httpx.AsyncClient(
        auth=sign_in,
        # Connecting times out before the send does: when cancelled during the handshake, httpcore leaves a socket open.
        timeout=httpx.Timeout(send_limit, connect=send_limit * 0.4),
        # HTTP/1.1: over HTTP/2, httpcore does not tell the server about cancelled sends, and after a hundred of them
        # every further send on that connection fails. With HTTP/1.1 a cancelled send only closes its own connection.
        http2=False,
        # Kept alive, so that the next press finds open connections. Unlimited here, because a send that is cancelled
        # while it waits for a connection can leak its place in the pool; `slots` limits them instead.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=_MAX_FCM_SENDS, keepalive_expiry=60),
    )
    client = _Client(http)
    _replace_client(messaging, app, base_url, client)
    return _Firebase(app, messaging, client, sign_in, asyncio.Semaphore(_MAX_FCM_SENDS))


def _replace_client(messaging: Any, app: object, base_url: str, client: _Client) -> None:  # noqa: ANN401 (untyped SDK)
    """Let the app's messaging service post through `client` to `base_url`. See docs/decisions/0005.

    These are private parts of the SDK, hence its pinned version. Its own retries never close retryable responses; each
    keeps an HTTP/2 stream, and after a hundred all sends hang forever. There is no setting for either.
    """
    service = messaging._get_messaging_service(app)
    service._async_client = client
    service._fcm_url = f"{base_url}/v1/projects/{service._project_id}/messages:send"


def _delete_app(app: object) -> None:
    """Remove the app from the SDK's registry. Call in a thread, because the SDK starts an event loop here."""
    import firebase_admin

    firebase_admin.delete_app(app)


def _fcm_message(sdk: Any, push: Push, address: FcmAddress, now: datetime) -> object:  # noqa: ANN401 (the untyped SDK)
    ttl = min(max(push.ttl, 1), _MAX_FCM_TTL_SECONDS)
    message = sdk.Message(
        data=dict(push.data),
        notification=sdk.Notification(title=push.title, body=push.body),
        android=sdk.AndroidConfig(
            # FCM lowers the priority of messages that show no notification; these always show one.
            priority="high" if push.urgent else "normal",
            ttl=timedelta(seconds=ttl),
            notification=sdk.AndroidNotification(
                tag=push.tag, channel_id=LOUD_CHANNEL if push.urgent else QUIET_CHANNEL
            ),
        ),
        apns=sdk.APNSConfig(headers=_apns_headers(push, now, ttl), payload=sdk.APNSPayload(_aps(sdk, push))),
    )
    # Set afterwards: as an argument it triggers a deprecation warning in favour of the installation id.
    message.token = address.token
    return message


def _apns_headers(push: Push, now: datetime, ttl: int) -> dict[str, str]:
    collapse_id = push.tag
    if len(collapse_id.encode()) > _MAX_COLLAPSE_ID_BYTES:  # Apple refuses the whole push
        collapse_id = base64.urlsafe_b64encode(hashlib.sha256(push.tag.encode()).digest()).decode().rstrip("=")
    return {
        "apns-push-type": "alert",
        # 10 is immediate; 5 may be delayed to save power, which is allowed for alerts too.
        "apns-priority": "10" if push.urgent else "5",
        # Never 0, which would mean: do not store the push for a phone that is off.
        "apns-expiration": str(int(now.timestamp()) + ttl),
        "apns-collapse-id": collapse_id,
    }


def _aps(sdk: Any, push: Push) -> object:  # noqa: ANN401 (the untyped SDK)
    return sdk.Aps(
        alert=sdk.ApsAlert(title=push.title, body=push.body),
        sound="default" if push.urgent else None,
        thread_id=push.tag,
        # Time-sensitive breaks through a Focus. The key belongs in aps, and the app needs the entitlement.
        custom_data={"interruption-level": "time-sensitive" if push.urgent else "active"},
    )


_UNAUTHENTICATED = RetryAt("unauthenticated", refused=True)
_RESULTS_BY_SDK_ERROR: dict[str, Result] = {
    "UnregisteredError": DeadAddress("unregistered"),
    # May be caused by our message, so it never retires an address.
    "InvalidArgumentError": Rejected("invalid_argument"),
    # The token belongs to other credentials. Not dead: an hour with the wrong credentials file would lose all tokens.
    "SenderIdMismatchError": Rejected("sender_mismatch"),
    "PermissionDeniedError": Rejected("forbidden"),
    # The project's key for Apple is missing or expired. The operator can fix that while the push still matters.
    "ThirdPartyAuthError": RetryAt("third_party_auth", refused=True),
    "UnauthenticatedError": _UNAUTHENTICATED,
}


def classify_sdk_error(error: Exception, now: datetime) -> Result:
    """Return the result for an error of the SDK (`SendResponse.exception`)."""
    reply = getattr(error, "http_response", None)
    if reply is None:
        return _classify_missing_reply(error)
    kind = type(error).__name__
    if kind in _RESULTS_BY_SDK_ERROR:
        return _RESULTS_BY_SDK_ERROR[kind]
    when = retry_after(reply.headers.get("Retry-After"), now)
    if kind == "QuotaExceededError":
        return RetryAt("quota", max(when or now, now + _QUOTA_WAIT))
    if reply.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryAt("quota", when or now + _QUOTA_WAIT)
    return RetryAt("unavailable" if reply.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "unexpected", when)


def _classify_missing_reply(error: Exception) -> Result:
    """Return the result for an error without a reply; the SDK keeps httpx's error as the cause."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, httpx.TimeoutException):
        return RetryAt("timeout")
    return RetryAt("connection" if isinstance(cause, httpx.TransportError) else "unexpected")


def _classify_send_failure(error: Exception, push: Push) -> Result:
    """Return the result for an exception raised by the SDK or our code around it."""
    if isinstance(error, TimeoutError):
        return RetryAt("timeout")
    if isinstance(error, FcmSignInError):
        return RetryAt("sign_in", refused=error.refused)
    log.warning("fcm_send_failed", delivery_id=str(push.delivery_id), error=type(error).__name__)
    return RetryAt("unexpected")
