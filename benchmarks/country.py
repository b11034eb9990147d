"""A day in a small and in a large database: what a press, a page and a reminder cost where ten times as many people live."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg

from benchmarks.crowd import Crowd, fill
from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import People, create_people
from benchmarks.press import BODY, close_all
from benchmarks.servers import RunningServer, start_porchlight

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CHECK_IN = '{"feeling": 2}'
TOWN, COUNTRY = "a tenth", "all"
COUNTRY_PEOPLE = 50_000
"""What two cores fill within minutes; `--people` says otherwise."""
LARGE = 2_000
"""A table of so many rows is large: reading all of it for one person would grow with everybody."""
PRESSES_A_SECOND = 50.0
REMINDER_SECONDS = 60.0
REPORTED_SECONDS = 12
"""An idle connection of PostgreSQL reports what it has read within ten seconds."""
# What sequential scans have read so far, of each large table.
SCANS = f"""
SELECT pg_class.relname, seq_scan, seq_tup_read, reltuples::bigint FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid
WHERE reltuples >= {LARGE}
"""


@dataclass(slots=True)
class Side:
    """One database, its server, and what was measured there."""

    address: str
    people: People
    crowd: Crowd
    server: RunningServer | None = None
    presses: list[LoadResult] = field(default_factory=list)
    press_cpu: list[float] = field(default_factory=list)
    pages: list[LoadResult] = field(default_factory=list)
    check_ins: list[LoadResult] = field(default_factory=list)
    alone: list[LoadResult] = field(default_factory=list)
    beside: list[LoadResult] = field(default_factory=list)
    reminders: list[float] = field(default_factory=list)
    read_whole: dict[str, int] = field(default_factory=dict)


async def run(environment: Environment, *, short: bool, people: int = COUNTRY_PEOPLE) -> Report:
    people = 2_000 if short else people
    owners, rounds = (100, 1) if short else (2_000, 3)
    report = _new_report(people, owners, rounds)
    sides: dict[str, Side] = {}
    for name, count in ((TOWN, people // 10), (COUNTRY, people)):
        address = await environment.database("country_" + name.replace(" ", "_"))
        keyring = await environment.keyring(address)
        crowd = await fill(address, count)
        sides[name] = Side(address, await create_people(address, keyring, owners, members_signed_in=True), crowd)
    async with AsyncExitStack() as stack:
        for side in sides.values():
            env = environment.env(side.address)
            side.server = await stack.enter_async_context(start_porchlight(env, worker=True))
        for number in range(rounds + (not short)):
            for side in sides.values():
                await _live(side, keep=bool(short or number))
        for side in sides.values():
            await _look_for_scans(side)
    _add_rows(report, sides)
    return report


def _new_report(people: int, owners: int, rounds: int) -> Report:
    return Report(
        "country",
        f"`porchlight serve` on PostgreSQL, in a database with {people:,} people and in one with a tenth of them; each has five in their "
        "circle, five circles that they are in, a phone, and a year behind them: 50 notices, two reach-outs with their recipients, ten "
        f"check-ins. In both, {owners:,} further people with circles of their own live through the same: presses, pages of the inbox and "
        f"check-ins at 50 connections, and reminders of all {5 * owners:,} members that are due in the same minute, beside "
        f"{PRESSES_A_SECOND:.0f} presses a second. *Read whole*: large tables that a statement has read from end to end meanwhile, "
        "according to PostgreSQL's own statistics.",
        rounds,
        (
            "people",
            "rows",
            "GB",
            "presses a second",
            "the server's CPU a press, µs",
            "inbox pages a second",
            "check-ins a second",
            "reminders gone, s",
            "p99 ms of presses alone",
            "beside them",
            "read whole",
        ),
    )


async def _live(side: Side, *, keep: bool) -> None:
    """Play the day once on one side."""
    assert side.server is not None
    port, owners = side.server.port, side.people.tokens
    before = side.server.cpu()
    presses = await run_load(LoadJob(port, "POST", "/v1/reach-outs", BODY, owners, len(owners), 201))
    await close_all(side.address)
    cpu = (side.server.cpu() - before) / len(owners) * 1e6
    pages = await run_load(LoadJob(port, "GET", "/v1/inbox", "", side.people.member_tokens, len(owners), 200))
    check_ins = await run_load(LoadJob(port, "POST", "/v1/check-ins", CHECK_IN, owners, len(owners), 201))
    steady = LoadJob(port, "POST", "/v1/reach-outs", BODY, owners, len(owners) // 2, 201, rate=PRESSES_A_SECOND)
    alone = await run_load(steady)
    await close_all(side.address)
    reminding = asyncio.create_task(_remind(side))
    # Long enough for the last of them.
    beside = await run_load(replace(steady, count=len(owners)))
    seconds = await reminding
    await close_all(side.address)
    if keep:
        side.presses.append(presses)
        side.press_cpu.append(cpu)
        side.pages.append(pages)
        side.check_ins.append(check_ins)
        side.alone.append(alone)
        side.beside.append(beside)
        side.reminders.append(seconds)


async def _let_reminders_be_due(connection: Connection, people: People) -> datetime:
    now = datetime.now(UTC)
    await connection.execute(
        """INSERT INTO rhythms (person_id, check_in_at, check_in_days, commitments, follow_ups, practice_offers, next_at)
           SELECT id, $2, '[0,1,2,3,4,5,6]', true, true, false, $3 FROM unnest($1::uuid[]) AS id
           ON CONFLICT (person_id) DO UPDATE SET check_in_at = $2, next_at = $3""",
        people.members,
        now.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M"),
        now.replace(second=0, microsecond=0),
    )
    return now


async def _remind(side: Side) -> float:
    """Let every member's reminder be due now; return the seconds until the last push is handed over."""
    async with connect(side.address) as connection:
        now = await _let_reminders_be_due(connection, side.people)
        began = time.perf_counter()
        left = 1
        while left:
            if time.perf_counter() - began > 10 * REMINDER_SECONDS:
                raise RuntimeError(f"{left} reminders are still due")
            await asyncio.sleep(0.2)
            left = await connection.fetchval(
                """SELECT (SELECT count(*) FROM rhythms WHERE next_at <= $1) + (SELECT count(*) FROM deliveries
                   JOIN notices ON notices.id = notice_id WHERE deliveries.state = 'pending' AND notices.kind = 'moment')""",
                now + timedelta(seconds=1),
            )
        seconds = time.perf_counter() - began
        told = await connection.fetchval("SELECT count(*) FROM notices WHERE kind = 'moment' AND created_at >= $1", now)
        if told != len(side.people.members):
            raise RuntimeError(f"{told} reminders for {len(side.people.members)} people")
        return seconds


