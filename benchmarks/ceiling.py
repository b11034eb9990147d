"""The load generator's ceiling: the rate of replies it can receive from a server that does nothing."""

import argparse
import asyncio
from typing import cast

import uvloop

from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.servers import start_server

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport does not inherit from asyncio.Transport.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data:
            self._transport.write(REPLY)


async def ceiling(env: dict[str, str], count: int) -> LoadResult:
    async with start_server("benchmarks.ceiling", [], env) as server:
        return await run_load(LoadJob(server.port, "GET", "/", "", ["none"], count, 200))


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Echo, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(parser.parse_args().port))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
