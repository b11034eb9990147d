"""Periodic jobs: what a worker does beside its loop, each at an interval of its own, so that no rung or push waits for it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from worker.bounded import run_bounded

log = structlog.get_logger(__name__)


async def run_every(seconds: float, work: Callable[[], Awaitable[object]], *, name: str, first: float) -> None:
    """Do `work` after `first` seconds and then every `seconds`, until cancelled; a failure waits for the next time.

    A round may take as long as its interval and is cut off then.
    """
    await asyncio.sleep(first)
    while True:
        _, failure = await run_bounded(name, work, seconds)
        if failure is not None:
            log.warning("periodic_job_failed", job=name, error=type(failure).__name__)
        await asyncio.sleep(seconds)
