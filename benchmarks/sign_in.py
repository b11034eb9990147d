"""Presses at a constant rate, alone and beside 20 sign-ins a second: what hashing passphrases costs those who reach out."""

import asyncio
import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import create_people
from benchmarks.press import BODY, close_all
from benchmarks.servers import RunningServer, start_porchlight
from core.encryption import Keyring
from core.passphrases import Passphrases
from rules.accounts.people import name_hash

PRESSES_A_SECOND: Final = 50.0
SIGN_INS_A_SECOND: Final = 20.0
ACCOUNTS: Final = 4
"""Accounts that sign in, each at its share of the rate."""
PASSPHRASE: Final = "four lamps on a quiet porch"
MAX_TIMES: Final = 1.2
ALONE, BESIDE = "presses alone", f"beside {SIGN_INS_A_SECOND:.0f} sign-ins a second"


async def run(environment: Environment, *, short: bool) -> Report:
    people, rounds = (100, 1) if short else (500, 5)
    report = Report(
        "sign-in",
        f"`POST /v1/reach-outs` at {PRESSES_A_SECOND:.0f} a second, five members with a device each, and in every second round "
        f"`POST /v1/sessions` at {SIGN_INS_A_SECOND:.0f} a second on the same server, each with its argon2id hash.",
        rounds,
        ("presses", "p50 ms", "p99 ms", "× alone", "sign-in p50 ms", "sign-in p99 ms"),
    )
    address = await environment.database("sign_in")
    keyring = await environment.keyring(address)
    owners = await create_people(address, keyring, people)
    names = await _let_sign_in(address, keyring, owners.members[:ACCOUNTS])
    presses: dict[str, list[LoadResult]] = {ALONE: [], BESIDE: []}
    sign_ins: list[LoadResult] = []
    async with start_porchlight(environment.env(address)) as server:
        for number in range(rounds + (not short)):
            job = LoadJob(
                server.port, "POST", "/v1/reach-outs", BODY, owners.tokens, people, 201, rate=PRESSES_A_SECOND
            )
            alone = await run_load(job)
            await close_all(address)
            beside, *signed_in = await asyncio.gather(run_load(job), *_sign_ins(server, names, people))
            await close_all(address)
            if short or number:  # the first round warms up
                presses[ALONE].append(alone)
                presses[BESIDE].append(beside)
                sign_ins += signed_in
    tails = {side: [answer.p99 for answer in answers] for side, answers in presses.items()}
    times = ratio(tails[BESIDE], tails[ALONE])
    for side, answers in presses.items():
        with_sign_ins = side == BESIDE
        report.row(
            side,
            spread([answer.p50 for answer in answers]),
            spread(tails[side]),
            times if with_sign_ins else "1",
            spread([answer.p50 for answer in sign_ins]) if with_sign_ins else "",
            spread([answer.p99 for answer in sign_ins]) if with_sign_ins else "",
        )
    report.at_most("p99 of presses beside sign-ins, times alone", times, MAX_TIMES)
    unexpected = sum(answer.unexpected for answer in (*presses[ALONE], *presses[BESIDE], *sign_ins))
    report.notes.append(f"Replies other than 201: {unexpected}.")
    return report


def _sign_ins(server: RunningServer, names: Sequence[str], presses: int) -> list[asyncio.Task[LoadResult]]:
    """Start the load of each account, for as long as the presses take."""
    rate = SIGN_INS_A_SECOND / len(names)
    count = max(1, round(presses / PRESSES_A_SECOND * rate))
    jobs = [
        LoadJob(
            server.port,
            "POST",
            "/v1/sessions",
            json.dumps({"sign_in_name": name, "passphrase": PASSPHRASE}),
            [""],
            count,
            201,
            connections=8,
            rate=rate,
        )
        for name in names
    ]
    return [asyncio.ensure_future(run_load(job)) for job in jobs]


async def _let_sign_in(address: str, keyring: Keyring, people: Sequence[UUID]) -> list[str]:
    """Give these people names and a passphrase to sign in with; return the names."""
    hashed = await Passphrases().hash(PASSPHRASE)
    names = [f"bench.{number}" for number in range(len(people))]
    async with connect(address) as connection:
        for name, person_id in zip(names, people, strict=True):
            await connection.execute(
                "UPDATE people SET sign_in_name_hash = $1, passphrase_hash = $2 WHERE id = $3",
                name_hash(keyring, name),
                hashed,
                person_id,
            )
    return names
