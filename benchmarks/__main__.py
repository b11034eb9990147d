"""`python -m benchmarks [name…] [--short]`: runs benchmarks and prints their tables. Slowness is not a failure."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import (
    claim,
    connections,
    country,
    inbox,
    lane,
    load_backlog,
    load_presses,
    load_streams,
    moments,
    phone,
    press,
    push,
    sign_in,
    start,
)
from benchmarks.environment import SERVER, Environment, open_environment, postgres_version
from benchmarks.figures import Report, describe_machine, load_average
from benchmarks.peers import kills as peer_kills
from benchmarks.peers import presses as peer_presses

Benchmark = Callable[..., Coroutine[Any, Any, Report]]
BENCHMARKS: dict[str, Benchmark] = {
    "press": press.run,
    "peers": peer_presses.run,
    "peer-kills": peer_kills.run,
    "inbox": inbox.run,
    "connections": connections.run,
    "push": push.run,
    "lane": lane.run,
    "claim": claim.run,
    "moments": moments.run,
    "country": country.run,
    "start": start.run,
    "load": load_presses.run,
    "backlog": load_backlog.run,
    "streams": load_streams.run,
    "sign-in": sign_in.run,
    "phone": phone.run,
}


async def _run_all(names: list[str], page: Path | None, *, short: bool) -> int:
    postgres = await postgres_version()
    if postgres is None:
        print(f"No PostgreSQL answers at {SERVER}; set TEST_POSTGRES_URL.", file=sys.stderr)
        return 2
    load_before = load_average()
    for name in names:
        environment: Environment
        async with open_environment() as environment:
            report = await BENCHMARKS[name](environment, short=short)
        report.notes.append(
            f"{describe_machine(postgres)} Load average {load_before} before it, {load_average()} after it."
        )
        print(report.text(), flush=True)
        if page is not None:
            _write_to_page(page, name, report.text())
        load_before = load_average()
    return 0


def _write_to_page(page: Path, name: str, text: str) -> None:
    """Insert a report into the page, between `<!-- name -->` and `<!-- /name -->`."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not mark or not end:
        raise SystemExit(f"{page} has no place for {name}")
    page.write_text(before + mark + text + end + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against floors.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument(
        "--short", action="store_true", help="run for a few seconds, to show that it works; the figures mean nothing"
    )
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="insert the tables into this page (docs/performance.md)"
    )
    parser.add_argument(
        "--people",
        type=int,
        default=country.COUNTRY_PEOPLE,
        help="how many live in the benchmark `country`; %(default)s",
    )
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; choose from {', '.join(BENCHMARKS)}")
    BENCHMARKS["country"] = partial(country.run, people=arguments.people)
    return asyncio.run(_run_all(arguments.names or list(BENCHMARKS), arguments.write, short=arguments.short))


if __name__ == "__main__":
    raise SystemExit(main())
