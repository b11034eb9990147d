"""What a worker does beside its loop, each in a rhythm of its own, so that none of it holds up a rung or a push."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)


async def run_every(seconds: float, work: Callable[[], Awaitable[object]], *, name: str, first: float) -> None:
    """Do `work` after `first` seconds and then every `seconds`, until cancelled; a fault waits for the next time."""
    await asyncio.sleep(first)
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 (whatever it met, the next time tries again)
            log.warning("not_done", what=name, error=type(error).__name__)
        await asyncio.sleep(seconds)
