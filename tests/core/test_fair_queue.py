"""Taking turns: whoever asks for much waits behind those who ask for little, and a full line gives up the most."""

import asyncio
import threading

import pytest

from core.errors import Busy
from core.fair_queue import FairQueue


class Counter:
    """One thread that works on nothing until it is told to, and the order in which it was asked."""

    def __init__(self, waiting: int) -> None:
        self.queue = FairQueue(1, waiting, "test")
        self.done: list[str] = []
        self._go = threading.Event()

    def work(self, what: str) -> None:
        self._go.wait(30)
        self.done.append(what)

    async def ask(self, *wanted: str) -> list["asyncio.Task[None]"]:
        """Each is for whoever its first letter says."""
        tasks = [asyncio.create_task(self.queue.run(one[0], self.work, one)) for one in wanted]
        await asyncio.sleep(0)
        return tasks

    def go(self) -> None:
        self._go.set()


async def test_they_take_turns() -> None:
    counter = Counter(10)
    asked = await counter.ask("a1", "a2", "a3", "a4", "b1", "c1", "b2")
    counter.go()
    await asyncio.gather(*asked)
    assert counter.done == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    counter.queue.close()


async def test_a_full_line_gives_up_the_latest_of_whoever_has_most() -> None:
    counter = Counter(4)
    asked = await counter.ask("a0", "a1", "a2", "a3", "a4", "b1", "c1", "a5", "b2")
    counter.go()
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [type(result) for result in results]
    assert refused == [type(None)] * 3 + [Busy, Busy, type(None), type(None), Busy, Busy]
    assert counter.done == ["a0", "a1", "b1", "c1", "a2"]
    counter.queue.close()


@pytest.mark.parametrize("gone", ["a1", "b1"])
async def test_who_leaves_the_line_keeps_nobody_waiting(gone: str) -> None:
    counter = Counter(10)
    asked = await counter.ask("a0", "a1", "b1", "c1")
    leaving = asked[["a0", "a1", "b1", "c1"].index(gone)]
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    counter.go()
    await asyncio.gather(*asked, return_exceptions=True)
    assert counter.done == [one for one in ("a0", "a1", "b1", "c1") if one != gone]
    assert await asyncio.wait_for(counter.queue.run("d", str, "still going"), 10) == "still going"
    counter.queue.close()
