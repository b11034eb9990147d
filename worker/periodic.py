"""Periodic jobs of a worker, outside its loop and each at its own interval, so that no rung or push waits for them."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from worker.bounded import run_bounded

log = structlog.get_logger(__name__)


async def run_every(seconds: float, work: Callable[[], Awaitable[object]], *, name: str, first: float) -> None:
    """Run `work` after `first` seconds and then every `seconds` until cancelled; a failure is retried at the next interval.

    Each run is cancelled after `seconds`.
    """
    await asyncio.sleep(first)
    while True:
        _, failure = await run_bounded(name, work, seconds)
        if failure is not None:
            log.warning("periodic_job_failed", job=name, error=type(failure).__name__)
        await asyncio.sleep(seconds)
