"""The search for unreachable people walks past everybody, some in each turn, and begins anew once a minute."""

from datetime import timedelta

import pytest

from core.ids import new_id
from tests.world.world import World
from worker.walk import INTERVAL, Walk


def test_a_walk_goes_on_to_its_end_and_waits_for_its_minute(world: World) -> None:
    walk, now = Walk(), world.now()
    somebody = new_id(now)
    assert walk.is_due(now)
    walk.took(somebody, now)
    assert (walk.is_due(now), walk.after) == (True, somebody)
    walk.took(None, now + timedelta(seconds=20))
    assert (walk.is_due(now), walk.after) == (False, None)
    assert not walk.is_due(now + INTERVAL - timedelta(seconds=1))
    assert walk.is_due(now + INTERVAL)


def test_a_walk_that_takes_longer_than_a_minute_begins_anew_at_once(world: World) -> None:
    walk, now = Walk(), world.now()
    walk.took(new_id(now), now)
    later = now + 2 * INTERVAL
    walk.took(None, later)
    assert walk.is_due(later)


async def test_people_of_every_stretch_are_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.loop.PEOPLE", 2)
    maya, *members = await world.circle("sponsor", "friend", "friend", devices=False)
    await maya.device()
    await world.settle()
    await world.forward(11 * 60)
    for _ in range(5):
        await world.work()
    assert [len(await member.inbox("unreachable")) for member in members] == [1, 1, 1]
    assert len(await maya.inbox("unreachable")) == 3