async def _look_for_scans(side: Side) -> None:
    """Play the day once more, without what the benchmark itself asks of the database, and note which large tables were read whole."""
    assert side.server is not None
    port, owners = side.server.port, side.people.tokens
    async with connect(side.address) as connection:
        await asyncio.sleep(REPORTED_SECONDS)
        before = {row["relname"]: row for row in await connection.fetch(SCANS)}
        await _let_reminders_be_due(connection, side.people)
        await run_load(LoadJob(port, "POST", "/v1/reach-outs", BODY, owners, len(owners), 201))
        await run_load(LoadJob(port, "GET", "/v1/inbox", "", side.people.member_tokens, len(owners), 200))
        await run_load(LoadJob(port, "POST", "/v1/check-ins", CHECK_IN, owners, len(owners), 201))
        await asyncio.sleep(REPORTED_SECONDS)
        for row in await connection.fetch(SCANS):
            earlier = before.get(row["relname"], row)
            if row["seq_tup_read"] - earlier["seq_tup_read"] >= row["reltuples"]:
                side.read_whole[row["relname"]] = row["seq_scan"] - earlier["seq_scan"]


def _add_rows(report: Report, sides: Mapping[str, Side]) -> None:
    for side in sides.values():
        whole = ", ".join(f"{table} ({times})" for table, times in sorted(side.read_whole.items()))
        report.row(
            f"{side.crowd.rows['people']:,}",
            f"{sum(side.crowd.rows.values()):,}",
            f"{side.crowd.gigabytes:.1f}",
            spread([one.rate for one in side.presses]),
            spread(side.press_cpu),
            spread([one.rate for one in side.pages]),
            spread([one.rate for one in side.check_ins]),
            spread(side.reminders),
            spread([one.p99 for one in side.alone]),
            spread([one.p99 for one in side.beside]),
            whole or "none",
        )
    town, country = sides[TOWN], sides[COUNTRY]
    for what, here, there in (
        ("Presses", country.presses, town.presses),
        ("Pages", country.pages, town.pages),
        ("Check-ins", country.check_ins, town.check_ins),
    ):
        share = ratio([one.rate for one in here], [one.rate for one in there])
        report.at_least(f"{what} a second, share of those in a tenth of the database", share, 0.9)
    report.at_most("Seconds until all reminders are gone", spread(country.reminders), REMINDER_SECONDS)
    tail = ratio([one.p99 for one in country.beside], [one.p99 for one in country.alone])
    report.at_most("p99 of presses beside reminders, times alone", tail, 1.2)
    report.at_most("Large tables read whole", spread([len(country.read_whole)]), 0)
    unexpected = sum(
        one.unexpected
        for side in sides.values()
        for jobs in (side.presses, side.pages, side.check_ins, side.alone, side.beside)
        for one in jobs
    )
    report.notes.append(f"Replies with an unexpected status: {unexpected}.")
