"""`python -m benchmarks.peers.fastapi_procrastinate.work`: one worker process that runs up to ten jobs at once."""

import asyncio

import uvloop

from benchmarks.peers.fastapi_procrastinate.database import queue


async def _work() -> None:
    async with queue.open_async():
        await queue.run_worker_async(concurrency=10, delete_jobs="successful")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())
