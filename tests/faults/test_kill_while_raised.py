"""kill -9 between the tap that makes a calm ask a press and its pushes: the press is heard all the same, once in each inbox."""

import contextlib

import httpx
import pytest

from tests.faults.installation import Circle, Installation
from tests.faults.people import are_free
from tests.faults.processes import eventually

AFTER_A_RESTART = 15.0
"""The promise, in seconds."""


@pytest.mark.promise(2)
@pytest.mark.promise(13)
@pytest.mark.slow
@pytest.mark.parametrize("point", ["mid_rung", "committed", "claimed", "sent"])
async def test_a_press_that_was_calm_before_survives_the_death_of_its_server(
    installation: Installation, point: str
) -> None:
    crash_orders = installation.crash_orders("server")
    server = await installation.serve(crash_orders=crash_orders)
    circle = await installation.circle(server, members=2)
    await are_free(*circle.members)
    asked = await circle.owner.ask("POST", "/v1/reach-outs", {"calm": True}, 201)
    await installation.pushed(circle.members)
    crash_orders.crash_at(point)
    # The reply may or may not have arrived; the phone retries in either case.
    with contextlib.suppress(httpx.TransportError):
        await circle.owner.send("POST", "/v1/reach-outs", {}, key="press")
    await server.end()
    assert crash_orders.carried_out

    successor = installation.start(port=server.port)
    await successor.answers()
    reply = await circle.owner.send("POST", "/v1/reach-outs", {}, key="press")
    assert (reply.status_code, reply.json()["id"], reply.json()["calm"]) == (200, asked["id"], False), reply.text
    await eventually(lambda: _alarmed(installation, circle), AFTER_A_RESTART, lambda: successor.tail)
    for member in circle.members:
        assert len(await member.inbox("reach_out")) == 1
        assert len(await member.inbox("calm")) == 1
    assert await installation.store.count("reach_outs") == 1


def _alarmed(installation: Installation, circle: Circle) -> bool:
    alarmed = {attempt.token for attempt in installation.fcm.accepted if attempt.message["data"]["kind"] == "reach_out"}
    return alarmed >= set(circle.tokens)
