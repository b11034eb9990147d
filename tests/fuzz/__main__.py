"""`make fuzz`: long runs of the fuzzer, of the model of who sees what and of what is done at once, on SQLite and on PostgreSQL."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from core.settings import Settings
from tests.faults.installation import Installation
from tests.faults.stores import embedded, on_postgres
from tests.fuzz.at_once import play_at_once
from tests.fuzz.run import Fuzzed, fuzz
from tests.model.run import Emptied, play
from tests.world.databases import postgres, sqlite
from tests.world.world import World

STEPS_A_LIFE = 50
MOMENTS_A_CIRCLE = 25


async def _run(server: str | None, seed: int, examples: int) -> Fuzzed:
    with tempfile.TemporaryDirectory(prefix="porchlight-fuzz-") as name:
        folder = Path(name)
        if server is None:
            async with Installation(folder, embedded(folder), None) as installation:
                return await fuzz(installation, seed, examples)
        async with on_postgres(server) as store, Installation(folder, store, None) as installation:
            await store.migrate()
            return await fuzz(installation, seed, examples)


def _play_lives(database: Emptied, folder: Path, steps: int, number: int) -> None:
    """Compare so many steps of people's lives with the model of who sees what."""
    lives = max(1, steps // STEPS_A_LIFE)
    sys.stdout.write(f"{urlsplit(database.url).scheme}, seed {number}: {lives} lives of {STEPS_A_LIFE} steps\n")
    sys.stdout.flush()
    play(database, folder, lives=lives, steps=STEPS_A_LIFE, number=number)


def _play_at_once(database: Emptied, folder: Path, moments: int, seed: int) -> None:
    """Let three people do anything at the same moment, so many times, in one circle after another."""
    settings = Settings(
        _env_file=None, data_dir=folder, database_url=SecretStr(database.url), database_connections=10, sign_ups=100_000
    )

    async def play(number: int) -> None:
        async with World(settings, beginnings={}) as world:
            statuses = await play_at_once(world, MOMENTS_A_CIRCLE, number)
        sys.stdout.write(f"{urlsplit(database.url).scheme}, at once, seed {number}: {dict(sorted(statuses.items()))}\n")
        sys.stdout.flush()

    for number in range(seed, seed + moments // MOMENTS_A_CIRCLE):
        database.empty()
        asyncio.run(play(number))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz every operation of the API.")
    parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same requests (1)")
    parser.add_argument("--examples", type=int, default=200, help="for each operation, at most (200)")
    parser.add_argument(
        "--steps", type=int, default=50_000, help="of lives, compared with the model of who sees what (50000)"
    )
    parser.add_argument("--moments", type=int, default=500, help="in which people do anything at once (500)")
    arguments = parser.parse_args()
    bad = 0
    with postgres() as database:
        servers = [None, *([urlunsplit(urlsplit(database.url)._replace(path="/postgres"))] if database else [])]
        for server in servers:
            sys.stdout.write(f"{'SQLite' if server is None else 'PostgreSQL'}, seed {arguments.seed}\n")
            outcome = asyncio.run(_run(server, arguments.seed, arguments.examples))
            sys.stdout.write("\n".join([outcome.output, *outcome.wrong]) + "\n")
            bad += not outcome.good
    with sqlite() as file, postgres() as database, tempfile.TemporaryDirectory(prefix="porchlight-model-") as folder:
        _play_lives(file, Path(folder), arguments.steps // (2 if database else 1), arguments.seed)
        if database is not None:
            _play_lives(database, Path(folder), arguments.steps // 2, arguments.seed)
        for server_or_file in (file, database):
            if server_or_file is not None:
                _play_at_once(server_or_file, Path(folder), arguments.moments, arguments.seed)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
