"""The fair queue: callers take turns, and a full queue drops jobs of the caller with the most."""

import asyncio
import os
import sys
import threading

import pytest

from core.errors import Busy
from core.fair_queue import NICENESS, FairQueue


class SingleThread:
    """A queue with one thread that is held until released, and the order in which jobs ran."""

    def __init__(self, waiting: int) -> None:
        self.queue = FairQueue(1, waiting, "test")
        self.done: list[str] = []
        self._released = threading.Event()

    def work(self, job: str) -> None:
        self._released.wait(30)
        self.done.append(job)

    async def submit(self, *jobs: str) -> list["asyncio.Task[None]"]:
        """Submit each job for the caller named by its first letter."""
        tasks = [asyncio.create_task(self.queue.run(job[0], self.work, job)) for job in jobs]
        await asyncio.sleep(0)
        return tasks

    def release(self) -> None:
        self._released.set()


async def test_callers_take_turns() -> None:
    thread = SingleThread(10)
    tasks = await thread.submit("a1", "a2", "a3", "a4", "b1", "c1", "b2")
    thread.release()
    await asyncio.gather(*tasks)
    assert thread.done == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    thread.queue.close()


async def test_a_full_queue_drops_the_latest_job_of_the_largest_caller() -> None:
    thread = SingleThread(4)
    tasks = await thread.submit("a0", "a1", "a2", "a3", "a4", "b1", "c1", "a5", "b2")
    thread.release()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [type(result) for result in results]
    assert refused == [type(None)] * 3 + [Busy, Busy, type(None), type(None), Busy, Busy]
    assert thread.done == ["a0", "a1", "b1", "c1", "a2"]
    thread.queue.close()


@pytest.mark.parametrize("cancelled", ["a1", "b1"])
async def test_a_cancelled_job_holds_up_no_other(cancelled: str) -> None:
    thread = SingleThread(10)
    tasks = await thread.submit("a0", "a1", "b1", "c1")
    leaving = tasks[["a0", "a1", "b1", "c1"].index(cancelled)]
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    thread.release()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert thread.done == [job for job in ("a0", "a1", "b1", "c1") if job != cancelled]
    assert await asyncio.wait_for(thread.queue.run("d", str, "still going"), 10) == "still going"
    thread.queue.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_its_threads_stand_back_behind_the_event_loop() -> None:
    def priority(_: str) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    queue = FairQueue(1, 1, "test")
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert await queue.run("a", priority, "") == max(own, NICENESS)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
    queue.close()
