"""More connections than a process may have: half-sent requests, endless bodies, hundreds of streams; and a press among them."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import Server, eventually

HARD_LIMIT = 512
CROWD = 700
"""More than the server may have open; the half of it is more than it starts with."""
HALF_A_HEADER = b"POST /v1/reach-outs HTTP/1.1\r\nHost: porch\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /v1/people HTTP/1.1\r\nHost: porch\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
)
A_CHUNK = b"POST /v1/people HTTP/1.1\r\nHost: porch\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
TWO_LENGTHS = (
    b"POST /v1/people HTTP/1.1\r\nHost: porch\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/people HTTP/1.1\r\nHost: porch\r\nContent-Length: 4\r\nContent-Length: 6\r\n\r\n{}{}",
    b"POST /v1/people HTTP/1.1\r\nHost: porch\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
)
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: porch\r\n\r\n"


async def limited_server(installation: Installation) -> Server:
    server = installation.start(module="tests.faults.limited_files", env={"FILE_LIMIT": str(HARD_LIMIT)})
    await server.answers()
    return server


@asynccontextmanager
async def crowd(server: Server, count: int, sent: bytes) -> AsyncIterator[list[socket.socket]]:
    """Open this many connections from one address that send this and nothing more."""
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as stack:
        standing = []
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.setblocking(False)
            await loop.sock_connect(connection, ("127.0.0.1", server.port))
            with contextlib.suppress(ConnectionError):
                await loop.sock_sendall(connection, sent)
            standing.append(connection)
        yield standing


async def heard(connection: socket.socket) -> bytes:
    """Return everything received until the server closes the connection."""
    loop = asyncio.get_running_loop()
    reply = b""
    with contextlib.suppress(ConnectionError):
        while part := await loop.sock_recv(connection, 65536):
            reply += part
    return reply


@pytest.mark.parametrize("sent", [HALF_A_HEADER, HALF_A_BODY, b""], ids=["headers", "bodies", "silence"])
@pytest.mark.promise(10)
async def test_a_press_succeeds_beside_a_flood_of_unfinished_requests(
    sqlite_installation: Installation, sent: bytes
) -> None:
    server = await limited_server(sqlite_installation)
    circle = await sqlite_installation.circle(server, members=1)
    async with crowd(server, CROWD, sent):
        await circle.owner.press()
        await sqlite_installation.pushed(circle.members)
        assert await server.readiness() == 200
    assert "few_descriptors" in server.logged
    assert "connections_given_up" in server.logged
    assert server.running


async def drips(connection: socket.socket, drop: bytes) -> None:
    """Keep sending, but so slowly that it would never end."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        while True:
            await loop.sock_sendall(connection, drop)
            await asyncio.sleep(0.5)


async def test_slow_requests_time_out_and_are_disconnected(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()

    async def sent_away(sent: bytes, drop: bytes | None = None) -> bytes:
        async with crowd(server, 1, sent) as [connection]:
            dripping = asyncio.create_task(drips(connection, drop)) if drop else None
            try:
                return await asyncio.wait_for(heard(connection), 60)
            finally:
                if dripping is not None:
                    dripping.cancel()

    async with asyncio.TaskGroup() as group:
        late = [
            group.create_task(sent_away(HALF_A_HEADER)),
            group.create_task(sent_away(HALF_A_HEADER, b"a")),
            group.create_task(sent_away(HALF_A_BODY)),
            group.create_task(sent_away(HALF_A_BODY, b" ")),
            group.create_task(sent_away(A_CHUNK)),
        ]
        silent = group.create_task(sent_away(b""))
        after = group.create_task(sent_away(ALIVE, b"\r\n"))
        long = group.create_task(sent_away(HALF_A_HEADER + b"a" * 100_000))
    for refused in late:
        assert_problem(refused.result(), 408, "too-slow")
    assert silent.result() == b""
    assert after.result().startswith(b"HTTP/1.1 200")
    assert_problem(long.result(), 413, "too-large")
    assert_problem(await sent_away(b"no HTTP at all\r\n\r\n"), 400, "bad-request")


async def test_a_request_of_two_lengths_hides_no_second_one(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    for beginning in TWO_LENGTHS:
        async with crowd(server, 1, beginning + ALIVE) as [connection]:
            reply = await asyncio.wait_for(heard(connection), 60)
        assert_problem(reply, 400, "bad-request")
        assert reply.count(b"HTTP/1.1 ") == 1, "what follows is not read as a request of its own"


async def test_a_request_on_its_way_is_answered_by_a_stopping_server(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    half, rest = ALIVE[:20], ALIVE[20:]
    async with crowd(server, 1, half) as [connection]:
        await server.readiness()  # it has accepted the one before, too
        server.ask_to_stop()
        while await accepts(server):  # noqa: ASYNC110 (it happens in another process)
            await asyncio.sleep(0.02)
        await asyncio.get_running_loop().sock_sendall(connection, rest)
        reply = await asyncio.wait_for(heard(connection), 30)
    assert reply.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in reply
    assert await server.end() == 0


async def accepts(server: Server) -> bool:
    """Return whether the server accepts new connections."""
    try:
        async with crowd(server, 1, b""):
            return True
    except ConnectionError:
        return False


def assert_problem(reply: bytes, status: int, slug: str) -> None:
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}".encode()), reply
    problem = json.loads(body)
    assert problem["type"] == f"/problems/{slug}"
    # As every reply of the application has them.
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert headers["x-request-id"] == problem["request_id"] != ""
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_too_many_streams_of_one_person_affect_nobody_else(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    circle = await sqlite_installation.circle(server, members=1)
    greedy = await Person.sign_up(server, "Greedy")
    async with AsyncExitStack() as stack:
        member = await stack.enter_async_context(circle.members[0].listens())
        streams = [await stack.enter_async_context(greedy.listens()) for _ in range(45)]
        await eventually(lambda: sum(stream.ended_at is None for stream in streams) <= 20, 20)
        assert [stream.ended_at is None for stream in streams] == [False] * 25 + [True] * 20
        await circle.owner.press()
        await member.hears("notice")
        assert member.ended_at is None


async def test_what_arrived_while_the_process_stood_still_is_answered(sqlite_installation: Installation) -> None:
    """A kept connection is closed after five seconds of silence, but not one whose next request waits to be read."""
    server = await sqlite_installation.serve()
    loop = asyncio.get_running_loop()

    async def replied(connection: socket.socket) -> bytes:
        reply = b""
        while not reply.endswith(b"}"):
            reply += await asyncio.wait_for(loop.sock_recv(connection, 65536), 60) or b"(closed)}"
        return reply[:12]

    async with crowd(server, 20, ALIVE) as standing:
        assert {await replied(connection) for connection in standing} == {b"HTTP/1.1 200"}
        server.freeze()
        try:
            for connection in standing:
                await loop.sock_sendall(connection, ALIVE)
            await asyncio.sleep(6)
        finally:
            server.thaw()
        assert {await replied(connection) for connection in standing} == {b"HTTP/1.1 200"}
