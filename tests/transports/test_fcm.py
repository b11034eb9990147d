"""The FCM transport against a stand-in for FCM: message contents, classified answers, and what must not block."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from notifications.transports.fcm import FcmTransport
from notifications.transports.protocol import (
    DeadAddress,
    FcmAddress,
    Push,
    Rejected,
    Result,
    RetryAt,
    Sent,
    WebPushAddress,
)
from tests.standins.fcm import FcmStandIn
from tests.standins.serving import until
from tests.transports.fcm_transport import open_fcm_transport

MakePush = Callable[..., Push]
PHONE = FcmAddress("phone-token")


@pytest.fixture
async def transport(fcm: FcmStandIn, now: datetime) -> AsyncIterator[FcmTransport]:
    async with open_fcm_transport(fcm, now) as transport:
        yield transport


# ------------------------------------------------------------------------------------------------------ message contents


async def test_an_urgent_push_has_high_priority_and_a_sound(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush, now: datetime
) -> None:
    push = make_push(PHONE, ttl=3600)
    assert await transport.send(push) == Sent()
    (attempt,) = fcm.accepted
    assert attempt.token == "phone-token"
    message = attempt.message
    assert message["data"] == dict(push.data)
    assert message["notification"] == {"title": push.title, "body": push.body}
    assert message["android"] == {
        "priority": "high",
        "ttl": "3600s",
        "notification": {"tag": push.tag, "channel_id": "reach_out"},
    }
    assert message["apns"]["headers"] == {
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": str(int(now.timestamp()) + 3600),
        "apns-collapse-id": push.tag,
    }
    assert message["apns"]["payload"]["aps"] == {
        "alert": {"title": push.title, "body": push.body},
        "sound": "default",
        "thread-id": push.tag,
        "interruption-level": "time-sensitive",
    }


async def test_a_quiet_push_has_normal_priority_and_no_sound(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    assert await transport.send(make_push(PHONE, kind="answered", urgent=False)) == Sent()
    message = fcm.accepted[0].message
    assert message["android"]["priority"] == "normal"
    assert message["android"]["notification"]["channel_id"] == "quiet"
    assert message["apns"]["headers"]["apns-priority"] == "5"
    assert "sound" not in message["apns"]["payload"]["aps"]
    assert message["apns"]["payload"]["aps"]["interruption-level"] == "active"


async def test_a_spared_alarm_arrives_as_fast_and_makes_no_sound(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    assert await transport.send(make_push(PHONE, silent=True)) == Sent()
    message = fcm.accepted[0].message
    assert message["android"]["priority"] == "high"
    assert message["android"]["notification"]["channel_id"] == "quiet"
    assert message["apns"]["headers"]["apns-priority"] == "10"
    assert "sound" not in message["apns"]["payload"]["aps"]
    assert message["apns"]["payload"]["aps"]["interruption-level"] == "active"


async def test_a_message_holds_only_the_words_and_ids_of_its_push(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush, now: datetime
) -> None:
    push = make_push(PHONE)
    await transport.send(push)
    own = {*push.data.values(), push.title, push.body, push.tag, "phone-token", str(int(now.timestamp()) + push.ttl)}
    fixed = {"high", "3600s", "reach_out", "alert", "10", "default", "time-sensitive"}
    assert set(_strings(fcm.accepted[0].message)) <= own | fixed


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value
    else:
        raise TypeError(type(value))


async def test_a_long_tag_still_collapses_at_apple(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    assert await transport.send(make_push(PHONE, tag="t" * 65)) == Sent()
    assert await transport.send(make_push(PHONE, tag="t" * 65)) == Sent()
    first, second = (attempt.message["apns"]["headers"]["apns-collapse-id"] for attempt in fcm.accepted)
    assert first == second
    assert len(first.encode()) <= 64


async def test_a_push_without_time_to_live_is_still_stored_at_apple(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush, now: datetime
) -> None:
    assert await transport.send(make_push(PHONE, ttl=0)) == Sent()
    assert int(fcm.accepted[0].message["apns"]["headers"]["apns-expiration"]) > now.timestamp()


# ---------------------------------------------------------------------------------------------------- classified answers


ANSWERS: list[tuple[int, str | None, Result]] = [
    (404, "UNREGISTERED", DeadAddress("unregistered")),
    (404, None, RetryAt("unexpected")),
    (403, "SENDER_ID_MISMATCH", Rejected("sender_mismatch")),
    (403, None, Rejected("forbidden")),
    (400, "INVALID_ARGUMENT", Rejected("invalid_argument")),
    (401, "THIRD_PARTY_AUTH_ERROR", RetryAt("third_party_auth")),
    (401, None, RetryAt("unauthenticated")),
    (500, "INTERNAL", RetryAt("unavailable")),
    (502, None, RetryAt("unavailable")),
    (503, "UNAVAILABLE", RetryAt("unavailable")),
    (307, None, RetryAt("unexpected")),
    (418, None, RetryAt("unexpected")),
]


async def test_each_answer_is_classified_without_a_retry(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    for status, code, result in ANSWERS:
        fcm.attempts.clear()
        fcm.answer(status, code=code, headers={"location": f"{fcm.url}/elsewhere"} if status == 307 else None)
        assert await transport.send(make_push(PHONE)) == result, (status, code)
        assert [attempt.status for attempt in fcm.attempts] == [status]
        assert await transport.send(make_push(PHONE)) == Sent()


RETRY_AFTER: list[tuple[int, str | None, str | None, int | None]] = [
    (503, "UNAVAILABLE", "7", 7),
    (503, "UNAVAILABLE", "date+90", 90),
    (503, "UNAVAILABLE", "999999", 3600),
    (503, "UNAVAILABLE", "soon", None),
    (429, "QUOTA_EXCEEDED", None, 60),
    (429, "QUOTA_EXCEEDED", "7", 60),
    (429, "QUOTA_EXCEEDED", "120", 120),
    (429, "QUOTA_EXCEEDED", "date+300", 300),
    (429, None, "7", 7),
    (429, None, None, 60),
]


async def test_retry_after_is_passed_on(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush, now: datetime
) -> None:
    for status, code, retry_after, seconds in RETRY_AFTER:
        header = retry_after
        if retry_after is not None and retry_after.startswith("date+"):
            header = format_datetime(now + timedelta(seconds=int(retry_after.removeprefix("date+"))), usegmt=True)
        fcm.answer(status, code=code, headers={"Retry-After": header} if header else None)
        result = await transport.send(make_push(PHONE))
        why = "quota" if status == 429 else "unavailable"
        when = None if seconds is None else now + timedelta(seconds=seconds)
        assert result == RetryAt(why, when), (status, code, retry_after)


async def test_a_malformed_answer_is_retried(fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush) -> None:
    for status in (200, 404, 503):
        for body in (b"", b"not json", b'{"error": "a string"}', b"[]", b"\xff\xfe"):
            fcm.answer(status, body=body)
            assert isinstance(await transport.send(make_push(PHONE)), RetryAt), (status, body)


async def test_a_reset_connection_is_retried(fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush) -> None:
    fcm.answer(200, reset=True)
    assert await transport.send(make_push(PHONE)) == RetryAt("connection")
    assert await transport.send(make_push(PHONE)) == Sent()


async def test_a_message_that_the_sdk_refuses_is_rejected_and_never_sent(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    assert await transport.send(make_push(FcmAddress(""))) == Rejected("invalid_argument")
    assert fcm.attempts == []


async def test_an_address_of_another_kind_is_rejected(transport: FcmTransport, make_push: MakePush) -> None:
    push = make_push(WebPushAddress("https://127.0.0.1/x", "p", "a"))
    assert await transport.send(push) == Rejected("wrong_transport")


async def test_an_unreachable_provider_is_retried(trusts_stand_ins: None, make_push: MakePush, now: datetime) -> None:
    with FcmStandIn() as fcm:
        async with open_fcm_transport(fcm, now) as transport:
            assert await transport.send(make_push(PHONE)) == Sent()
            fcm._server.close()
            assert await transport.send(make_push(PHONE)) == RetryAt("connection")


# --------------------------------------------------------------------------------------------------- what must not block


async def test_300_refusals_do_not_block_the_next_message(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    fcm.answer(503, code="UNAVAILABLE", times=300)
    started = time.monotonic()
    for _ in range(60):
        results = await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(5)))
        assert set(results) == {RetryAt("unavailable")}
    assert await transport.send(make_push(PHONE)) == Sent()
    assert time.monotonic() - started < 20
    assert len(fcm.attempts) == 301


async def test_100_timeouts_do_not_block_the_next_message(fcm: FcmStandIn, make_push: MakePush, now: datetime) -> None:
    fcm.answer(200, token="slow", delay=60, times=None)
    async with open_fcm_transport(fcm, now, send_limit=1.0) as transport:
        for _ in range(2):  # as many at once as the transport allows
            results = await asyncio.gather(*(transport.send(make_push(FcmAddress("slow"))) for _ in range(64)))
            assert set(results) == {RetryAt("timeout")}
        assert await transport.send(make_push(PHONE)) == Sent()


async def test_a_slow_answer_delays_no_other_message(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    fcm.answer(200, token="slow", delay=60)
    slow = asyncio.create_task(transport.send(make_push(FcmAddress("slow"))))
    await until(lambda: len(fcm.attempts) == 1)
    started = time.monotonic()
    for _ in range(5):
        assert await transport.send(make_push(PHONE)) == Sent()
    assert time.monotonic() - started < 2
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):  # cancellation is propagated, not classified
        await slow


async def test_a_trickling_answer_times_out(fcm: FcmStandIn, make_push: MakePush, now: datetime) -> None:
    fcm.answer(200, drip=6)
    async with open_fcm_transport(fcm, now, send_limit=0.5) as transport:
        started = time.monotonic()
        assert await transport.send(make_push(PHONE)) == RetryAt("timeout")
        assert time.monotonic() - started < 3
