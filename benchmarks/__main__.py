"""`python -m benchmarks [name…] [--short]`: runs benchmarks and prints their tables. Never fails for being slow."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from benchmarks import claim, inbox, load_backlog, load_presses, load_streams, phone, press, push, start
from benchmarks.figures import Report, busy, machine
from benchmarks.ground import SERVER, Ground, ground, postgres_version

Benchmark = Callable[..., Coroutine[Any, Any, Report]]
ALL: dict[str, Benchmark] = {
    "press": press.run,
    "inbox": inbox.run,
    "push": push.run,
    "claim": claim.run,
    "start": start.run,
    "load": load_presses.run,
    "backlog": load_backlog.run,
    "streams": load_streams.run,
    "phone": phone.run,
}


async def _all(names: list[str], page: Path | None, *, short: bool) -> int:
    found = await postgres_version()
    if found is None:
        print(f"No PostgreSQL answers at {SERVER}; set TEST_POSTGRES_URL.", file=sys.stderr)
        return 2
    load = busy()
    for name in names:
        stand: Ground
        async with ground() as stand:
            report = await ALL[name](stand, short=short)
        report.notes.append(f"{machine(found)} Load average {load} before it, {busy()} after it.")
        print(report.text(), flush=True)
        if page is not None:
            _write(page, name, report.text())
        load = busy()
    return 0


def _write(page: Path, name: str, text: str) -> None:
    """Put a report into its place on the page: between `<!-- name -->` and `<!-- /name -->`."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not mark or not end:
        raise SystemExit(f"{page} has no place for {name}")
    page.write_text(before + mark + text + end + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against floors.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(ALL)}; all when none is named")
    parser.add_argument(
        "--short", action="store_true", help="a few seconds: shows that it runs, its figures mean nothing"
    )
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the tables into this page (docs/performance.md)"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in ALL]
    if unknown:
        parser.error(f"there is no {unknown[0]}; choose of {', '.join(ALL)}")
    return asyncio.run(_all(asked.names or list(ALL), asked.write, short=asked.short))


if __name__ == "__main__":
    raise SystemExit(main())
