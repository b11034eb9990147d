"""A stand-in for a push service (RFC 8030), its browsers and UnifiedPush apps: creates subscriptions and decrypts pushes."""

import base64
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import http_ece
import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.standins.serving import Reply, Request, Script, TlsServer
from tests.standins.tls import authority

_LARGEST = 4096
_DAY = 24 * 3600
_NAME = re.compile(r"^/(push/|up)")
_URGENCIES = {"very-low", "low", "normal", "high"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser's `subscribe` gives to the app, shaped like a device of the API."""

    id: str
    endpoint: str
    p256dh: str
    auth: str

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": self.p256dh, "auth": self.auth}


@dataclass(frozen=True, slots=True)
class WebPushAttempt:
    """One push that reached the stand-in, accepted or not."""

    at: float
    """Monotonic seconds at its arrival."""
    subscription_id: str
    headers: Mapping[str, str]
    """By lower-case name."""
    json: Mapping[str, Any]
    """The decrypted message; empty when it could not be decrypted."""
    status: int


@dataclass(frozen=True, slots=True)
class _Browser:
    private: ec.EllipticCurvePrivateKey
    secret: bytes
    server_key: str | None


class WebPushStandIn:
    """`with WebPushStandIn() as push:` gives subscriptions and a log of decrypted pushes; its answers can be scripted.

    Refuses what a push service refuses: no TTL or a malformed Topic or Urgency (400), a signature that is missing,
    wrong, expired or for another origin (401), or by another key than the subscription's (403), an unknown
    subscription (404), an ended one (410), more than 4096 bytes (413).
    """

    def __init__(self) -> None:
        self.attempts: list[WebPushAttempt] = []
        """Every push received, in order."""
        self._browsers: dict[str, _Browser] = {}
        self._ended: set[str] = set()
        self._distributed: set[str] = set()
        self._script: Script[Reply] = Script()
        self._lock = threading.Lock()
        self._server = TlsServer(self._handle)
        self.port = self._server.port
        self.host = f"127.0.0.1:{self.port}"
        """Host and port, as the allow-list needs it."""
        self.url = f"https://{self.host}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    def env(self) -> dict[str, str]:
        """Return the environment of a server that is to use this stand-in."""
        return {**authority().env(), "PORCHLIGHT_WEBPUSH_HOSTS": self.host}

    @property
    def accepted(self) -> list[WebPushAttempt]:
        """Return the pushes that were accepted: with 201, or with 200 as an ntfy server does."""
        return [attempt for attempt in self.attempts if attempt.status in {200, 201}]

    def subscribe(self, server_key: str | None = None, *, distributor: bool = False) -> Subscription:
        """Create the subscription of a new browser. With `server_key` (`webpush_public_key`) only its owner may push.

        `distributor`: of an app, through a UnifiedPush distributor that answers as ntfy does.
        """
        browser = _Browser(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), server_key)
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._browsers[name] = browser
            if distributor:
                self._distributed.add(name)
        point = browser.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        path = f"up{name}?up=1" if distributor else f"push/{name}"
        return Subscription(name, f"{self.url}/{path}", _base64(point), _base64(browser.secret))

    def unsubscribe(self, subscription: Subscription) -> None:
        """End the subscription, as its browser does: 410 from now on."""
        self._ended.add(subscription.id)

    def answer(
        self,
        status: int,
        *,
        to: Subscription | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        delay: float = 0.0,
        drip: float = 0.0,
        reset: bool = False,
    ) -> None:
        """Answer the next `times` pushes (None: all from now on; `to`: to that browser) with this."""
        body = b"x" * 64 if drip else body
        self._script.add(Reply(status, body, headers or {}, delay, drip, reset), times, to.id if to else None)

    def behave(self) -> None:
        """Clear the script: answer everything as a healthy push service again."""
        self._script.clear()

    async def _handle(self, request: Request) -> Reply:
        name = _NAME.sub("", request.path)
        browser = self._browsers.get(name)
        plain = _decrypted(request.body, browser) if browser else None
        status = self._verdict(request, name, browser, plain)
        reply = Reply(status, headers={"location": f"{self.url}/message/{len(self.attempts)}"})
        if status == 201 and name in self._distributed:
            message = {"id": "aXk3PfeRmPVS", "event": "message", "topic": f"up{name}", "encoding": "base64"}
            reply = Reply(200, json.dumps(message).encode(), {"content-type": "application/json"})
        scripted = self._script.take(name)
        if scripted is not None and (scripted.status != 201 or status == 201):
            reply = scripted
        status = 0 if reply.reset else reply.status
        self.attempts.append(WebPushAttempt(request.at, name, request.headers, plain or {}, status))
        return reply

    def _verdict(self, request: Request, name: str, browser: _Browser | None, plain: Mapping[str, Any] | None) -> int:
        if browser is None or request.method != "POST":
            return 404
        checks = {
            410: name not in self._ended,
            401: self._signed(request.headers.get("authorization", "")),
            403: _same_key(request.headers.get("authorization", ""), browser.server_key),
            413: len(request.body) <= _LARGEST,
            400: plain is not None and _well_formed(request.headers),
        }
        return next((status for status, good in checks.items() if not good), 201)

    def _signed(self, authorization: str) -> bool:
        """Tell whether this is a valid VAPID signature (RFC 8292) for our origin that has not expired."""
        parts = _vapid(authorization)
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(parts["k"]))
            claims = jwt.decode(
                parts["t"], key, algorithms=["ES256"], audience=self.url, options={"require": ["exp", "aud", "sub"]}
            )
        except (jwt.InvalidTokenError, KeyError, ValueError):
            return False
        return bool(claims["exp"] <= time.time() + _DAY) and str(claims["sub"]).startswith(("mailto:", "https:"))


def _well_formed(headers: Mapping[str, str]) -> bool:
    return (
        headers.get("ttl", "").isdigit()
        and headers.get("content-encoding") == "aes128gcm"
        and headers.get("urgency", "normal") in _URGENCIES
        and re.fullmatch(r"[A-Za-z0-9_-]{0,32}", headers.get("topic", "")) is not None
    )


def _decrypted(body: bytes, browser: _Browser) -> dict[str, Any] | None:
    try:
        plain = http_ece.decrypt(body, private_key=browser.private, auth_secret=browser.secret, version="aes128gcm")
        content = json.loads(plain)
    except (http_ece.ECEException, InvalidTag, ValueError, IndexError):
        return None
    return content if isinstance(content, dict) else None


def _same_key(authorization: str, server_key: str | None) -> bool:
    return server_key is None or _vapid(authorization).get("k") == server_key


def _vapid(authorization: str) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "vapid":
        return {}
    return dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
