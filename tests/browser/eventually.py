"""Waiting for what a phone sends by itself to arrive at the server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.world.patience import patient


async def eventually(ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """Ask again until the answer holds, and return it; fail with the last answer after ten seconds of a fast machine."""
    deadline = asyncio.get_running_loop().time() + patient(10)
    while not holds(answer := await ask()):
        assert asyncio.get_running_loop().time() < deadline, f"it stayed {answer}"
        await asyncio.sleep(0.1)
    return answer
