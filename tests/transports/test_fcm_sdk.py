"""What the Firebase SDK itself would send and understand, compared with what the FCM transport sends and understands."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from firebase_admin import messaging

from notifications.transports.fcm_answers import classify_fcm_answer
from notifications.transports.fcm_message import fcm_body, fcm_message, shell_of
from notifications.transports.http_pool import HttpAnswer
from notifications.transports.protocol import DeadAddress, FcmAddress, Push, Rejected, Result, RetryAt
from tests.standins.fcm import fcm_error

MakePush = Callable[..., Push]
SDK: Any = messaging._MessagingService
RESULTS: dict[str, Result] = {
    "UnregisteredError": DeadAddress("unregistered"),
    "InvalidArgumentError": Rejected("invalid_argument"),
    "SenderIdMismatchError": Rejected("sender_mismatch"),
    "PermissionDeniedError": Rejected("forbidden"),
    "ThirdPartyAuthError": RetryAt("third_party_auth", refused=True),
    "UnauthenticatedError": RetryAt("unauthenticated", refused=True),
    "QuotaExceededError": RetryAt("quota"),
}
"""By the error that the SDK raises; the others are retried according to their status."""


def sdk_error(answer: HttpAnswer) -> str:
    """Return the name of the SDK's error for this answer."""
    request = httpx.Request("POST", "https://fcm.googleapis.com/")
    reply = httpx.Response(answer.status, content=answer.body, request=request)
    error = httpx.HTTPStatusError("refused", request=request, response=reply)
    return type(SDK(_App())._handle_fcm_httpx_error(error)).__name__


class _App:
    project_id = "p"
    options: dict[str, object] = {}  # noqa: RUF012 (as the SDK's own)

    class credential:  # noqa: N801 (as the SDK's own)
        @staticmethod
        def get_credential() -> None:
            return None


STATUSES = [400, 401, 403, 404, 409, 412, 429, 500, 502, 503]
CODES = [None, "INVALID_ARGUMENT", "INTERNAL", "UNAVAILABLE", "NEW_CODE", *SDK.FCM_ERROR_TYPES]


def test_an_error_means_what_it_means_to_the_sdk(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messaging._http_client, "JsonHttpClient", _NoClient)
    monkeypatch.setattr(messaging._http_client, "HttpxAsyncClient", _NoClient)
    for status, code in itertools.product(STATUSES, CODES):
        for body in (fcm_error(status, code), {"error": {"details": fcm_error(status, code)["error"]["details"]}}, {}):  # type: ignore[index]  # a dict
            answer = HttpAnswer(status, json.dumps(body).encode(), None)
            result, name = classify_fcm_answer(answer, now), sdk_error(answer)
            why = "quota" if status == 429 else "unavailable" if status >= 500 else "unexpected"
            expected = RESULTS.get(name, RetryAt(why))
            if isinstance(result, RetryAt):
                result = replace(result, when=None)
            assert result == expected, (status, body, name)


class _NoClient:
    def __init__(self, **_: object) -> None:
        self.session = self

    def mount(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("silent", [True, False])
def test_a_request_is_the_sdks_own_message(make_push: MakePush, now: datetime, urgent: bool, silent: bool) -> None:
    address = FcmAddress('a:"token"\\')
    for tag, kind in (("t1", "reach_out"), ("t1", "answered"), ("t2", "ä “quoted” \\ \n line")):
        push = replace(make_push(address, urgent=urgent, silent=silent, tag=tag, kind=kind), body=f"{kind} {tag}")
        message = fcm_message(messaging, shell_of(push, now))
        message.data, message.token = dict(push.data), address.token
        for _ in range(2):  # the second from what was kept
            assert json.loads(fcm_body(messaging, push, address, now)) == {"message": json.loads(str(message))}


def test_what_was_kept_of_a_press_is_nobody_elses(make_push: MakePush, now: datetime) -> None:
    one = make_push(FcmAddress("one"), tag="same")
    other = replace(one, body="Noor would like company.", data={"v": "1"})
    assert b"Noor" not in fcm_body(messaging, one, FcmAddress("one"), now)
    body = fcm_body(messaging, other, FcmAddress("other"), now)
    assert b"Noor" in body
    assert b"one" not in body.replace(b"Someone", b"")
    assert b"Noor" not in fcm_body(messaging, one, FcmAddress("one"), now)
