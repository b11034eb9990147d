"""The event stream: carries ids only, rechecks access for every event, ends with the session, works across processes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from core.bus import PostgresBridge
from tests.world.patience import patient
from tests.world.process import Process
from tests.world.stream import Stream
from tests.world.world import World


async def next_events(stream: Stream, count: int) -> list[tuple[str, dict[str, str]]]:
    events = [await stream.next() for _ in range(count)]
    return [(event.kind, json.loads(event.data)) for event in events if event is not None]


@asynccontextmanager
async def postgres_bridge(process: Process) -> AsyncIterator[None]:
    """Run the bridge that `cli` starts on PostgreSQL, which sends events to the other processes."""
    bridge = PostgresBridge(process.context.bus, process.database.url)
    task = asyncio.create_task(bridge.run())
    try:
        async with asyncio.timeout(patient(5)):
            await bridge.connected.wait()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_events_carry_ids_only(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    async with maya.listens() as hers, sponsor.listens() as theirs:
        assert hers.status == 200
        assert hers.headers["content-type"].startswith("text/event-stream")
        assert hers.headers["cache-control"] == "no-store"
        await maya.press(note="Secret words")
        [notice] = await sponsor.inbox()
        assert await next_events(theirs, 1) == [("notice", {"id": notice["id"]})]
        assert await next_events(hers, 1) == [("reach_out", {"id": world.reach_out})]
        await sponsor.answer("calling", text="More secret words")
        assert ("reach_out", {"id": world.reach_out}) in await next_events(hers, 3)
        for stream in (hers, theirs):
            assert not {"Secret", "secret", "Maya", sponsor.name} & set(stream.raw.replace('"', " ").split())


async def test_a_reconnect_gets_a_resync(world: World) -> None:
    maya = await world.person("Maya")
    async with maya.listens(**{"last-event-id": "1"}) as stream:
        event = await stream.next()
    assert event is not None
    assert (event.kind, event.data) == ("resync", "{}")
    async with maya.listens() as stream:
        assert await stream.quiet()


async def test_a_stream_needs_a_session(world: World) -> None:
    maya = await world.person("Maya")
    maya.token = "guess"
    await maya.get("/v1/events", expect=401)


async def test_signing_out_ends_the_stream_within_a_second(world: World) -> None:
    maya = await world.person("Maya")
    tablet = await maya.again()
    async with maya.listens() as stays, tablet.listens() as ends:
        began = time.monotonic()
        await maya.delete("/v1/sessions/others")
        assert await ends.next() is None
        assert time.monotonic() - began < 1
        assert await stays.quiet()
    async with maya.listens() as stream:
        await maya.delete("/v1/me")
        assert await stream.next() is None


async def test_an_expired_session_gets_no_events(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    async with sponsor.listens() as stream:
        await world.forward(181 * 86_400)
        fresh = await maya.again()
        await fresh.press()
        assert await stream.quiet()


async def test_a_removed_member_gets_no_events(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    async with sponsor.listens() as stays, friend.listens() as gone:
        await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
        await maya.says("Hello")
        await maya.close()
        assert await gone.quiet()
        assert await stays.next()


async def test_a_stream_holds_no_database_connection(world: World) -> None:
    maya = await world.person("Maya")
    async with maya.listens() as stream, maya.listens(), maya.listens(), maya.listens(), maya.listens():
        assert await stream.quiet()
        for engine in (world.database.writer, world.database.reader):
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_stopping_server_ends_its_streams(world: World) -> None:
    maya = await world.person("Maya")
    async with maya.listens() as stream:
        world.here.context.closing.set()
        assert await stream.next() is None


async def test_events_cross_between_processes(world: World) -> None:
    if world.sqlite:
        return  # One process is all that SQLite is for.
    maya, sponsor = await world.circle("sponsor")
    maya.process = other = await world.another_process()
    async with postgres_bridge(world.here), postgres_bridge(other), sponsor.listens() as stream:
        await maya.press()
        event = await stream.next()
        assert event is not None
        assert event.kind == "notice"
        tablet = await sponsor.again()
        tablet.process = other
        await tablet.delete("/v1/sessions/others")
        ended = [await stream.next() for _ in range(1)]
        assert ended == [None]


async def test_a_reconnected_bridge_sends_a_resync(world: World) -> None:
    if world.sqlite:
        return  # SQLite has no bridge.
    maya, sponsor = await world.circle("sponsor")
    async with postgres_bridge(world.here), sponsor.listens() as stream:
        async with world.database.writer.connect() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'porchlight-bus' AND datname = current_database()"
            )
        # The lost connection is noticed when the next event is sent.
        await maya.press()
        assert [kind for kind, _ in await next_events(stream, 2)] == ["notice", "resync"]


async def test_a_lost_bridge_makes_other_processes_send_a_resync(world: World) -> None:
    if world.sqlite:
        return  # One process is all that SQLite is for.
    _, sponsor = await world.circle("sponsor")
    sponsor.process = other = await world.another_process()
    async with postgres_bridge(world.here), postgres_bridge(other), sponsor.listens() as stream:
        # Only the first of the two bridges: the sponsor's own process has missed nothing.
        async with world.database.writer.connect() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'porchlight-bus'"
                " AND datname = current_database() ORDER BY backend_start LIMIT 1"
            )
        assert await next_events(stream, 1) == [("resync", {})]


async def test_whoever_hangs_up_leaves_nothing_waiting(world: World) -> None:
    maya = await world.person("Maya")
    before = asyncio.all_tasks()
    async with maya.listens():
        pass
    # What was cancelled ends with the next turns of the loop.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == set()
