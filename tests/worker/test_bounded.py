"""Time limits of the worker's parts: one that hangs or fails does not delay the others for long."""

import asyncio

import pytest
import structlog
from prometheus_client import REGISTRY
from sqlalchemy import text

from tests.world.patience import patient
from tests.world.world import World
from worker import loop
from worker.bounded import run_bounded
from worker.due_rows import DUE_ROWS
from worker.periodic import run_every


async def hang() -> int:
    await asyncio.Event().wait()
    raise AssertionError("it never comes this far")


def failures(part: str, reason: str) -> float:
    labels = {"part": part, "reason": reason}
    return REGISTRY.get_sample_value("porchlight_worker_part_failures_total", labels) or 0.0


PARTS = ("late_devices", *(rows.name for rows in DUE_ROWS), "unreachable", "resend", "backlog")


@pytest.mark.parametrize("part", PARTS)
async def test_a_hanging_part_is_cancelled_and_the_others_run(
    world: World, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(10.1)
    worker = world.here.worker
    parts = worker._parts()
    others = [name for name, _ in parts if name != part]
    monkeypatch.setattr(worker, "_parts", lambda: [(name, hang if name == part else work) for name, work in parts])
    limits = dict.fromkeys(others, loop.PART_TIMEOUT_SECONDS) | {part: 0.0}

    # The hanging part's limit expires at once; all others keep theirs.
    monkeypatch.setattr(loop, "run_bounded", lambda name, work, _: run_bounded(name, work, limits[name]))
    before = failures(part, "timed_out")
    with structlog.testing.capture_logs() as logs, pytest.raises(TimeoutError):
        await worker.tick()
    assert [line["part"] for line in logs if line["event"] == "worker_part_timed_out"] == [part]
    assert failures(part, "timed_out") == before + 1
    assert await sponsor.pushed() == ["reach_out"]
    assert worker.last_turn is None, "a failed part is no sign of life"


async def test_a_hanging_claim_releases_its_slots(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(10.1)
    dispatcher = world.here.dispatcher
    free = dict(dispatcher._free_slots)
    async with world.database.write() as session:
        # Another transaction holds the table, or SQLite's one writer, for longer than the part may take.
        await session.execute(text("SELECT 1" if world.sqlite else "LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
        _, error = await run_bounded("send_due", dispatcher.send_due, 0.2)
        assert isinstance(error, TimeoutError)
        await session.rollback()
    assert dispatcher._free_slots == free
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]


async def test_an_error_is_counted_as_a_failure_and_returned() -> None:
    async def away() -> None:
        raise TimeoutError("the database's own, no time-out of the part")

    before = failures("test", "failed")
    with structlog.testing.capture_logs() as logs:
        result, error = await run_bounded("test", away, 60)
    assert result is None
    assert isinstance(error, TimeoutError)
    assert failures("test", "failed") == before + 1
    assert logs == []


async def test_a_hanging_periodic_job_is_cancelled_and_runs_again() -> None:
    runs = 0
    enough = asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            enough.set()
        await hang()

    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(run_every(0.01, job, name="test", first=0.0))
        await asyncio.wait_for(enough.wait(), patient(5))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert {"event": "worker_part_timed_out", "part": "test", "seconds": 0.01, "log_level": "warning"} in logs
    assert {"event": "periodic_job_failed", "job": "test", "error": "TimeoutError", "log_level": "warning"} in logs
