"""Sends pushes to browsers: encrypts (RFC 8291), signs (VAPID) and posts to the browser's push service (RFC 8030)."""

import asyncio
import base64
import binascii
import hashlib
import json
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import http_ece
import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from core.isolation import caught
from core.webpush_hosts import allowed_endpoint
from notifications.transports.http_pool import HttpPool, classify_missing_answer
from notifications.transports.protocol import (
    DeadAddress,
    Push,
    Rejected,
    Result,
    RetryAt,
    Sent,
    WebPushAddress,
)
from notifications.transports.retry_after import retry_after
from notifications.transports.vapid import VapidKeys

log = structlog.get_logger(__name__)

DECLARATIVE_MARK = 8030
"""Marks a declarative message, which a browser can show without our service worker."""
DECLARATIVE_TYPE = "application/notification+json"
PLAIN_TYPE = "application/octet-stream"

_SIGNATURE_SECONDS = 12 * 3600
_RENEW_SIGNATURE_SECONDS = 3600
_MAX_AUDIENCES = 256
_SLOT_WAIT_SECONDS = 0.5
_MAX_SENDS_PER_SERVICE = 32
_MAX_WEBPUSH_TTL_SECONDS = 28 * 24 * 3600
_P256_POINT_BYTES = 65
_AUTH_SECRET_BYTES = 16

_AUTHORIZATION_STATUSES = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_SIGNATURE_REFUSED = RetryAt("signature", refused=True)
"""Our signature is refused for every subscription: the operator can fix it while the push still matters."""
# Apple's reasons for refusing a token, mainly for a subject at localhost, .local or .invalid.
_SIGNATURE_WORDS = (b"BadJwtToken", b"ExpiredJwtToken", b"InvalidProviderToken", b"MissingProviderToken")
_MAX_REASON_BYTES = 1024
_RESULTS_BY_STATUS: dict[int, Result] = {
    HTTPStatus.OK: Sent(),
    HTTPStatus.CREATED: Sent(),
    HTTPStatus.ACCEPTED: Sent(),
    HTTPStatus.NOT_FOUND: DeadAddress("gone"),
    HTTPStatus.GONE: DeadAddress("gone"),
    HTTPStatus.BAD_REQUEST: Rejected("bad_request"),
    # Our signature, our subject, or a subscription with another key: our fault, not the address's.
    HTTPStatus.UNAUTHORIZED: Rejected("forbidden"),
    HTTPStatus.FORBIDDEN: Rejected("forbidden"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Rejected("too_large"),
}


class BadKeysError(ValueError):
    """The subscription's keys are not a P-256 point and a 16-byte secret, so nothing can be encrypted for it."""


class WebPushTransport:
    """Sends each push in a separate request, up to 32 at once to one push service.

    `subject` is our contact for push services (`mailto:…` or `https:…`), `hosts` the allow-list of push services,
    `send_limit` the time limit of a send in seconds, `public_url` the app's origin, to which a push's `url` is joined (the
    declarative form needs an absolute URL), `verify` a TLS context for tests.
    """

    name = "webpush"
    # Enough for three busy services; one that hangs occupies only its own slots.
    max_concurrent = 3 * _MAX_SENDS_PER_SERVICE

    def __init__(
        self,
        keys: VapidKeys,
        subject: str,
        hosts: Iterable[str],
        clock: Callable[[], datetime],
        send_limit: float = 8.0,
        *,
        public_url: str = "",
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._keys = keys
        self._subject = subject
        self._hosts = tuple(hosts)
        self._clock = clock
        self._send_limit = send_limit
        self._slot_wait = min(_SLOT_WAIT_SECONDS, send_limit / 4)
        self._public_url = public_url
        self._verify = verify
        self._pool: HttpPool | None = None
        self._signed: dict[str, tuple[int, str]] = {}
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_MAX_SENDS_PER_SERVICE)
        )
        # Sign once now, so that an unusable subject fails at startup and not at the first push.
        keys.authorization("https://push.invalid", subject, 1)

    async def open(self) -> None:
        if self._pool is not None:
            return
        self._pool = HttpPool(self._send_limit, self._verify)
        self._slots.clear()

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def send(self, push: Push) -> Result:
        if self._pool is None:
            raise RuntimeError("open() comes before send()")
        address = push.address
        if not isinstance(address, WebPushAddress):
            return Rejected("wrong_transport")
        # Checked again: the list may have been shortened since the address was stored.
        if not allowed_endpoint(address.endpoint, self._hosts):
            return Rejected("host_not_allowed")
        # A send never raises: every failure is classified.
        with caught() as send:
            return await self._post(self._pool, push, address)
        return _classify_post_failure(send.failure, push)

    async def _post(self, pool: HttpPool, push: Push, address: WebPushAddress) -> Result:
        # Takes 0.2 ms on the event loop; handing it to a thread would cost about as much.
        body = encrypt(payload(push, self._public_url), address)
        audience = _origin(address.endpoint)
        headers = _headers(push, address.endpoint, self._authorization(audience, self._clock()))
        slots = self._slots[audience]
        try:
            # A hanging service occupies all its slots. A send that waits too long for one gives its dispatcher slot
            # back, since otherwise one hanging service would occupy all of those.
            await asyncio.wait_for(slots.acquire(), self._slot_wait)
        except TimeoutError:
            return RetryAt("lane_full")
        try:
            if push.overslept:
                return RetryAt("overslept")
            async with asyncio.timeout(self._send_limit - self._slot_wait):
                answer = await pool.post(address.endpoint, body, headers)
        finally:
            slots.release()
        if answer.status in _AUTHORIZATION_STATUSES:
            self._signed.pop(audience, None)
            if _about_signature(answer.body):
                return _SIGNATURE_REFUSED
        return classify_status(answer.status, answer.retry_after, self._clock())

    def _authorization(self, audience: str, now: datetime) -> str:
        """Return the signed header for one push service, renewed every eleven hours."""
        present = int(now.timestamp())
        expires, header = self._signed.get(audience, (0, ""))
        if expires - present < _RENEW_SIGNATURE_SECONDS:
            expires = present + _SIGNATURE_SECONDS
            header = self._keys.authorization(audience, self._subject, expires)
            if len(self._signed) >= _MAX_AUDIENCES:  # a wildcard in the list lets clients name many hosts
                self._signed.clear()
                self._slots.clear()
            self._signed[audience] = (expires, header)
        return header


