"""Database outages, cut connections and a full disk: a press is refused with a problem, never falsely accepted, and service recovers."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.routes.inbox.events import PING_SECONDS
from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import Server, client, eventually
from tests.world.patience import patient

pytestmark = pytest.mark.promise(1)


async def test_a_press_is_refused_while_postgresql_is_down_and_accepted_afterwards(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    server = await installation.serve()
    circle = await installation.circle(server, owners=2, members=2)
    first, second = circle.owners
    before = await first.press()
    await installation.pushed(circle.members)
    async with circle.members[0].listens() as stream:
        await installation.store.go_away()
        for _ in range(3):
            _assert_busy(await second.send("POST", "/v1/reach-outs", {}))
            _assert_busy(await first.send("GET", "/v1/inbox"))
        assert await server.readiness() == 503
        async with client() as http:
            assert (await http.get(f"{server.url}/healthz")).status_code == 200

        await installation.store.come_back()
        await server.answers()
        reach_out = await _until_taken(second)
        await installation.pushed(circle.members, times=2)
        await stream.hears("resync", within=15)  # events missed meanwhile are fetched
    assert installation.phoned() == dict.fromkeys(circle.tokens, 2)
    await circle.each_has_once(before["id"])
    await circle.each_has_once(reach_out)
    assert await installation.store.count("reach_outs") == 2


async def test_every_201_is_saved_and_no_reply_is_a_500_while_connections_are_cut(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    server = await installation.serve()
    circle = await installation.circle(server, owners=4, members=1, phones=0)
    ready = asyncio.Event()
    replies: list[httpx.Response] = []

    async def press_and_close(owner: Person) -> None:
        while not ready.is_set():
            pressed = await owner.send("POST", "/v1/reach-outs", {})
            replies.append(pressed)
            if pressed.is_success:
                closed = await owner.send("POST", f"/v1/reach-outs/{pressed.json()['id']}/close", {"outcome": "ok_now"})
                replies.append(closed)

    async def cut() -> None:
        for _ in range(15):
            await asyncio.sleep(0.1)
            await installation.store.cut()
        ready.set()

    await asyncio.gather(cut(), *(press_and_close(owner) for owner in circle.owners))
    assert {reply.status_code for reply in replies} <= {200, 201, 503}, server.tail
    refused = [reply for reply in replies if reply.status_code == 503]
    for reply in refused:
        _assert_busy(reply)
    promised = {reply.json()["id"] for reply in replies if reply.status_code == 201}
    kept = {str(row.id) for row in await installation.store.rows("SELECT id FROM reach_outs")}
    assert promised
    assert refused
    assert promised <= kept
    assert not await installation.store.count(
        "reach_outs AS r", "NOT EXISTS (SELECT 1 FROM notices AS n WHERE n.reach_out_id = r.id)"
    )
    for owner in circle.owners:
        await _until_taken(owner)


async def test_presses_are_taken_again_once_the_database_takes_writes(postgres_installation: Installation) -> None:
    """After a fail-over, or a pause of writes: the connections of meanwhile would refuse presses for good."""
    installation = postgres_installation
    server = await installation.serve()
    circle = await installation.circle(server, owners=2, members=1)
    reach_out = await circle.owner.press()
    await installation.store.take_no_writes()
    await server.answers(503)
    for _ in range(3):
        _assert_busy(await circle.owners[1].send("POST", "/v1/reach-outs", {}))
        _assert_busy(await circle.owner.send("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"}))
    await circle.each_has_once(reach_out["id"])
    async with client() as http:
        assert (await http.get(f"{server.url}/readyz")).json() == {"status": "not ready", "because": "read_only"}
        assert (await http.get(f"{server.url}/readyz?to=serve")).status_code == 200, "inboxes can be read"
    late = installation.start()
    await late.answers(503)
    assert late.running

    await installation.store.take_writes()
    await server.answers()
    await late.answers()
    await _until_taken(circle.owners[1])
    await circle.owner.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await installation.pushed(circle.members, times=2)


async def test_a_stream_ends_quietly_while_the_database_is_away(postgres_installation: Installation) -> None:
    """Its reply has begun, so there is nobody to tell: what is logged for each of hundreds stays short."""
    server = await postgres_installation.serve("--no-worker")
    circle = await postgres_installation.circle(server, members=1, phones=0)
    async with circle.owner.listens() as stream:
        await postgres_installation.store.go_away()
        await eventually(lambda: stream.ended_at is not None, PING_SECONDS + 10)
        await postgres_installation.store.come_back()
    assert server.logged.count("stream_ended_early") == 1
    assert "request_failed" not in server.logged
    assert "without completing response" not in server.logged


@pytest.mark.parametrize("room", [0, 2048], ids=["nothing can be written", "half a page can be written"])
async def test_a_press_is_refused_while_the_disk_is_full_and_accepted_afterwards(
    sqlite_installation: Installation, room: int
) -> None:
    installation = sqlite_installation
    server = await installation.serve()
    circle = await installation.circle(server, owners=2, members=2)
    first, second = circle.owners
    before = await first.press("before")
    await installation.pushed(circle.members)
    with _no_file_grows_beyond(server, _size(Path(f"{installation.store.file}-wal")) + room):
        for _ in range(3):
            _assert_busy(await second.send("POST", "/v1/reach-outs", {"note": "during"}))
        # Existing rows can still be read.
        await circle.each_has_once(before["id"])
    assert await installation.store.count("reach_outs") == 1
    assert await installation.store.count("notices", "kind = 'reach_out'") == 2
    reach_out = await second.press("after")
    await installation.pushed(circle.members, times=2)
    await circle.each_has_once(reach_out["id"])


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
async def test_no_press_goes_into_a_file_that_is_gone(sqlite_installation: Installation, *, replaced: bool) -> None:
    """As when a backup is moved over the database of a server that runs: what it wrote then was lost with its end."""
    installation = sqlite_installation
    file = installation.store.file
    assert file is not None
    server = await installation.serve()
    circle = await installation.circle(server, owners=2, members=1)
    before = await circle.owner.press("before")
    aside = file.with_name("aside.db")
    file.rename(aside)
    if replaced:
        file.write_bytes(b"")
    for _ in range(3):
        _assert_busy(await circle.owners[1].send("POST", "/v1/reach-outs", {"note": "during"}))
    assert await server.readiness() == 503
    assert '"error": "DatabaseFileGone"' in server.logged
    assert file.exists() == replaced, "nothing is made in its place"

    aside.replace(file)
    await server.answers()
    await circle.owners[1].press("after")
    await circle.each_has_once(before["id"])
    await installation.pushed(circle.members, times=2)


def _size(path: Path) -> int:
    return path.stat().st_size


@contextmanager
def _no_file_grows_beyond(server: Server, size: int) -> Iterator[None]:
    """Limit file sizes as a full disk does: files may be read and overwritten, nothing may be added."""
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _assert_busy(reply: httpx.Response) -> None:
    """Assert that the reply is the problem "not saved, try again"."""
    assert reply.status_code == 503, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"] == "/problems/unavailable"
    assert int(reply.headers["retry-after"]) > 0


async def _until_taken(person: Person) -> str:
    """Press until it is accepted, as the phone does; a cut connection may cost one more try."""
    async with asyncio.timeout(patient(10)):
        while True:
            reply = await person.send("POST", "/v1/reach-outs", {})
            if reply.is_success:
                return str(reply.json()["id"])
            _assert_busy(reply)
            await asyncio.sleep(0.1)
