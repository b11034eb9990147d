"""Event streams across two server processes on one PostgreSQL."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from tests.faults.installation import Installation
from tests.faults.processes import eventually


@pytest.mark.promise(4)
async def test_events_and_sign_outs_reach_streams_of_other_processes(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    first, second = await asyncio.gather(installation.serve(), installation.serve("--no-worker"))
    circle = await installation.circle(first, members=2)
    ana, ben = circle.members
    maya_on_second = replace(circle.owner, at=second)
    async with ana.listens() as anas, ben.listens() as bens, circle.owner.listens() as mayas:
        reach_out = await maya_on_second.press("for their eyes only")
        [notice] = await ana.inbox()
        await anas.hears("notice")
        await bens.hears("notice")
        await mayas.hears("reach_out")
        # Ids, and nothing else.
        assert [json.loads(data) for data in anas.heard("notice")] == [{"id": notice["id"]}]
        assert {json.loads(data)["id"] for data in mayas.heard("reach_out")} == {reach_out["id"]}

        ana_on_second = replace(ana, at=second)
        began = time.monotonic()
        await ana_on_second.ask("DELETE", "/v1/sessions/current", expect=204)
        await eventually(lambda: anas.ended_at is not None, 5)
        assert anas.ended_at is not None
        assert anas.ended_at - began < 1.5  # the promise is 1 s, and the request itself took a moment
        assert bens.ended_at is None
        heard = len(anas.events)
        await maya_on_second.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
        await bens.hears("notice", 2)
        assert len(anas.events) == heard


async def test_a_stopping_server_ends_its_streams(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    circle = await sqlite_installation.circle(server, members=1)
    async with circle.owner.listens() as stream:
        began = time.monotonic()
        server.ask_to_stop()
        assert await server.end() == 0
        await eventually(lambda: stream.ended_at is not None, 5)
        assert time.monotonic() - began < 8  # sooner than the 10 s of grace for requests
