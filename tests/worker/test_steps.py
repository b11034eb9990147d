"""The steps at which fault tests kill a process: each one is reached, at its documented place."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from core.clock import elapsed
from core.steps import Step
from tests.world import process
from tests.world.world import World


async def test_a_press_and_its_ladder_reach_every_step(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[tuple[Step, int]] = []

    def on_step(step: Step, deliveries: Sequence[UUID] = (), rechecked_at: float = 0.0) -> None:
        passed.append((step, len(deliveries)))
        assert step is not Step.RECHECKED or 0 <= elapsed() - rechecked_at < 60

    monkeypatch.setattr(process, "SEAMS", replace(process.SEAMS, on_step=on_step))
    observed = await world.another_process()
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    maya.process = observed
    await maya.press()
    await observed.settle()
    assert passed == [(Step.COMMITTED, 0), (Step.RECHECKED, 1), (Step.CLAIMED, 0), (Step.SENT, 0)]
    assert await sponsor.pushed() == ["reach_out"]

    passed.clear()
    await world.forward(90)
    await observed.work()
    assert await friend.pushed() == ["reach_out"]
    steps = [step for step, _ in passed]
    assert steps.index(Step.MID_RUNG) < steps.index(Step.COMMITTED) < steps.index(Step.CLAIMED) < steps.index(Step.SENT)
    assert set(steps) == set(Step)
