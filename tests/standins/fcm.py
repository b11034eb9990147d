"""A stand-in for Firebase Cloud Messaging: HTTP v1 over TLS and HTTP/2, with the OAuth endpoint for signing in."""

import functools
import json
import re
import tempfile
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.standins.serving import Reply, Request, Script, TlsServer, json_reply
from tests.standins.tls import authority

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_AUDIENCE = "https://oauth2.googleapis.com/token"  # what google-auth signs for, wherever its token_uri points
_LARGEST = 4096
_MESSAGE = {"token", "fid", "topic", "condition", "data", "notification", "android", "apns", "webpush", "fcm_options"}
_RESERVED = re.compile(r"from|message_type|google.*|gcm.*")
_DURATION = re.compile(r"\d+(\.\d{1,9})?s")


@dataclass(frozen=True, slots=True)
class FcmAttempt:
    """One message that reached the stand-in, accepted or not."""

    at: float
    """Monotonic seconds at its arrival."""
    token: str
    message: Mapping[str, Any]
    status: int
    bearer: str


@functools.cache
def _private_key() -> rsa.RSAPrivateKey:
    # Generating 2048 bits takes up to 0.2 s, so one key serves the whole process.
    return rsa.generate_private_key(65537, 2048)


class FcmStandIn:
    """`with FcmStandIn() as fcm:` gives `url`, `credentials_file` and a log of requests; its answers can be scripted.

    Takes every token for a live device unless scripted otherwise. Refuses what FCM refuses: a wrong or expired bearer
    (401), a foreign project (403), a malformed message (400).
    """

    def __init__(self, project_id: str = "porchlight-stand-in", token_lifetime: int = 3600) -> None:
        self.project_id = project_id
        self.token_lifetime = token_lifetime
        """Lifetime of a new bearer, in seconds."""
        self.attempts: list[FcmAttempt] = []
        """Every message received, in order."""
        self.sign_ins: list[float] = []
        """Monotonic time in seconds of every request to the OAuth endpoint."""
        self._script: Script[Reply] = Script()
        self._sign_in_script: Script[Reply] = Script()
        self._bearers: dict[str, float] = {}
        self._server = TlsServer(self._handle)
        self.port = self._server.port
        self.url = f"https://127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory(prefix="porchlight-fcm-")
        self.credentials_file = Path(self._folder.name) / "service-account.json"
        self._token_uri = f"{self.url}/token"

    def __enter__(self) -> Self:
        self.credentials_file.write_text(json.dumps(self._service_account()), encoding="utf-8")
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._folder.cleanup()

    def env(self) -> dict[str, str]:
        """Return the environment of a server that is to use this stand-in."""
        return {
            **authority().env(),
            "PORCHLIGHT_FCM_URL": self.url,
            "PORCHLIGHT_FCM_CREDENTIALS": str(self.credentials_file),
        }

    @property
    def accepted(self) -> list[FcmAttempt]:
        """Return the messages that were answered with 200."""
        return [attempt for attempt in self.attempts if attempt.status == 200]

    def answer(
        self,
        status: int,
        *,
        code: str | None = None,
        token: str | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        delay: float = 0.0,
        drip: float = 0.0,
        reset: bool = False,
    ) -> None:
        """Answer the next `times` messages (None: all from now on; `token`: to that device) with this.

        `code` is FCM's own error code (`UNREGISTERED`, `QUOTA_EXCEEDED` …), put where FCM puts it; `body` replaces
        FCM's JSON. A 200 checks and accepts the message, after `delay` seconds or trickling for `drip` seconds.
        """
        content: Mapping[str, object]
        if status == 200:
            content = {"name": f"projects/{self.project_id}/messages/scripted"}
        else:
            content = fcm_error(status, code)
        raw = json.dumps(content).encode() if body is None else body
        sent = {"content-type": "application/json", **(headers or {})}
        self._script.add(Reply(status, raw, sent, delay, drip, reset), times, token)

    def unregister(self, token: str) -> None:
        """Remove the app from this device: 404 UNREGISTERED from now on."""
        self.answer(404, code="UNREGISTERED", token=token, times=None)

    def answer_sign_in(
        self, status: int, *, times: int | None = 1, delay: float = 0.0, drip: float = 0.0, reset: bool = False
    ) -> None:
        """Answer the next `times` requests to the OAuth endpoint with this; a 200 still signs in, after `delay`."""
        body = json.dumps({"error": "invalid_grant" if status == 400 else "temporarily_unavailable"}).encode()
        reply = Reply(status, body, {"content-type": "application/json"}, delay, drip, reset)
        self._sign_in_script.add(reply, times)

    def behave(self) -> None:
        """Clear the script: answer everything as a healthy FCM again."""
        self._script.clear()
        self._sign_in_script.clear()

    def revoke(self) -> None:
        """Revoke every bearer issued so far (401)."""
        self._bearers.clear()

    async def _handle(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._sign_in(request)
        if request.path != f"/v1/projects/{self.project_id}/messages:send":
            if request.path.startswith("/v1/projects/"):
                return json_reply(403, fcm_error(403, None))
            return Reply(404, b"<html>Not Found</html>", {"content-type": "text/html"})
        return self._send(request)

    def _send(self, request: Request) -> Reply:
        message = _message(request.body)
        token = str(message.get("token", ""))
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        fault = _fault(message)
        scripted = self._script.take(token)
        if self._bearers.get(bearer, 0) < time.time():
            reply = json_reply(401, fcm_error(401, None))
        elif scripted is not None and (scripted.status != 200 or fault is None):
            reply = scripted
        elif fault is not None:
            reply = json_reply(400, fcm_error(400, "INVALID_ARGUMENT", fault))
        else:
            reply = json_reply(200, {"name": f"projects/{self.project_id}/messages/{len(self.attempts)}"})
        status = 0 if reply.reset else reply.status
        self.attempts.append(FcmAttempt(request.at, token, message, status, bearer))
        return reply

    def _sign_in(self, request: Request) -> Reply:
        self.sign_ins.append(request.at)
        scripted = self._sign_in_script.take(None)
        if scripted is not None and (scripted.status != 200 or scripted.reset):
            return scripted
        fault = self._assertion_fault(dict(urllib.parse.parse_qsl(request.body.decode())))
        if fault is not None:
            return json_reply(400, {"error": "invalid_grant", "error_description": fault})
        bearer = f"bearer-{len(self.sign_ins)}"
        self._bearers[bearer] = time.time() + self.token_lifetime
        content = {"access_token": bearer, "expires_in": self.token_lifetime, "token_type": "Bearer"}
        reply = json_reply(200, content)
        if scripted is None:
            return reply
        return Reply(200, reply.body, reply.headers, scripted.delay, scripted.drip)

    def _assertion_fault(self, form: Mapping[str, str]) -> str | None:
        """Return why Google would refuse a bearer for this, None if it would not."""
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return "grant_type"
        try:
            claims = jwt.decode(
                form.get("assertion", ""), _private_key().public_key(), algorithms=["RS256"], audience=_AUDIENCE
            )
        except jwt.InvalidTokenError as error:
            return str(error)
        scope = str(claims.get("scope"))
        return None if "firebase" in scope or "cloud-platform" in scope else "scope"

    def _service_account(self) -> dict[str, str]:
        key = _private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": self.project_id,
            "private_key_id": "stand-in",
            "private_key": key.decode(),
            "client_email": f"sender@{self.project_id}.iam.example",
            "client_id": "1",
            "token_uri": self._token_uri,
        }


