"""Presses at a constant rate, alone and beside 20 sign-ins a second: what hashing passphrases costs those who reach out."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import create_people
from benchmarks.press import BODY, close_all
from benchmarks.servers import RunningServer, start_porchlight, start_server
from benchmarks.sign_in_server import CHEAPEST
from core.encryption import Keyring
from core.passphrases import LANES, MEMORY_KIB, PASSES
from core.secret_text import passphrase
from rules.accounts.people import name_hash

PRESSES_A_SECOND: Final = 50.0
SIGN_INS_A_SECOND: Final = 20.0
ACCOUNTS: Final = 50
"""Accounts that sign in, one after the other."""
PASSPHRASE: Final = "four lamps on a quiet porch"
MAX_TIMES: Final = 1.2


@dataclass(slots=True)
class _Side:
    """What presses shared the server with, and the results of each round."""

    name: str
    server: RunningServer
    bodies: Sequence[str] = ()
    presses: list[LoadResult] = field(default_factory=list)
    sign_ins: list[LoadResult] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)


async def run(environment: Environment, *, short: bool) -> Report:
    people, rounds = (100, 1) if short else (500, 5)
    report = Report(
        "sign-in",
        f"`POST /v1/reach-outs` at {PRESSES_A_SECOND:.0f} a second, five members with a device each: alone, and beside "
        f"`POST /v1/sessions` at {SIGN_INS_A_SECOND:.0f} a second on the same server. *Without their hash*: sign-ins of accounts whose hash costs "
        f"next to nothing (8 KiB), which shows what hashing adds (argon2id, m={MEMORY_KIB} KiB, t={PASSES}, p={LANES}). "
        "Server, database and both load generators share the cores.",
        rounds,
        ("presses", "p50 ms", "p99 ms", "p99 × alone", "sign-in p50 ms", "p99 ms", "server's CPU, share of a core"),
    )
    address = await environment.database("sign_in")
    keyring = await environment.keyring(address)
    owners = await create_people(address, keyring, people)
    hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    hashed = await _let_sign_in(address, keyring, owners.members[:ACCOUNTS], hasher)
    unhashed = await _let_sign_in(address, keyring, owners.members[ACCOUNTS : 2 * ACCOUNTS], CHEAPEST)
    env = environment.env(address)
    async with (
        start_porchlight(env) as server,
        start_server("benchmarks.sign_in_server", ["serve", "--no-worker"], env) as cheap_server,
    ):
        alone = _Side("presses alone", server)
        bare = _Side(f"beside {SIGN_INS_A_SECOND:.0f} sign-ins a second, without their hash", cheap_server, unhashed)
        beside = _Side(f"beside {SIGN_INS_A_SECOND:.0f} sign-ins a second", server, hashed)
        sides = (alone, bare, beside)
        for number in range(rounds + (not short)):
            for side in sides:
                measured = short or number > 0  # the first round warms up
                await _run_side(side, owners.tokens, people, keep=measured)
                await close_all(address)
    tails = {side.name: [answer.p99 for answer in side.presses] for side in sides}
    for side in sides:
        report.row(
            side.name,
            spread([answer.p50 for answer in side.presses]),
            spread(tails[side.name]),
            ratio(tails[side.name], tails[alone.name]) if side.bodies else "1",
            spread([answer.p50 for answer in side.sign_ins]) if side.bodies else "",
            spread([answer.p99 for answer in side.sign_ins]) if side.bodies else "",
            spread(side.cpu_seconds),
        )
    times = ratio(tails[beside.name], tails[alone.name])
    report.at_most("p99 of presses beside sign-ins, times alone", times, MAX_TIMES)
    hash_times = ratio(tails[beside.name], tails[bare.name])
    report.at_most("p99 of presses beside sign-ins, times beside those without their hash", hash_times, MAX_TIMES)
    unexpected = sum(answer.unexpected for side in sides for answer in (*side.presses, *side.sign_ins))
    report.notes.append(f"Replies other than 201: {unexpected}.")
    return report


async def _run_side(side: _Side, tokens: Sequence[str], presses: int, *, keep: bool) -> None:
    jobs = [LoadJob(side.server.port, "POST", "/v1/reach-outs", BODY, tokens, presses, 201, rate=PRESSES_A_SECOND)]
    if side.bodies:
        count = max(1, round(presses / PRESSES_A_SECOND * SIGN_INS_A_SECOND))
        jobs.append(
            LoadJob(
                side.server.port,
                "POST",
                "/v1/sessions",
                "",
                [""],
                count,
                201,
                connections=32,
                rate=SIGN_INS_A_SECOND,
                bodies=side.bodies,
            )
        )
    began = side.server.cpu()
    pressed, *signed_in = await asyncio.gather(*map(run_load, jobs))
    if keep:
        side.presses.append(pressed)
        side.sign_ins += signed_in
        side.cpu_seconds.append((side.server.cpu() - began) / (presses / PRESSES_A_SECOND))


async def _let_sign_in(address: str, keyring: Keyring, people: Sequence[UUID], hasher: PasswordHasher) -> list[str]:
    """Give these people names and a passphrase to sign in with; return the bodies of their sign-ins."""
    hashed = hasher.hash(passphrase(PASSPHRASE))
    names = {person_id: f"bench.{person_id.hex}" for person_id in people}
    async with connect(address) as connection:
        for person_id, name in names.items():
            await connection.execute(
                "UPDATE people SET sign_in_name_hash = $1, passphrase_hash = $2 WHERE id = $3",
                name_hash(keyring, name),
                hashed,
                person_id,
            )
    return [json.dumps({"sign_in_name": name, "passphrase": PASSPHRASE}) for name in names.values()]
