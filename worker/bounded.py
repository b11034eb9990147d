"""Runs parts of a worker's turn with a time limit and isolated, so that none delays the others for long."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.isolation import caught
from core.telemetry import WORKER_PART_FAILURES

PartResult = TypeVar("PartResult")

log = structlog.get_logger(__name__)


async def run_bounded(
    part: str, work: Callable[[], Awaitable[PartResult]], seconds: float
) -> tuple[PartResult, None] | tuple[None, Exception]:
    """Run `work` for at most `seconds`; return its result, or the exception, counted under the name `part`.

    A worker uses short transactions and may be cancelled anywhere: whatever is not committed stays due.
    """
    limit = asyncio.timeout(seconds)
    with caught() as run:
        async with limit:
            return await work(), None
    if limit.expired():
        # Always logged: a recurring time-out may be the only symptom.
        log.warning("worker_part_timed_out", part=part, seconds=seconds)
    WORKER_PART_FAILURES.labels(part, "timed_out" if limit.expired() else "failed").inc()
    return None, run.failure