def _about_signature(body: bytes) -> bool:
    """Return whether a 401 or 403 is about our signature or its subject, not about this subscription."""
    return any(word in body[:_MAX_REASON_BYTES] for word in _SIGNATURE_WORDS)


def _classify_post_failure(error: Exception, push: Push) -> Result:
    """Return the result for a send without a reply."""
    if isinstance(error, BadKeysError):
        return Rejected("bad_keys")
    missing = classify_missing_answer(error)
    if missing is not None:
        return missing
    log.warning("webpush_send_failed", delivery_id=str(push.delivery_id), error=type(error).__name__)
    return RetryAt("unexpected")


def classify_status(status: int, wait: str | None, now: datetime) -> Result:
    """Return the result for a push service's status; `wait` is its `Retry-After`. Only 404 and 410 retire an address."""
    meaning = _RESULTS_BY_STATUS.get(status)
    if meaning is not None:
        return meaning
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Rejected("redirect")
    when = retry_after(wait, now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryAt("quota", when)
    return RetryAt("unavailable" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "unexpected", when)


def payload(push: Push, public_url: str = "") -> bytes:
    """Return the message in Declarative Web Push form, with the contract's strings in `data` for our service worker."""
    data = dict(push.data)
    message = {
        "web_push": DECLARATIVE_MARK,
        "notification": {
            "title": push.title,
            "body": push.body,
            "tag": push.tag,
            **({"lang": push.language} if push.language else {}),
            "renotify": push.renotify,
            "requireInteraction": push.urgent,
            **({"silent": True} if push.silent else {}),
            "navigate": urljoin(public_url, data.get("url", "/")),
            "data": data,
        },
        # The service worker goes first, since only it can send the receipt. If it fails, the browser shows this.
        "mutable": True,
        "data": data,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def encrypt(plain: bytes, address: WebPushAddress) -> bytes:
    """Encrypt `plain` as an aes128gcm body that only this subscription's browser can read. Raises BadKeysError."""
    # pywebpush uses http_ece too; pywebpush itself would add aiohttp and requests, 0.8 s and 16 MB.
    try:
        point, secret = _base64url_bytes(address.p256dh), _base64url_bytes(address.auth)
        if len(point) != _P256_POINT_BYTES or len(secret) != _AUTH_SECRET_BYTES:
            raise BadKeysError("lengths")
        body = http_ece.encrypt(
            plain,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=point,
            auth_secret=secret,
            version="aes128gcm",
        )
    except (ValueError, http_ece.ECEException) as error:
        raise BadKeysError("unusable") from error
    return bytes(body)


def topic(tag: str) -> str:
    """Return the topic of a tag: 32 base64url characters that are stable but do not reveal the tag."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()


def content_type(endpoint: str) -> str:
    """Return the type that marks a declarative message; Windows' service, whose browsers read none, gets the plain one."""
    host = urlsplit(endpoint).hostname or ""
    return PLAIN_TYPE if host.endswith(".notify.windows.com") else DECLARATIVE_TYPE


def _headers(push: Push, endpoint: str, authorization: str) -> dict[str, str]:
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": content_type(endpoint),
        "TTL": str(min(max(push.ttl, 0), _MAX_WEBPUSH_TTL_SECONDS)),
        "Urgency": "high" if push.urgent else "normal",
        "Topic": topic(push.tag),
    }


def _origin(endpoint: str) -> str:
    """Return the endpoint's origin, as used for a signature's audience (RFC 6454: without the default port)."""
    parts = urlsplit(endpoint)
    return f"https://{parts.netloc.lower().removesuffix(':443')}"


def _base64url_bytes(text: str) -> bytes:
    try:
        bare = text.rstrip("=").encode("ascii")
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadKeysError("base64") from error
