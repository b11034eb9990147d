"""`make faults`: nights of faults on both databases, each with its own seed, and the table of results."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.faults.installation import Installation
from tests.faults.night.archive import append, load
from tests.faults.night.report import report
from tests.faults.night.run import Night, spend
from tests.faults.stores import embedded, on_postgres
from tests.world.databases import postgres

KINDS = ("sqlite", "postgresql")


async def _night(kind: str, seed: int, rounds: int, server: str) -> Night:
    with tempfile.TemporaryDirectory(prefix="porchlight-night-") as name:
        folder = Path(name)
        if kind == "sqlite":
            async with Installation(folder, embedded(folder), None) as installation:
                return await spend(installation, seed, rounds, _say)
        async with on_postgres(server) as store, Installation(folder, store, None) as installation:
            await store.migrate()
            return await spend(installation, seed, rounds, _say)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _nights(kind: str, seed: int, rounds: int, kills: int, server: str, file: Path | None) -> list[Night]:
    """Run nights with successive seeds until this many kills have been injected."""
    nights: list[Night] = []
    while sum(night.kills for night in nights) < kills:
        _say(f"{kind}, seed {seed + len(nights)}")
        nights.append(asyncio.run(_night(kind, seed + len(nights), rounds, server)))
        for line in nights[-1].findings.wrong:
            _say(f"WRONG {line}")
        if file is not None:
            append(nights[-1], file)
    return nights


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.night", description="Nights of faults.")
    parser.add_argument("--seed", type=int, default=1, help="of the first night; each further one counts on (1)")
    parser.add_argument("--rounds", type=int, default=50, help="faults in one night (50)")
    parser.add_argument("--kills", type=int, default=200, help="go on until so many kills on each database (200)")
    parser.add_argument("--database", choices=KINDS, action="append", help="one of them; both when none is named")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="add each night to this file")
    parser.add_argument("--report", type=Path, metavar="FILE", help="spend no night: report those in this file")
    arguments = parser.parse_args()
    if arguments.report is not None:
        return _report(load(arguments.report))
    nights: list[Night] = []
    with postgres() as database:
        if database is None and arguments.database != ["sqlite"]:
            sys.stderr.write("No PostgreSQL: set TEST_POSTGRES_URL, or ask for --database sqlite.\n")
            return 2
        server = "" if database is None else urlunsplit(urlsplit(database.url)._replace(path="/postgres"))
        for kind in arguments.database or KINDS:
            nights += _nights(kind, arguments.seed, arguments.rounds, arguments.kills, server, arguments.keep)
    return _report(nights)


def _report(nights: list[Night]) -> int:
    sys.stdout.write(report(nights))
    return 1 if any(night.findings.wrong for night in nights) else 0


if __name__ == "__main__":
    sys.exit(main())
