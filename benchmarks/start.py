"""From the start of a server to its first "ready", and what it weighs when nobody asks anything of it."""

import asyncio
import shutil
import sys
import time
from asyncio.subprocess import DEVNULL

from benchmarks.figures import Report, Spread, ratio, spread
from benchmarks.ground import Ground
from benchmarks.servers import ROOT, porchlight
from tests.standins.fcm import FcmStandIn

IMPORTS = "import fastapi, uvicorn, httptools, uvloop, sqlalchemy.ext.asyncio, asyncpg, httpx, cryptography.x509"
"""What any service on these libraries has to load: the floor of a start."""
REST = 2.0
"""Seconds after which a server counts as idle."""


async def run(ground: Ground, *, short: bool) -> Report:
    rounds = 1 if short else 5
    report = Report(
        "start",
        "`porchlight serve` as a process of its own: seconds from its start until `/readyz` answers 200, and resident "
        f"memory {REST:g} s later. The floor is a process that only imports the libraries. A new SQLite database is created within that time; on PostgreSQL, `porchlight migrate` does "
        "that beforehand and is shown separately.",
        rounds,
        ("database", "Firebase", "start to ready s", "× the floor", "idle MB"),
    )
    took: dict[tuple[str, str], list[float]] = {}
    weighed: dict[tuple[str, str], list[float]] = {}
    migrated: list[float] = []
    floor: list[float] = []
    existing = await ground.database("start")
    with FcmStandIn() as fcm:
        for number in range(rounds + (not short)):
            fresh = await ground.database("start_fresh")
            migration = await _timed(["-m", "cli.main", "migrate"], ground.env(fresh))
            imports = await _timed(["-c", IMPORTS], ground.env(None))
            for firebase, more in (("no", {}), ("yes", fcm.env())):
                embedded = ground.folder / f"embedded-{firebase}"
                shutil.rmtree(embedded, ignore_errors=True)
                away = {"PORCHLIGHT_DATA_DIR": str(embedded)}
                for name, env in (
                    ("SQLite, new", ground.env(None, **more) | away),
                    ("SQLite, existing", ground.env(None, **more) | away),
                    ("PostgreSQL, new", ground.env(fresh, **more)),
                    ("PostgreSQL, existing", ground.env(existing, **more)),
                ):
                    async with porchlight(env, worker=True) as server:
                        await asyncio.sleep(0.2 if short else REST)
                        resident = await server.resident()
                    if short or number:  # the first round fills the file cache
                        took.setdefault((name, firebase), []).append(server.took)
                        weighed.setdefault((name, firebase), []).append(resident)
            if short or number:
                migrated.append(migration)
                floor.append(imports)
    for (name, firebase), seconds in took.items():
        report.row(name, firebase, spread(seconds), ratio(seconds, floor), spread(weighed[name, firebase]))
    report.at_most("Start to ready, the slowest of these", _worst(took), 1.5, " s")
    report.at_most("Idle memory, the largest of these", _worst(weighed), 150, " MB")
    report.notes.append(f"The floor, libraries alone, takes {spread(floor)} s.")
    report.notes.append(f"`porchlight migrate` on a new PostgreSQL database takes {spread(migrated)} s.")
    return report


def _worst(values_by_way: dict[tuple[str, str], list[float]]) -> Spread:
    return max((spread(values) for values in values_by_way.values()), key=lambda one: one.median)


async def _timed(words: list[str], env: dict[str, str]) -> float:
    """Seconds that a Python process with these arguments lives. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=env, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"{words[-1]} failed")
    return time.perf_counter() - began
