"""What can wait takes a quarter of a worker's time, until it has taken too long; reach-outs never wait for it."""

import asyncio
from dataclasses import replace

import pytest

from tests.world.rhythm import DAILY_AT_NINE, chooses
from tests.world.world import World
from worker import loop
from worker.due_rows import CAN_WAIT, DUE_ROWS
from worker.pace import (
    END_SECONDS,
    HURRIED_LOOK_SECONDS,
    HURRY_AFTER_SECONDS,
    LONGEST_REST_SECONDS,
    LOOK_SECONDS,
    REST_FACTOR,
    Pace,
)


class Watch:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    async def work(self, pace: Pace, seconds: float) -> None:
        self.now += seconds
        await pace.rest(seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> Pace:
    return Pace(watch.read, watch.sleep)


def is_late(pace: Pace) -> bool:
    """Read it anew: a type checker takes it for unchanged."""
    return pace.hurries


async def test_it_rests_three_times_as_long_as_it_worked(watch: Watch, pace: Pace) -> None:
    await watch.work(pace, 0.02)
    assert watch.slept == [REST_FACTOR * 0.02]


async def test_after_a_look_that_found_nothing_the_next_one_is_soon(pace: Pace) -> None:
    assert pace.next_look() == LOOK_SECONDS
    assert not pace.hurries


async def test_a_slow_transaction_is_no_reason_for_a_long_rest(watch: Watch, pace: Pace) -> None:
    await watch.work(pace, 5.0)
    assert watch.slept == [LONGEST_REST_SECONDS]


async def test_what_does_not_end_is_hurried_until_it_has_ended(watch: Watch, pace: Pace) -> None:
    began = watch.now
    while not is_late(pace):
        await watch.work(pace, 0.1)
    assert HURRY_AFTER_SECONDS <= watch.now - began < HURRY_AFTER_SECONDS + 1
    rests = len(watch.slept)
    await watch.work(pace, 0.1)
    assert len(watch.slept) == rests, "it is late, and rests no more"
    assert pace.next_look() == HURRIED_LOOK_SECONDS
    assert is_late(pace), "it may only be waiting for its pushes"
    watch.now += END_SECONDS
    assert pace.next_look() == LOOK_SECONDS
    assert not is_late(pace)
    await watch.work(pace, 0.1)
    assert len(watch.slept) == rests + 1, "the next full hour begins gently again"


def test_reach_outs_and_bookends_never_wait() -> None:
    assert [rows.name for rows in DUE_ROWS if rows.name not in CAN_WAIT] == ["ladders", "bookends"]


async def test_a_worker_rests_between_small_transactions_and_hurries_with_large_ones(
    world: World, watch: Watch, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await world.circle("sponsor", "friend")
    for person in people:
        await chooses(person, check_in=DAILY_AT_NINE)
    pairs = [replace(rows, small_batch=2) if rows.name == "rhythms" else rows for rows in DUE_ROWS]
    monkeypatch.setattr(loop, "DUE_ROWS", pairs)
    worker = world.here.worker
    monkeypatch.setattr(worker, "_pace", pace)
    await world.forward(24 * 3600)
    assert await worker.move("rhythms") == len(people) == 3
    assert len(watch.slept) == 2, "two transactions"
    watch.now += HURRY_AFTER_SECONDS
    await world.forward(24 * 3600)
    assert await worker.move("rhythms") == 3
    assert len(watch.slept) == 2, "it is late"


async def test_a_worker_does_not_rest_after_a_rung(
    world: World, watch: Watch, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, *_ = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.settle()
    await world.forward(90)
    monkeypatch.setattr(world.here.worker, "_pace", pace)
    assert await world.here.worker.move("ladders") == 1
    assert watch.slept == []


async def test_the_ladder_goes_on_and_the_worker_stops_while_what_can_wait_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, _, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.settle()
    assert await friend.pushed() == []
    worker, move, hanging = world.here.worker, world.here.worker.move, asyncio.Event()
    monkeypatch.setattr(loop, "PART_TIMEOUT_SECONDS", 600.0)

    async def hang_if_it_can_wait(name: str) -> int:
        if name in CAN_WAIT:
            hanging.set()
            await asyncio.Event().wait()
        return await move(name)

    monkeypatch.setattr(worker, "move", hang_if_it_can_wait)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(60):
            await hanging.wait()
            # Only now is the ladder due.
            await world.forward(90)
            while await friend.pushed() != ["reach_out"]:  # noqa: ASYNC110 (the worker sends it)
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        async with asyncio.timeout(60):
            await running
