"""A rolling restart: every process is stopped and replaced, one after the other, while people press, answer and close.

`python -m tests.faults.night.rolling FOLDER` rehearses an upgrade: FOLDER is a checkout of the release before. All processes are
its first, then the tables become this release's under its feet, then its processes make way one by one.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.faults.installation import Installation
from tests.faults.night.checker import Findings, check
from tests.faults.night.cluster import Cluster
from tests.faults.night.days import DUE_NOW
from tests.faults.night.history import History
from tests.faults.night.run import quiet
from tests.faults.night.workload import Workload
from tests.faults.stores import on_postgres
from tests.world.databases import postgres
from tests.world.patience import patient

_WITHOUT_MOMENT = """
SELECT person_id FROM rhythms WHERE person_id NOT IN (SELECT recipient_id FROM notices WHERE kind = 'moment')
"""
BETWEEN = 2.0
"""Seconds in which both releases run side by side before the next process is replaced."""


async def roll(installation: Installation, seed: int, older: Path | None = None) -> tuple[Findings, History]:
    """Upgrade from the release in `older` (None: restart this one, on migrated tables); return the findings and the history."""
    await _migrate(installation, older)
    cluster = Cluster(installation, older)
    await cluster.start()
    circle = await installation.circle(cluster.servers[0], owners=3, members=4, phones=1, browsers=1)
    workload = Workload(circle, [server.url for server in cluster.servers], seed, days=True)
    living = asyncio.create_task(workload.go_on())
    try:
        await asyncio.sleep(BETWEEN)
        await _migrate(installation)
        for place in cluster.places:
            await asyncio.sleep(BETWEEN)
            await installation.store.change(DUE_NOW)
            await cluster.relieve(place)
        await asyncio.sleep(BETWEEN)
    finally:
        workload.stop()
        await asyncio.wait({living})
    living.result()
    await quiet(installation)
    findings = await check(installation, workload.history, noted=older is None)
    findings.wrong += await _moments_left_out(installation)
    return findings, workload.history


async def _moments_left_out(installation: Installation) -> list[str]:
    """Let a moment come now that every process is of this release; return who has chosen one and has no notice of any."""
    await installation.store.change(DUE_NOW)
    until = time.monotonic() + patient(20)
    while left_out := await installation.store.rows(_WITHOUT_MOMENT):
        if time.monotonic() > until:
            return [f"moment lost: {row.person_id}" for row in left_out]
        await asyncio.sleep(0.2)
    return []


async def _migrate(installation: Installation, release: Path | None = None) -> None:
    migrate = installation.run("migrate", release=release)
    assert await migrate.end(within=60) == 0, migrate.logged


async def _rehearse(older: Path, seed: int, server: str) -> tuple[Findings, History]:
    with tempfile.TemporaryDirectory(prefix="porchlight-rolling-") as name:
        async with on_postgres(server) as store, Installation(Path(name), store, None) as installation:
            return await roll(installation, seed, older)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.night.rolling", description="Rehearse an upgrade.")
    parser.add_argument("older", type=Path, metavar="FOLDER", help="a checkout of the release before")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not (arguments.older / "cli" / "main.py").is_file():
        parser.error(f"{arguments.older} holds no release")  # all processes would be of this one
    with postgres() as database:
        if database is None:
            sys.stderr.write("No PostgreSQL: set TEST_POSTGRES_URL.\n")
            return 2
        server = urlunsplit(urlsplit(database.url)._replace(path="/postgres"))
        findings, history = asyncio.run(_rehearse(arguments.older.resolve(), arguments.seed, server))
    for line in findings.wrong:
        sys.stdout.write(f"WRONG {line}\n")
    statuses = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(history.statuses.items()))
    sys.stdout.write(
        f"{findings.pressed} presses, {findings.notices} notices, {findings.pushes} pushes. Replies: {statuses}.\n"
    )
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
