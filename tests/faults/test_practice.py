"""kill -9 in mid-practice: its pushes go out after the restart, unless somebody has pressed meanwhile."""

import asyncio
import contextlib
from collections import Counter

import httpx
import pytest

from tests.faults.installation import Installation
from tests.world.patience import patient

AFTER_A_RESTART = 15.0


@pytest.mark.slow
@pytest.mark.parametrize("pressed", [False, True])
async def test_a_server_that_dies_in_mid_practice(installation: Installation, pressed: bool) -> None:
    crash_orders = installation.crash_orders("server")
    server = await installation.serve(crash_orders=crash_orders)
    circle = await installation.circle(server, members=2, browsers=1)
    for member in circle.members:
        # At any hour of the day on which this runs.
        hours = [{"day": day, "from": "00:00", "to": "24:00"} for day in range(7)]
        await member.ask("PATCH", "/v1/me", {"hours": hours})
    crash_orders.crash_at("claimed")
    with contextlib.suppress(httpx.TransportError):
        await circle.owner.send("POST", "/v1/practices", {}, key="once")
    await server.end()
    assert crash_orders.carried_out
    assert not installation.fcm.attempts
    assert not installation.push.attempts

    # Without a worker: what the dead process held is found only after the press.
    successor = installation.start("--no-worker", port=server.port)
    await successor.answers()
    if pressed:
        await circle.owner.press()
    reply = await circle.owner.send("POST", "/v1/practices", {}, key="once")
    assert reply.status_code == 201, "the retry gets what was saved"
    assert (reply.json()["ended_at"] is not None) is pressed
    successor.ask_to_stop()
    await successor.end()
    whole = installation.start(port=server.port)
    await whole.answers()
    await installation.pushed(circle.members, within=AFTER_A_RESTART)
    async with asyncio.timeout(patient(AFTER_A_RESTART)):
        while await installation.store.count("deliveries", "state = 'pending'"):  # noqa: ASYNC110 (rows know no event)
            await asyncio.sleep(0.05)
    assert kinds(installation) == ({"reach_out": 4} if pressed else {"practice": 4})
    assert await installation.store.count("practices") == 1
    assert await installation.store.count("notices", "kind = 'practice'") == 2


def kinds(installation: Installation) -> Counter[str]:
    """Return how many pushes of each kind the push services took."""
    phoned = (attempt.message["data"]["kind"] for attempt in installation.fcm.accepted)
    return Counter([*phoned, *(attempt.json["data"]["kind"] for attempt in installation.push.accepted)])
