"""The time from a server's start until it is ready, and its memory when idle."""

import asyncio
import shutil
import sys
import time
from asyncio.subprocess import DEVNULL

from benchmarks.environment import Environment
from benchmarks.figures import Report, Spread, ratio, spread
from benchmarks.servers import ROOT, start_server
from tests.standins.fcm import FcmStandIn

IMPORTS = "import fastapi, uvicorn, httptools, uvloop, sqlalchemy.ext.asyncio, asyncpg, httpx, cryptography.x509"
"""What every service with these libraries has to import: the floor of a start."""
IDLE_SECONDS = 2.0
"""Seconds after which a server counts as idle."""


def _new_report(rounds: int) -> Report:
    return Report(
        "start",
        "`porchlight serve` as a process of its own: seconds from its start until `/readyz` answers 200, and resident "
        f"memory {IDLE_SECONDS:g} s later. The floor is a process that only imports the libraries. A new SQLite database is created within that time; on PostgreSQL, `porchlight migrate` does "
        "that beforehand and is shown separately. Without the packages of developers' tools, as in production.",
        rounds,
        ("database", "Firebase", "start to ready s", "× the floor", "idle MB"),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    rounds = 1 if short else 5
    report = _new_report(rounds)
    took: dict[tuple[str, str], list[float]] = {}
    memory: dict[tuple[str, str], list[float]] = {}
    migrated: list[float] = []
    floor: list[float] = []
    existing = await environment.database("start")
    with FcmStandIn() as fcm:
        for number in range(rounds + (not short)):
            fresh = await environment.database("start_fresh")
            migration = await _run_time(["-m", "cli.main", "migrate"], environment.env(fresh))
            imports = await _run_time(["-c", IMPORTS], environment.env(None))
            for firebase, more in (("no", {}), ("yes", fcm.env())):
                embedded = environment.folder / f"embedded-{firebase}"
                shutil.rmtree(embedded, ignore_errors=True)
                data_dir = {"PORCHLIGHT_DATA_DIR": str(embedded)}
                for name, env in (
                    ("SQLite, new", environment.env(None, **more) | data_dir),
                    ("SQLite, existing", environment.env(None, **more) | data_dir),
                    ("PostgreSQL, new", environment.env(fresh, **more)),
                    ("PostgreSQL, existing", environment.env(existing, **more)),
                ):
                    async with start_server("benchmarks.production", ["serve"], env) as server:
                        await asyncio.sleep(0.2 if short else IDLE_SECONDS)
                        resident = await server.resident()
                    if short or number:  # the first round fills the file cache
                        took.setdefault((name, firebase), []).append(server.took)
                        memory.setdefault((name, firebase), []).append(resident)
            if short or number:
                migrated.append(migration)
                floor.append(imports)
    for (name, firebase), seconds in took.items():
        report.row(name, firebase, spread(seconds), ratio(seconds, floor), spread(memory[name, firebase]))
    report.at_most("Start to ready, the slowest of these", _worst(took), 1.5, " s")
    report.at_most("Idle memory, the largest of these", _worst(memory), 150, " MB")
    report.notes.append(f"The floor, libraries alone, takes {spread(floor)} s.")
    report.notes.append(f"`porchlight migrate` on a new PostgreSQL database takes {spread(migrated)} s.")
    return report


def _worst(values_by_way: dict[tuple[str, str], list[float]]) -> Spread:
    return max((spread(values) for values in values_by_way.values()), key=lambda figure: figure.median)


async def _run_time(arguments: list[str], env: dict[str, str]) -> float:
    """Return the run time, in seconds, of a Python process with these arguments. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=env, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"{arguments[-1]} failed")
    return time.perf_counter() - began
