"""Opening, closing and signing in of the FCM transport: never blocks the event loop, whatever the endpoint does."""

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
from tests.standins.raw import always, serve_raw
from tests.standins.serving import until
from tests.transports.fcm_transport import open_fcm_transport

MakePush = Callable[..., Push]
PHONE = FcmAddress("phone-token")


@pytest.fixture
async def transport(fcm: FcmStandIn, now: datetime) -> AsyncIterator[FcmTransport]:
    async with open_fcm_transport(fcm, now) as transport:
        yield transport


@contextlib.asynccontextmanager
async def watch_event_loop() -> AsyncIterator[list[float]]:
    """Yield a list whose only item is the longest time in seconds for which the event loop was blocked."""
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


async def test_sign_in_recovers_when_the_endpoint_was_down_at_the_start(
    fcm: FcmStandIn, make_push: MakePush, now: datetime
) -> None:
    fcm.answer_sign_in(400, times=None)
    async with open_fcm_transport(fcm, now) as transport:
        assert await transport.send(make_push(PHONE)) == RetryAt("sign_in")
        fcm.behave()
        assert await transport.send(make_push(PHONE)) == Sent()


async def test_an_unreachable_sign_in_endpoint_is_retried(
    trusts_stand_ins: None, fcm: FcmStandIn, make_push: MakePush, now: datetime, tmp_path: Path
) -> None:
    account = json.loads(fcm.credentials_file.read_text())
    account["token_uri"] = "https://127.0.0.1:1/token"
    elsewhere = tmp_path / "account.json"
    elsewhere.write_text(json.dumps(account))
    transport = FcmTransport(elsewhere, fcm.url, lambda: now)
    await transport.open()
    assert await transport.send(make_push(PHONE)) == RetryAt("sign_in")
    await transport.close()


async def test_a_slow_endpoint_blocks_neither_the_event_loop_nor_the_start(
    fcm: FcmStandIn, make_push: MakePush, now: datetime
) -> None:
    async with open_fcm_transport(fcm, now):
        pass  # load the SDK first, so that this is not measured
    fcm.answer_sign_in(200, delay=3.0)
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now, send_limit=2.0)
    async with watch_event_loop() as longest:
        started = time.monotonic()
        await transport.open()
        assert time.monotonic() - started < 2.9  # gave up waiting for the sign-in
        assert await transport.send(make_push(PHONE)) == Sent()  # the send waits for the rest of it
    assert longest[0] < 0.6
    assert len(fcm.sign_ins) == 2  # both shared the running refresh
    await transport.close()


async def test_an_expired_token_is_replaced_without_blocking_the_event_loop(
    trusts_stand_ins: None, make_push: MakePush, now: datetime
) -> None:
    with FcmStandIn(token_lifetime=1) as fcm:
        async with open_fcm_transport(fcm, now) as transport:
            await asyncio.sleep(1.1)
            fcm.token_lifetime = 3600
            fcm.answer_sign_in(200, delay=0.6)
            async with watch_event_loop() as longest:
                results = await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(5)))
            assert set(results) == {Sent()}
            assert longest[0] < 0.5
            assert {attempt.bearer for attempt in fcm.attempts} == {"bearer-2"}
            assert len(fcm.sign_ins) == 2


async def test_a_token_about_to_expire_is_used_while_it_is_refreshed(
    trusts_stand_ins: None, make_push: MakePush, now: datetime
) -> None:
    with FcmStandIn(token_lifetime=60) as fcm:
        async with open_fcm_transport(fcm, now) as transport:
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


async def test_one_sign_in_replaces_a_token_that_many_sends_were_refused_with(
    fcm: FcmStandIn, transport: FcmTransport, make_push: MakePush
) -> None:
    fcm.revoke()
    refused = await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(20)))
    assert set(refused) == {RetryAt("unauthenticated")}
    assert set(await asyncio.gather(*(transport.send(make_push(PHONE)) for _ in range(20)))) == {Sent()}
    assert len(fcm.sign_ins) == 2


async def test_pushes_go_on_with_a_valid_token_while_the_sign_in_endpoint_is_down(
    trusts_stand_ins: None, make_push: MakePush, now: datetime
) -> None:
    with FcmStandIn(token_lifetime=60) as fcm:
        async with open_fcm_transport(fcm, now) as transport:
            fcm.answer_sign_in(503, times=None)
            for _ in range(3):
                assert await transport.send(make_push(PHONE)) == Sent()


async def test_a_redirect_of_the_sign_in_is_not_followed(
    fcm: FcmStandIn, make_push: MakePush, now: datetime, tmp_path: Path
) -> None:
    async with serve_raw(
        always(f"HTTP/1.1 307 Moved\r\nLocation: {fcm.url}/token\r\nContent-Length: 0\r\n\r\n".encode())
    ) as mover:
        account = json.loads(fcm.credentials_file.read_text())
        account["token_uri"] = f"{mover.url}/token"
        moved = tmp_path / "account.json"
        moved.write_text(json.dumps(account))
        transport = FcmTransport(moved, fcm.url, lambda: now)
        await transport.open()
        assert await transport.send(make_push(PHONE)) == RetryAt("sign_in")
        await transport.close()
        assert mover.requests
    assert fcm.sign_ins == []


# ------------------------------------------------------------------------------------------------------ opening, closing


async def test_it_refuses_to_open_when_the_emulator_is_configured(
    fcm: FcmStandIn, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now)
    with pytest.raises(RuntimeError, match="FIREBASE_AUTH_EMULATOR_HOST"):
        await transport.open()
    assert fcm.sign_ins == []


async def test_an_unusable_credentials_file_is_refused_at_the_start(
    tmp_path: Path, trusts_stand_ins: None, now: datetime
) -> None:
    with pytest.raises(OSError):
        await FcmTransport(tmp_path / "missing.json", None, lambda: now).open()
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    with pytest.raises(ValueError):
        await FcmTransport(broken, None, lambda: now).open()


async def test_two_transports_work_in_one_process(fcm: FcmStandIn, make_push: MakePush, now: datetime) -> None:
    async with open_fcm_transport(fcm, now) as first, open_fcm_transport(fcm, now) as second:
        assert await first.send(make_push(PHONE)) == Sent()
        assert await second.send(make_push(PHONE)) == Sent()
        await first.close()
        assert await second.send(make_push(PHONE)) == Sent()


async def test_a_transport_can_be_reopened_and_closed_twice(
    fcm: FcmStandIn, make_push: MakePush, now: datetime
) -> None:
    transport = FcmTransport(fcm.credentials_file, fcm.url + "/", lambda: now)
    for _ in range(2):
        await transport.open()
        assert await transport.send(make_push(PHONE)) == Sent()
        await transport.close()
        await transport.close()
    with pytest.raises(RuntimeError):
        await transport.send(make_push(PHONE))
