"""Classifies the answers of Firebase Cloud Messaging (HTTP v1) as the Firebase SDK does, whose own code for it is private."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic_core import from_json

from notifications.transports.http_pool import HttpAnswer
from notifications.transports.protocol import DeadAddress, Rejected, Result, RetryAt, Sent
from notifications.transports.retry_after import retry_after

UNAUTHENTICATED = RetryAt("unauthenticated", refused=True)
"""Google refused our token, not the push."""

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_QUOTA_WAIT = timedelta(seconds=60)
_THIRD_PARTY_AUTH = RetryAt("third_party_auth", refused=True)
"""The project's key for Apple is missing or expired. The operator can fix that while the push still matters."""
_RESULTS_BY_FCM_CODE: dict[str, Result] = {
    "UNREGISTERED": DeadAddress("unregistered"),
    # The token belongs to other credentials. Not dead: an hour with the wrong credentials file would lose all tokens.
    "SENDER_ID_MISMATCH": Rejected("sender_mismatch"),
    "THIRD_PARTY_AUTH_ERROR": _THIRD_PARTY_AUTH,
    "APNS_AUTH_ERROR": _THIRD_PARTY_AUTH,
}
_RESULTS_BY_GOOGLE_CODE: dict[str, Result] = {
    # May be caused by our message, so it never retires an address.
    "INVALID_ARGUMENT": Rejected("invalid_argument"),
    "PERMISSION_DENIED": Rejected("forbidden"),
    "UNAUTHENTICATED": UNAUTHENTICATED,
}
_GOOGLE_CODES_BY_STATUS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
}
"""For an answer without a code."""


def classify_fcm_answer(answer: HttpAnswer, now: datetime) -> Result:
    content = _parsed(answer.body)
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        # A 200 without the message's name did not come from FCM.
        return Sent() if content.get("name") else RetryAt("unexpected")
    error = content.get("error")
    fcm_code, google_code = _codes(error if isinstance(error, dict) else {})
    google_code = google_code or _GOOGLE_CODES_BY_STATUS.get(answer.status, "")
    result = _RESULTS_BY_FCM_CODE.get(fcm_code) or _RESULTS_BY_GOOGLE_CODE.get(google_code)
    when = retry_after(answer.retry_after, now)
    if fcm_code == "QUOTA_EXCEEDED":
        return RetryAt("quota", max(when or now, now + _QUOTA_WAIT))
    if result is not None:
        return result
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryAt("quota", when or now + _QUOTA_WAIT)
    return RetryAt("unavailable" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "unexpected", when)


def _codes(error: dict[str, Any]) -> tuple[str, str]:
    """Return FCM's own code for an error and Google's general one, each empty when it is missing."""
    details = error.get("details")
    fcm_codes = [
        detail.get("errorCode")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict) and detail.get("@type") == _FCM_ERROR
    ]
    return _word(fcm_codes[0] if fcm_codes else None), _word(error.get("status"))


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = from_json(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
