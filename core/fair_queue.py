"""Runs blocking work in a few dedicated threads of low priority, taking the keys it is queued under in turn."""

import asyncio
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.errors import Busy

WorkResult = TypeVar("WorkResult")
NICENESS = 10
"""How far the threads stand back behind the event loop, and behind a database on the same machine: about a tenth of their share."""


class FairQueue:
    """Runs `threads` calls at a time and queues up to `max_waiting`.

    When the queue is full, the key with the most entries loses its latest one.
    """

    def __init__(self, threads: int, max_waiting: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_stand_back)
        self._free = threads
        self._max_waiting = max_waiting
        self._queue: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    async def run(self, key: str, work: Callable[..., WorkResult], *args: str) -> WorkResult:
        """Run `work` when it is the turn of `key`. Raises Busy when the queue has no room for it."""
        if self._free:
            self._free -= 1
        else:
            await self._wait_for_turn(key)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._pass_on()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _wait_for_turn(self, key: str) -> None:
        self._make_room(key)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            else:
                self._leave(key, turn)
            raise

    def _make_room(self, key: str) -> None:
        if sum(map(len, self._queue.values())) < self._max_waiting:
            return
        greediest = max(self._queue, key=lambda max_waiting: len(self._queue[max_waiting]))
        if len(self._queue[greediest]) <= len(self._queue.get(key, ())) + 1:
            raise Busy
        latest = self._queue[greediest][-1]
        self._leave(greediest, latest)
        latest.set_exception(Busy())

    def _leave(self, key: str, turn: "asyncio.Future[None]") -> None:
        turns = self._queue[key]
        turns.remove(turn)
        if not turns:
            del self._queue[key]

    def _pass_on(self) -> None:
        """Give the free thread to the next key in the queue."""
        while self._queue:
            key, turns = self._queue.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._queue[key] = turns
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def _stand_back() -> None:
    """Lower the priority of this thread, and of those that it starts. On Linux alone threads have one each (sched(7))."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
