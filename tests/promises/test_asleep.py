"""A process that was stopped for longer than its lease: what it had looked at before holds no longer."""

import pytest

from notifications.claim import ClaimResult
from tests.world.world import World

LEASE = 10.1


@pytest.mark.promise(4)
async def test_promise_4_who_was_asleep_between_the_last_look_and_the_send_sends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(LEASE)
    start_sends = world.here.dispatcher._start_sends

    def asleep(claimed: ClaimResult, looked_at: float) -> None:
        world.clock.forward(LEASE)
        start_sends(claimed, looked_at - LEASE)

    monkeypatch.setattr(world.here.dispatcher, "_start_sends", asleep)
    assert await world.here.worker.tick()
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    await world.here.dispatcher.drain()
    monkeypatch.undo()
    assert await sponsor.pushed() == await friend.pushed() == []
    await world.forward(2)
    await world.work()
    assert (await sponsor.pushed(), await friend.pushed()) == (["reach_out"], []), "awake again, and looked again"
