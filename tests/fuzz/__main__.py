"""`make fuzz`: a long run of the fuzzer against an embedded database and against PostgreSQL."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.faults.installation import Installation
from tests.faults.stores import embedded, on_postgres
from tests.fuzz.run import Fuzzed, fuzz
from tests.world.databases import postgres


async def _run(server: str | None, seed: int, examples: int) -> Fuzzed:
    with tempfile.TemporaryDirectory(prefix="porchlight-fuzz-") as name:
        folder = Path(name)
        if server is None:
            async with Installation(folder, embedded(folder), None) as installation:
                return await fuzz(installation, seed, examples)
        async with on_postgres(server) as store, Installation(folder, store, None) as installation:
            await store.migrate()
            return await fuzz(installation, seed, examples)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz every operation of the API.")
    parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same requests (1)")
    parser.add_argument("--examples", type=int, default=200, help="for each operation, at most (200)")
    arguments = parser.parse_args()
    bad = 0
    with postgres() as database:
        servers = [None, *([urlunsplit(urlsplit(database.url)._replace(path="/postgres"))] if database else [])]
        for server in servers:
            sys.stdout.write(f"{'SQLite' if server is None else 'PostgreSQL'}, seed {arguments.seed}\n")
            outcome = asyncio.run(_run(server, arguments.seed, arguments.examples))
            sys.stdout.write("\n".join([outcome.output, *outcome.wrong]) + "\n")
            bad += not outcome.good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
