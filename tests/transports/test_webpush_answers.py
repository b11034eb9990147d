"""The Web Push transport: what each answer of a push service means, and what no answer means."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
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
from tests.transports.opened_webpush import KEYS, at, opened

MakePush = Callable[..., Push]


@pytest.fixture
async def transport(push_service: WebPushStandIn, now: datetime) -> AsyncIterator[WebPushTransport]:
    async with opened(push_service.host, clock=lambda: now) as transport:
        yield transport


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
    assert await transport.send(make_push(at(browser))) == result
    assert [attempt.status for attempt in push_service.attempts] == [
        status
    ]  # a redirect is not followed, nor a retry made


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("999999999999", 3600), ("date+90", 90), ("date-90", 0), ("-5", None), ("soon", None)],
)
async def test_the_provider_s_own_wish_is_passed_on(
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
    result = await transport.send(make_push(at(browser)))
    assert isinstance(result, RetryAt)
    assert result.when == (None if seconds is None else now + timedelta(seconds=seconds))


async def test_a_subscription_that_has_ended_is_dead_and_one_made_with_another_key_is_not(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    other = push_service.subscribe(VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1())).public_key)
    assert await transport.send(make_push(at(other))) == Rejected("forbidden")
    push_service.unsubscribe(browser)
    assert await transport.send(make_push(at(browser))) == DeadAddress("gone")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_signature_that_apple_does_not_take_is_no_fault_of_the_phone_s(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    status: int,
) -> None:
    push_service.answer(status, body=b'{"reason":"BadJwtToken"}')
    result = await transport.send(make_push(at(browser)))
    assert result == RetryAt("signature"), "the operator can mend it while the push still matters"
    assert result.refused, "and until then nobody is to believe that it works"
    # The same status about this one subscription: another key made it.
    push_service.answer(status, body=b'{"reason":"VapidPkHashMismatch"}')
    assert await transport.send(make_push(at(browser))) == Rejected("forbidden")
    assert await transport.send(make_push(at(browser))) == Sent()


async def test_who_wakes_after_the_lease_has_run_out_posts_nothing(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    late = replace(make_push(at(browser)), until=elapsed())
    assert await transport.send(late) == RetryAt("overslept")
    assert push_service.attempts == []


async def test_a_torn_connection_is_tried_again(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service.answer(201, reset=True)
    assert await transport.send(make_push(at(browser))) == RetryAt("connection")
    assert await transport.send(make_push(at(browser))) == Sent()


async def test_a_service_that_has_gone_is_tried_again(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service._server.close()
    assert await transport.send(make_push(at(browser))) == RetryAt("connection")


@pytest.mark.parametrize("how", ["delay", "drip"])
async def test_a_slow_answer_is_given_up_at_the_limit(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush, how: str
) -> None:
    push_service.answer(201, **({"delay": 60} if how == "delay" else {"drip": 6}))  # type: ignore[arg-type]  # floats
    async with opened(push_service.host, send_limit=0.5) as transport:
        started = time.monotonic()
        assert await transport.send(make_push(at(browser))) == RetryAt("timeout")
        assert time.monotonic() - started < 3


async def test_a_slow_service_holds_back_no_other(trusting: None, make_push: MakePush) -> None:
    with WebPushStandIn() as slow, WebPushStandIn() as quick:
        slow.answer(201, delay=60, times=None)
        stuck, fine = slow.subscribe(), quick.subscribe()
        async with opened(slow.host, quick.host) as transport:
            waiting = [asyncio.create_task(transport.send(make_push(at(stuck)))) for _ in range(40)]
            await until(lambda: len(slow.attempts) == 16)
            started = time.monotonic()
            assert await transport.send(make_push(at(fine))) == Sent()
            assert time.monotonic() - started < 2
            for task in waiting:
                task.cancel()
            ended = await asyncio.gather(*waiting, return_exceptions=True)
            stuck_ones = [end for end in ended if isinstance(end, asyncio.CancelledError)]
            assert len(stuck_ones) >= 16, "its own lane is full"
            # The others gave their places back, so that the dispatcher can use them for another service.
            assert all(end == RetryAt("lane_full") for end in ended if end not in stuck_ones)


async def test_a_hundred_503_do_not_silence_the_next_push(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push_service.answer(503, times=110)
    for _ in range(22):
        results = await asyncio.gather(*(transport.send(make_push(at(browser))) for _ in range(5)))
        assert set(results) == {RetryAt("unavailable")}
    assert await transport.send(make_push(at(browser))) == Sent()
