"""A process paused for longer than its lease: what it rechecked before the pause no longer counts."""

import pytest

from notifications.claim import ClaimResult
from tests.world.world import World

LEASE_SECONDS = 10.1


@pytest.mark.promise(4)
async def test_promise_4_a_process_paused_between_recheck_and_send_sends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(LEASE_SECONDS)
    start_sends = world.here.dispatcher._start_sends

    def begin_after_a_pause(claimed: ClaimResult, looked_at: float) -> None:
        world.clock.forward(LEASE_SECONDS)
        start_sends(claimed, looked_at - LEASE_SECONDS)

    monkeypatch.setattr(world.here.dispatcher, "_start_sends", begin_after_a_pause)
    assert await world.here.worker.tick()
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    await world.here.dispatcher.drain()
    monkeypatch.undo()
    assert await sponsor.pushed() == await friend.pushed() == []
    await world.forward(2)
    await world.work()
    assert (await sponsor.pushed(), await friend.pushed()) == (["reach_out"], []), "rechecked after the pause"