def fcm_error(status: int, code: str | None, message: str = "scripted") -> dict[str, object]:
    """Return an error as FCM words it; `code` becomes the FcmError detail by which clients tell one 4xx from another."""
    details: list[dict[str, object]] = [] if code is None else [{"@type": _FCM_ERROR, "errorCode": code}]
    name = _STATUSES.get(status, "UNKNOWN")
    return {"error": {"code": status, "message": message, "status": name, "details": details}}


def _message(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    message = parsed.get("message") if isinstance(parsed, dict) else None
    return message if isinstance(message, dict) else {}


def _fault(message: dict[str, Any]) -> str | None:
    """Return why FCM would refuse this message, None if it would not."""
    data = message.get("data", {})
    android = message.get("android", {})
    apns_headers = message.get("apns", {}).get("headers", {})
    expiration = apns_headers.get("apns-expiration", "1")
    checks = {
        "unknown field": set(message) <= _MESSAGE,
        "exactly one target": sum(1 for name in ("token", "fid", "topic", "condition") if message.get(name)) == 1,
        "data of strings": all(isinstance(value, str) for value in data.values()),
        "reserved key": not any(_RESERVED.fullmatch(name) for name in data),
        "too large": len(json.dumps([data, message.get("notification")]).encode()) <= _LARGEST,
        "notification of strings": all(isinstance(text, str) for text in message.get("notification", {}).values()),
        "android.priority": android.get("priority", "normal").lower() in {"normal", "high"},
        "android.ttl": _DURATION.fullmatch(android.get("ttl", "0s")) is not None,
        "apns headers of strings": all(isinstance(value, str) for value in apns_headers.values()),
        "apns-priority": apns_headers.get("apns-priority", "10") in {"1", "5", "10"},
        "apns-expiration": expiration.isdigit(),
        "apns-collapse-id": len(apns_headers.get("apns-collapse-id", "").encode()) <= 64,
        "aps": "apns" not in message or isinstance(message["apns"].get("payload", {}).get("aps", {}), dict),
    }
    return next((name for name, good in checks.items() if not good), None)
