"""The sides of the comparison: Porchlight and each peer, with their people, started and stopped alike."""

import asyncio
import json
import os
import re
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.environment import Environment, connect
from benchmarks.people import create_people
from benchmarks.press import close_all
from benchmarks.servers import ROOT, RunningServer, group_cpu, process_cpu, start_porchlight, start_server, start_worker
from benchmarks.stand_in import FastStandIn
from tests.standins.fcm import FcmStandIn

MEMBERS = 5
PYTHON = Path(".venv/peers/bin/python")
SHOWN = re.compile(
    r"^(celery|django|djangorestframework|fcm-django|firebase-admin|gunicorn|procrastinate|psycopg|redis)==(\S+)",
    re.MULTILINE,
)
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY, PROCRASTINATE = "benchmarks.peers.django_celery", "benchmarks.peers.fastapi_procrastinate"
COUNT_WAITING = "SELECT count(*) FROM deliveries WHERE state = 'pending'"
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
CLOSE = (
    "UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'",
    "UPDATE reach_outs SET state = 'closed', closed_at = created_at WHERE closed_at IS NULL",
    "VACUUM ANALYZE reach_outs, recipients, notices, deliveries",
)


@dataclass(frozen=True, slots=True)
class RunningSide:
    """A side's processes: its web server, and its worker where that is a process of its own."""

    web: RunningServer
    worker: Process | None

    def cpu(self) -> tuple[float, float]:
        """Return the CPU seconds of the web server's and of the worker's processes."""
        return group_cpu(self.web.process.pid), 0.0 if self.worker is None else group_cpu(self.worker.pid)

    def pause_worker(self) -> None:
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGSTOP)

    def resume_worker(self) -> None:
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGCONT)


@dataclass(slots=True)
class Porchlight:
    """`porchlight serve`: one process that takes presses, sends their pushes and records them."""

    environment: Environment
    name: str = "porchlight serve"
    sent_column: str = "handed_at"
    address: str = ""
    tokens: Sequence[str] = ()
    devices: Sequence[str] = ()

    async def prepare(self, owners: int) -> None:
        self.address = await self.environment.database("peers_ours")
        keyring = await self.environment.keyring(self.address)
        people = await create_people(self.address, keyring, owners, MEMBERS, first_step=MEMBERS)
        self.tokens, self.devices = people.tokens, people.devices

    def env(self, fcm: FcmStandIn | FastStandIn | None = None) -> dict[str, str]:
        return self.environment.env(self.address, **({} if fcm is None else fcm.env()))

    async def start_web(self, stack: AsyncExitStack, env: Mapping[str, str]) -> RunningServer:
        if "CRASH_AT" in env:
            return await stack.enter_async_context(start_server("tests.faults.crash_points", ["serve"], env))
        return await stack.enter_async_context(start_porchlight(env, worker=True))

    async def start_worker(self, _stack: AsyncExitStack, _env: Mapping[str, str]) -> Process | None:
        """Return None: the server's own process does that work."""
        return None

    async def close_reach_outs(self) -> None:
        await close_all(self.address)

    async def forget(self) -> None:
        """Nothing is left but the database, which the environment drops."""


