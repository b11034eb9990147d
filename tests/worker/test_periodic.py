"""Periodic jobs beside the worker's loop."""

import asyncio

from tests.world.patience import patient
from worker.periodic import run_every


async def test_a_failure_does_not_stop_the_next_run() -> None:
    done = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal done
        done += 1
        if done == 1:
            raise RuntimeError("once")
        if done == 3:
            enough.set()

    task = asyncio.create_task(run_every(0.01, work, name="test", first=0.0))
    await asyncio.wait_for(enough.wait(), patient(5))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
