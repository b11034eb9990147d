"""The pool of connections to push services: what servers do to connections, and what must not be done for them."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from notifications.transports.http_pool import (
    MAX_ANSWER_BYTES,
    HttpAnswer,
    HttpPool,
    classify_missing_answer,
    proxy_for,
)
from notifications.transports.protocol import RetryAt
from tests.standins.raw import OK, RawRequest, always, listen, serve_raw
from tests.standins.serving import until

pytestmark = pytest.mark.usefixtures("trusts_stand_ins")
HEADERS = {"Authorization": "Bearer x", "Content-Type": "application/json"}
GOOD = HttpAnswer(200, b"{}", None)


@asynccontextmanager
async def open_pool(send_limit: float = 8.0, proxy: str | None = None) -> AsyncIterator[HttpPool]:
    pool = HttpPool(send_limit, proxy=proxy)
    try:
        yield pool
    finally:
        await pool.close()


async def post(pool: HttpPool, url: str) -> HttpAnswer | RetryAt | None:
    """Return the answer, or how its absence is classified."""
    try:
        return await pool.post(url, b"{}", HEADERS)
    except Exception as error:  # noqa: BLE001 (what is not classified becomes None)
        return classify_missing_answer(error)


# ---------------------------------------------------------------------------------------------------------- connections


async def test_a_connection_serves_many_requests() -> None:
    async with serve_raw(always(OK)) as server, open_pool() as pool:
        for _ in range(3):
            assert await post(pool, server.url) == GOOD
        assert server.connections == 1
        assert await asyncio.gather(*(post(pool, server.url) for _ in range(5))) == [GOOD] * 5
        assert server.connections == 5
    assert server.open_connections == 0


async def test_a_connection_that_the_server_closed_between_requests_is_not_used() -> None:
    async with serve_raw(always(OK, then_close=True)) as server, open_pool() as pool:
        for _ in range(3):
            assert await post(pool, server.url) == GOOD
            await until(lambda: server.open_connections == 0)
            await asyncio.sleep(0.05)  # its end has arrived here too
        assert server.connections == 3


async def test_a_request_is_never_repeated_by_the_pool() -> None:
    async def close_at_the_second(request: RawRequest, writer: asyncio.StreamWriter) -> None:
        if request.number == 1:
            writer.write(OK)
        else:
            writer.close()

    async with serve_raw(close_at_the_second) as server, open_pool() as pool:
        assert await post(pool, server.url) == GOOD
        assert await post(pool, server.url) == RetryAt("connection")
        assert len(server.requests) == 2, "it may have been taken: whoever asked for it decides"
        assert await post(pool, server.url) == GOOD


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"",
    ],
)
async def test_half_an_answer_is_none(raw: bytes) -> None:
    async with serve_raw(always(raw, then_close=True)) as server, open_pool() as pool:
        assert await post(pool, server.url) == RetryAt("connection")


async def test_bytes_after_an_answer_are_not_the_answer_to_the_next_request() -> None:
    stray = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n[]"

    async def answer(request: RawRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + stray if len(server.requests) == 1 else OK)

    async with serve_raw(answer) as server, open_pool() as pool:
        assert [await post(pool, server.url) for _ in range(3)] == [GOOD] * 3


async def test_an_abandoned_post_closes_its_connection_and_no_other() -> None:
    async def hang(request: RawRequest, writer: asyncio.StreamWriter) -> None:
        if request.body == b"hang":
            await asyncio.sleep(60)
        writer.write(OK)

    async with serve_raw(hang) as server, open_pool() as pool:
        assert await post(pool, server.url) == GOOD
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await asyncio.gather(*(pool.post(server.url, b"hang", HEADERS) for _ in range(3)))
        for _ in range(2):
            assert await post(pool, server.url) == GOOD
        assert server.connections == 4


async def test_a_handshake_that_never_ends_is_given_up() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listen(say_nothing) as port, open_pool(send_limit=1.0) as pool:
        started = time.monotonic()
        assert await post(pool, f"https://127.0.0.1:{port}/") == RetryAt("timeout")
        assert time.monotonic() - started < 6


# ---------------------------------------------------------------------------------------------------------------- trust


async def test_a_certificate_for_another_host_is_refused() -> None:
    async with serve_raw(always(OK), "push.example") as server, open_pool() as pool:
        assert await post(pool, server.url) == RetryAt("connection")
        assert server.requests == []


async def test_an_unknown_authority_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with serve_raw(always(OK)) as server, open_pool() as pool:
        assert await post(pool, server.url) == RetryAt("connection")
        assert server.requests == []


async def test_a_redirect_is_an_answer() -> None:
    async with serve_raw(always(OK)) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with serve_raw(always(moved)) as server, open_pool() as pool:
            assert await post(pool, server.url) == HttpAnswer(307, b"", None)
        assert other.connections == 0


async def test_a_cookie_is_not_sent_back() -> None:
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: who=this-server; Path=/\r\nContent-Length: 2\r\n\r\n{}"
    async with serve_raw(always(raw)) as server, open_pool() as pool:
        for _ in range(2):
            assert await post(pool, server.url) == GOOD
        assert all("cookie" not in request.headers for request in server.requests)


async def test_an_address_is_posted_to_as_it_is() -> None:
    path = "/push/a%2Fb%41/../c;d?e=%zz&f='g'+h"
    async with serve_raw(always(OK)) as server, open_pool() as pool:
        assert await post(pool, server.url + path) == GOOD
        (request,) = server.requests
        assert request.line == f"POST {path} HTTP/1.1"
        assert set(request.headers) == {
            *("host", "authorization", "content-type", "content-length", "accept-encoding", "user-agent")
        }
        assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("length", [MAX_ANSWER_BYTES + 1, None])
async def test_an_endless_answer_is_cut_off(length: int | None) -> None:
    size = f"Content-Length: {length}\r\n" if length else "Connection: close\r\n"
    raw = f"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n{size}\r\n".encode() + b"x" * (MAX_ANSWER_BYTES + 1)
    async with serve_raw(always(raw)) as server, open_pool() as pool:
        answer = await post(pool, server.url)
        assert answer == HttpAnswer(503, b"x" * MAX_ANSWER_BYTES, "7")


async def test_an_answer_is_never_unpacked() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    raw = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed
    async with serve_raw(always(raw)) as server, open_pool() as pool:
        assert await post(pool, server.url) == HttpAnswer(200, packed, None)


# ---------------------------------------------------------------------------------------------------------------- proxy


def test_the_environment_names_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://fcm.googleapis.com") is None
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "localhost,.internal.example")
    assert proxy_for("https://fcm.googleapis.com") == "http://proxy.example:3128"
    assert proxy_for("https://fcm.internal.example") is None


async def test_a_post_goes_through_the_proxy() -> None:
    asked: list[bytes] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        host, port = asked[-1].split()[1].decode().split(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while part := await source.read(65536):
                sink.write(part)
            sink.close()

        try:
            await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)
        finally:
            back.transport.abort()

    async with (
        serve_raw(always(OK)) as server,
        listen(relay) as port,
        open_pool(proxy=f"http://127.0.0.1:{port}") as pool,
    ):
        for _ in range(2):
            assert await post(pool, server.url) == GOOD
        assert [ask.split(b"\r\n")[0] for ask in asked] == [f"CONNECT 127.0.0.1:{server.port} HTTP/1.1".encode()]
        assert b"Bearer" not in asked[0]
