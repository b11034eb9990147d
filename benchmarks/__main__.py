"""`python -m benchmarks [name…] [--short]`: runs benchmarks and prints their tables. Never fails for being slow."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks import claim, inbox, press, push, start
from benchmarks.figures import Report, machine
from benchmarks.ground import SERVER, Ground, ground, postgres_version

Benchmark = Callable[..., Coroutine[Any, Any, Report]]
ALL: dict[str, Benchmark] = {
    "press": press.run,
    "inbox": inbox.run,
    "push": push.run,
    "claim": claim.run,
    "start": start.run,
}


async def _all(names: list[str], *, short: bool) -> int:
    found = await postgres_version()
    if found is None:
        print(f"No PostgreSQL answers at {SERVER}; set TEST_POSTGRES_URL.", file=sys.stderr)
        return 2
    print(machine(found), end="\n\n", flush=True)
    for name in names:
        stand: Ground
        async with ground() as stand:
            report = await ALL[name](stand, short=short)
        print(report.text(), flush=True)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against floors.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(ALL)}; all when none is named")
    parser.add_argument(
        "--short", action="store_true", help="a few seconds: shows that it runs, its figures mean nothing"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in ALL]
    if unknown:
        parser.error(f"there is no {unknown[0]}; choose of {', '.join(ALL)}")
    return asyncio.run(_all(asked.names or list(ALL), short=asked.short))


if __name__ == "__main__":
    raise SystemExit(main())
