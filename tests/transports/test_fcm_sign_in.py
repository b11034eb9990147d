"""The FCM transport's start and end, and its signing in: never in the event loop's way, whatever the endpoint does."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from notifications.transports.fcm import FcmTransport
from notifications.transports.protocol import FcmAddress, Push, RetryAt, Sent
from tests.standins.fcm import FcmStandIn
from tests.standins.serving import until
from tests.transports.opened_fcm import opened

MakePush = Callable[..., Push]
PHONE = FcmAddress("phone-token")


@pytest.fixture
async def transport(fcm: FcmStandIn, now: datetime) -> AsyncIterator[FcmTransport]:
    async with opened(fcm, now) as transport:
        yield transport


@contextlib.asynccontextmanager
async def loop_watched() -> AsyncIterator[list[float]]:
    """Gives a list that holds, in the end, the longest time in seconds during which the event loop did not turn."""
    longest = [0.0]

    async def tick() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            longest[0] = max(longest[0], time.monotonic() - last)
            last = time.monotonic()

    ticker = asyncio.create_task(tick())
    yield longest
    await asyncio.sleep(0.02)
    ticker.cancel()


# ------------------------------------------------------------------------------------------------------------ signing in


async def test_one_sign_in_serves_many_messages(fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush) -> None:
    assert set(await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(10)))) == {Sent()}
    assert len(fcm.sign_ins) == 1


async def test_the_endpoint_may_be_down_at_the_start_and_back_later(
    fcm: FcmStandIn, make_push: MakePush, now: datetime
) -> None:
    fcm.answer_sign_in(400, times=None)
    async with opened(fcm, now) as transport:
        assert await transport.send(make_push(PHONE)) == RetryAt("sign_in")
        fcm.behave()
        assert await transport.send(make_push(PHONE)) == Sent()


async def test_an_endpoint_that_cannot_be_reached_is_tried_again(
    trusting: None, fcm: FcmStandIn, make_push: MakePush, now: datetime, tmp_path: Path
) -> None:
    account = json.loads(fcm.credentials_file.read_text())
    account["token_uri"] = "https://127.0.0.1:1/token"
    elsewhere = tmp_path / "account.json"
    elsewhere.write_text(json.dumps(account))
    transport = FcmTransport(elsewhere, fcm.url, lambda: now)
    await transport.open()
    assert await transport.send(make_push(PHONE)) == RetryAt("sign_in")
    await transport.close()


async def test_a_slow_endpoint_blocks_neither_the_loop_nor_the_start(
    fcm: FcmStandIn, make_push: MakePush, now: datetime
) -> None:
    async with opened(fcm, now):
        pass  # the SDK is loaded now, which is not what is measured
    fcm.answer_sign_in(200, delay=3.0)
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now, send_limit=2.0)
    async with loop_watched() as longest:
        started = time.monotonic()
        await transport.open()
        assert time.monotonic() - started < 2.9  # gave up waiting for it
        assert await transport.send(make_push(PHONE)) == Sent()  # and this one waited for the rest
    assert longest[0] < 0.6
    assert len(fcm.sign_ins) == 2  # the refresh under way was shared
    await transport.close()


async def test_a_token_that_runs_out_is_replaced_without_blocking_the_loop(
    trusting: None, make_push: MakePush, now: datetime
) -> None:
    with FcmStandIn(token_lifetime=1) as fcm:
        async with opened(fcm, now) as transport:
            await asyncio.sleep(1.1)
            fcm.token_lifetime = 3600
            fcm.answer_sign_in(200, delay=0.6)
            async with loop_watched() as longest:
                results = await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(5)))
            assert set(results) == {Sent()}
            assert longest[0] < 0.5
            assert {attempt.bearer for attempt in fcm.attempts} == {"bearer-2"}
            assert len(fcm.sign_ins) == 2


async def test_a_token_about_to_run_out_is_still_used_while_the_next_one_comes(
    trusting: None, make_push: MakePush, now: datetime
) -> None:
    with FcmStandIn(token_lifetime=60) as fcm:
        async with opened(fcm, now) as transport:
            fcm.answer_sign_in(200, delay=0.5)
            assert await transport.send(make_push(PHONE)) == Sent()
            assert fcm.attempts[0].bearer == "bearer-1"
            await until(lambda: len(fcm.sign_ins) == 2)


async def test_a_refused_token_is_replaced_before_the_next_send(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    assert await transport.send(make_push(PHONE)) == Sent()
    fcm.revoke()
    assert await transport.send(make_push(PHONE)) == RetryAt("unauthenticated")
    assert await transport.send(make_push(PHONE)) == Sent()
    assert len(fcm.sign_ins) == 2


async def test_a_credential_that_stays_refused_does_not_sign_in_for_every_send(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    fcm.answer(401, times=None)
    for _ in range(5):
        assert await transport.send(make_push(PHONE)) == RetryAt("unauthenticated")
    assert len(fcm.sign_ins) == 2


# ------------------------------------------------------------------------------------------------------ opening, closing


async def test_it_refuses_to_open_beside_the_emulator(
    fcm: FcmStandIn, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now)
    with pytest.raises(RuntimeError, match="FIREBASE_AUTH_EMULATOR_HOST"):
        await transport.open()
    assert fcm.sign_ins == []


async def test_an_unusable_credentials_file_is_said_at_the_start(tmp_path: Path, trusting: None, now: datetime) -> None:
    with pytest.raises(OSError):
        await FcmTransport(tmp_path / "missing.json", None, lambda: now).open()
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    with pytest.raises(ValueError):
        await FcmTransport(broken, None, lambda: now).open()


async def test_two_of_them_live_in_one_process(fcm: FcmStandIn, make_push: MakePush, now: datetime) -> None:
    async with opened(fcm, now) as first, opened(fcm, now) as second:
        assert await first.send(make_push(PHONE)) == Sent()
        assert await second.send(make_push(PHONE)) == Sent()
        await first.close()
        assert await second.send(make_push(PHONE)) == Sent()


async def test_it_can_be_opened_again_and_closed_twice(fcm: FcmStandIn, make_push: MakePush, now: datetime) -> None:
    transport = FcmTransport(fcm.credentials_file, fcm.url + "/", lambda: now)
    for _ in range(2):
        await transport.open()
        assert await transport.send(make_push(PHONE)) == Sent()
        await transport.close()
        await transport.close()
    with pytest.raises(RuntimeError):
        await transport.send(make_push(PHONE))