@dataclass(slots=True)
class Peer:
    """One of the builds: a web server and a worker, each with one process that does the work."""

    environment: Environment
    name: str
    package: str
    hardened: bool
    sent_column: str = "sent_at"
    address: str = ""
    tokens: Sequence[str] = ()
    devices: Sequence[str] = ()
    _prefix: str = field(default="", init=False)

    async def prepare(self, owners: int) -> None:
        kind = f"{self.package.rpartition('.')[2]}_{'hardened' if self.hardened else 'default'}"
        self._prefix = f"bench_{os.getpid()}_{kind}_"
        self.address = await self.environment.empty_database(f"peers_{kind}")
        people = json.loads(await self._set_up("--owners", str(owners), "--members", str(MEMBERS)))
        self.tokens, self.devices = people["tokens"], people["devices"]
        async with connect(self.address) as connection:
            await connection.execute("VACUUM ANALYZE")

    def env(self, fcm: FcmStandIn | FastStandIn | None = None) -> dict[str, str]:
        variables = self.environment.env(None) | {
            "PEER_DATABASE_URL": self.address,
            "PEER_REDIS_URL": REDIS,
            "PEER_REDIS_PREFIX": self._prefix,
            "PEER_HARDENED": "1" if self.hardened else "0",
            "DJANGO_SETTINGS_MODULE": f"{CELERY}.settings",
        }
        if fcm is not None:
            theirs = fcm.env()
            variables |= theirs | {
                "PEER_FCM_URL": theirs["PORCHLIGHT_FCM_URL"],
                "PEER_FCM_CREDENTIALS": theirs["PORCHLIGHT_FCM_CREDENTIALS"],
            }
        return variables

    async def start_web(self, stack: AsyncExitStack, env: Mapping[str, str]) -> RunningServer:
        return await stack.enter_async_context(start_server(f"{self.package}.serve", [], env, python=ROOT / PYTHON))

    async def start_worker(self, stack: AsyncExitStack, env: Mapping[str, str]) -> Process | None:
        return await stack.enter_async_context(start_worker(env, f"{self.package}.work", [], python=ROOT / PYTHON))

    async def close_reach_outs(self) -> None:
        async with connect(self.address) as connection:
            for statement in CLOSE:
                await connection.execute(statement)

    async def forget(self) -> None:
        """Remove what the peer has left in Redis."""
        if self.package == CELERY:
            await self._set_up("--forget")

    async def _set_up(self, *arguments: str) -> str:
        command = (ROOT / PYTHON, "-m", f"{self.package}.setup", *arguments)
        process = await asyncio.create_subprocess_exec(*command, env=self.env(), cwd=ROOT, stdout=PIPE)
        out, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{self.package} could not be set up")
        return out.decode()


Side = Porchlight | Peer


async def start_side(side: Side, stack: AsyncExitStack, env: Mapping[str, str]) -> RunningSide:
    return RunningSide(await side.start_web(stack, env), await side.start_worker(stack, env))


async def choose_sides(environment: Environment, *, twins: bool) -> tuple[list[Side], list[str]]:
    """Return the sides that can run here, and a note for each that cannot.

    `twins`: with procrastinate's default settings too, which differ only in what happens after a crash.
    """
    sides: list[Side] = [Porchlight(environment)]
    if not (ROOT / PYTHON).exists():
        return sides, ["The peers are left out: they are not installed (`make peers`)."]
    pinned = SHOWN.findall((ROOT / "requirements-peers.txt").read_text(encoding="utf-8"))
    notes = [f"Peers: {', '.join(' '.join(package) for package in pinned)}."]
    if await _redis_answers():
        sides += [
            Peer(environment, "Django REST + Celery, default", CELERY, hardened=False),
            Peer(environment, "Django REST + Celery, hardened", CELERY, hardened=True),
        ]
    else:
        notes.append(f"Django REST + Celery is left out: no Redis answers at {REDIS}; set TEST_REDIS_URL.")
    if twins:
        sides.append(Peer(environment, "FastAPI + procrastinate, default", PROCRASTINATE, hardened=False))
    name = "FastAPI + procrastinate" + (", hardened" if twins else "")
    sides.append(Peer(environment, name, PROCRASTINATE, hardened=True))
    return sides, notes


async def _redis_answers() -> bool:
    place = urlsplit(REDIS)
    try:
        reader, writer = await asyncio.open_connection(place.hostname, place.port or 6379)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        # A server that asks for a password first is one as well.
        return (await asyncio.wait_for(reader.readline(), 5))[:1] in {b"+", b"-"}
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


async def backends_cpu(address: str) -> float:
    """Return the CPU seconds of the PostgreSQL processes that serve this database; 0 if they run elsewhere."""
    if urlsplit(address).hostname not in {"127.0.0.1", "localhost", "::1", None}:
        return 0.0
    async with connect(address) as connection:
        rows = await connection.fetch(BACKENDS)
    return sum(process_cpu(row["pid"]) for row in rows)


async def wait_until_recorded(side: Side, seconds: float = 120) -> int:
    """Wait until no delivery is pending; return how many still are when `seconds` have passed."""
    async with connect(side.address) as connection:
        for _ in range(round(seconds / 0.05)):
            if not await connection.fetchval("SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1"):
                return 0
            await asyncio.sleep(0.05)
        return int(await connection.fetchval(COUNT_WAITING))
