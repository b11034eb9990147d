"""The Web Push transport: how answers of a push service, and missing answers, are classified."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from core.clock import elapsed
from notifications.transports.protocol import (
    DeadAddress,
    Push,
    Rejected,
    Result,
    RetryAt,
    Sent,
)
from notifications.transports.vapid import VapidKeys
from notifications.transports.webpush import WebPushTransport
from tests.standins.serving import until
from tests.standins.webpush import Subscription, WebPushStandIn
from tests.transports.webpush_transport import KEYS, address_of, open_webpush_transport

MakePush = Callable[..., Push]


@pytest.fixture
def browser(push_service: WebPushStandIn) -> Subscription:
    return push_service.subscribe(KEYS.public_key)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Sent()),
        (201, Sent()),
        (202, Sent()),
        (404, DeadAddress("gone")),
        (410, DeadAddress("gone")),
        (400, Rejected("bad_request")),
        (401, Rejected("forbidden")),
        (403, Rejected("forbidden")),
        (413, Rejected("too_large")),
        (301, Rejected("redirect")),
        (307, Rejected("redirect")),
        (406, RetryAt("unexpected")),
        (429, RetryAt("quota")),
        (500, RetryAt("unavailable")),
        (503, RetryAt("unavailable")),
    ],
)
async def test_an_answer_is_classified(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    status: int,
    result: Result,
) -> None:
    location = {"location": f"{push_service.url}/push/{browser.id}"} if 300 <= status < 400 else None
    push_service.answer(status, headers=location)
    assert await transport.send(make_push(address_of(browser))) == result
    assert [attempt.status for attempt in push_service.attempts] == [
        status
    ]  # a redirect is not followed, nor a retry made


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("999999999999", 3600), ("date+90", 90), ("date-90", 0), ("-5", None), ("soon", None)],
)
async def test_retry_after_is_passed_on(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    now: datetime,
    status: int,
    header: str,
    seconds: int | None,
) -> None:
    if header.startswith("date"):
        header = format_datetime(now + timedelta(seconds=int(header.removeprefix("date"))), usegmt=True)
    push_service.answer(status, headers={"Retry-After": header})
    result = await transport.send(make_push(address_of(browser)))
    assert isinstance(result, RetryAt)
    assert result.when == (None if seconds is None else now + timedelta(seconds=seconds))


async def test_an_ended_subscription_is_dead_and_one_for_another_key_is_not(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    other = push_service.subscribe(VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1())).public_key)
    assert await transport.send(make_push(address_of(other))) == Rejected("forbidden")
    push_service.unsubscribe(browser)
    assert await transport.send(make_push(address_of(browser))) == DeadAddress("gone")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_signature_refused_by_apple_does_not_retire_the_device(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    status: int,
) -> None:
    push_service.answer(status, body=b'{"reason":"BadJwtToken"}')
    result = await transport.send(make_push(address_of(browser)))
    assert result == RetryAt("signature"), "the operator can fix it while the push still matters"
    assert result.refused, "until then the device must not count as working"
    # The same status for a single subscription: it was made for another key.
    push_service.answer(status, body=b'{"reason":"VapidPkHashMismatch"}')
    assert await transport.send(make_push(address_of(browser))) == Rejected("forbidden")
    assert await transport.send(make_push(address_of(browser))) == Sent()


async def test_nothing_is_posted_after_the_lease_has_expired(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    late = replace(make_push(address_of(browser)), until=elapsed())
    assert await transport.send(late) == RetryAt("overslept")
    assert push_service.attempts == []


async def test_a_reset_connection_is_retried(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service.answer(201, reset=True)
    assert await transport.send(make_push(address_of(browser))) == RetryAt("connection")
    assert await transport.send(make_push(address_of(browser))) == Sent()


async def test_an_unreachable_push_service_is_retried(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service._server.close()
    assert await transport.send(make_push(address_of(browser))) == RetryAt("connection")


@pytest.mark.parametrize("slowness", ["delay", "drip"])
async def test_a_slow_answer_times_out(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush, slowness: str
) -> None:
    push_service.answer(201, **({"delay": 60} if slowness == "delay" else {"drip": 6}))  # type: ignore[arg-type]  # floats
    async with open_webpush_transport(push_service.host, send_limit=0.5) as transport:
        started = time.monotonic()
        assert await transport.send(make_push(address_of(browser))) == RetryAt("timeout")
        assert time.monotonic() - started < 3


async def test_a_slow_push_service_delays_no_other(trusts_stand_ins: None, make_push: MakePush) -> None:
    with WebPushStandIn() as slow, WebPushStandIn() as quick:
        slow.answer(201, delay=60, times=None)
        stuck, fine = slow.subscribe(), quick.subscribe()
        async with open_webpush_transport(slow.host, quick.host) as transport:
            waiting = [asyncio.create_task(transport.send(make_push(address_of(stuck)))) for _ in range(56)]
            await until(lambda: len(slow.attempts) == 32)
            started = time.monotonic()
            assert await transport.send(make_push(address_of(fine))) == Sent()
            assert time.monotonic() - started < 2
            for task in waiting:
                task.cancel()
            ended = await asyncio.gather(*waiting, return_exceptions=True)
            stuck_ones = [end for end in ended if isinstance(end, asyncio.CancelledError)]
            assert len(stuck_ones) >= 32, "its own lane is full"
            # The others freed their slots, so that the dispatcher can use them for another service.
            assert all(end == RetryAt("lane_full") for end in ended if end not in stuck_ones)


async def test_100_refusals_do_not_block_the_next_push(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service.answer(503, times=110)
    for _ in range(22):
        results = await asyncio.gather(*(transport.send(make_push(address_of(browser))) for _ in range(5)))
        assert set(results) == {RetryAt("unavailable")}
    assert await transport.send(make_push(address_of(browser))) == Sent()
