"""Bounded parts: what a worker does is cut off after a while and isolated, so that no part holds back another for long."""

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
    """Run `work` for at most `seconds`; return its result, or what it raised, counted under the name `part`.

    A worker does everything in short transactions and may be cut off anywhere: what is not committed stays due.
    """
    limit = asyncio.timeout(seconds)
    with caught() as run:
        async with limit:
            return await work(), None
    if limit.expired():
        # Always logged: what hangs again and again may be all that is wrong.
        log.warning("worker_part_timed_out", part=part, seconds=seconds)
    WORKER_PART_FAILURES.labels(part, "timed_out" if limit.expired() else "failed").inc()
    return None, run.failure
