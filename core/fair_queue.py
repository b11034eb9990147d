"""Work in a few threads of its own, taken up in turn for whoever it is."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.errors import Busy

WorkResult = TypeVar("WorkResult")


class FairQueue:
    """`threads` at work, at most `waiting` in line. When the line is full, whoever has most in it gives up their latest."""

    def __init__(self, threads: int, waiting: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threads
        self._most = waiting
        self._line: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    async def run(self, who: str, work: Callable[..., WorkResult], *args: str) -> WorkResult:
        """Do this when it is the turn of `who`. Raises Busy when there is no room in the line."""
        if self._free:
            self._free -= 1
        else:
            await self._turn(who)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._pass_on()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, who: str) -> None:
        self._make_room(who)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.setdefault(who, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            else:
                self._leave(who, turn)
            raise

    def _make_room(self, who: str) -> None:
        if sum(map(len, self._line.values())) < self._most:
            return
        greediest = max(self._line, key=lambda waiting: len(self._line[waiting]))
        if len(self._line[greediest]) <= len(self._line.get(who, ())) + 1:
            raise Busy
        latest = self._line[greediest][-1]
        self._leave(greediest, latest)
        latest.set_exception(Busy())

    def _leave(self, who: str, turn: "asyncio.Future[None]") -> None:
        theirs = self._line[who]
        theirs.remove(turn)
        if not theirs:
            del self._line[who]

    def _pass_on(self) -> None:
        """Give the free place to the next in line, who is somebody else if anybody else waits."""
        while self._line:
            who, theirs = self._line.popitem(last=False)
            turn = theirs.popleft()
            if theirs:
                self._line[who] = theirs
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
