"""Ten thousand deliveries that waited, as after an hour without a push service, and how soon two workers have sent them."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Report, spread
from benchmarks.ground import Ground, connected
from benchmarks.people import crowd
from benchmarks.servers import working
from tests.standins.fcm import FcmStandIn

WORKERS = 2
LEFT = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"
# Their ladders have come to their end and wait for an answer: only the pushes are to be done.
FILL = (
    "TRUNCATE reach_outs, recipients, notices, deliveries CASCADE",
    """INSERT INTO reach_outs (id, person_id, state, created_at, ladder, rung, round, pushed_at, unanswered_at, due_at)
    SELECT gen_random_uuid(), owner_id, 'waiting', $1, '[0, 90, 180, 300]', 7, 1, $1, $1, $1::timestamptz + interval '1 day'
    FROM (SELECT DISTINCT owner_id FROM memberships) owners""",
    """INSERT INTO recipients (reach_out_id, person_id, membership_id, role, step, told_at)
    SELECT r.id, m.member_id, m.id, m.role, m.step, $1
    FROM reach_outs r JOIN memberships m ON m.owner_id = r.person_id""",
    """INSERT INTO notices (id, recipient_id, kind, event_id, sender_id, reach_out_id, created_at)
    SELECT gen_random_uuid(), t.person_id, 'reach_out', r.id, r.person_id, r.id, $1
    FROM recipients t JOIN reach_outs r ON r.id = t.reach_out_id""",
    """INSERT INTO deliveries (id, notice_id, device_id, round, state, attempt, created_at, due_at, fence)
    SELECT gen_random_uuid(), n.id, d.id, 1, 'pending', 0, $1, $1, 1
    FROM notices n JOIN devices d ON d.person_id = n.recipient_id""",
)


async def run(ground: Ground, *, short: bool) -> Report:
    owners, rounds = (20, 1) if short else (1000, 3)
    count = owners * 5 * 2
    report = Report(
        "backlog",
        f"{count:,} deliveries of {owners:,} open reach-outs that have been due for an hour; then `work` × {WORKERS} is started. Measured from "
        "the start of the two processes until the last row is recorded as sent.",
        rounds,
        ("transport", "seconds", "deliveries a second"),
    )
    address = await ground.database("backlog")
    await crowd(address, await ground.keyring(address), owners, devices_each=2)
    with FcmStandIn() as fcm:
        for way, env in (("log", ground.env(address)), ("stand-in", ground.env(address, **fcm.env()))):
            took = []
            for _ in range(rounds):
                await _fill(address)
                took.append(await _drained(address, env))
            report.row(way, spread(took), spread([count / seconds for seconds in took]))
            report.at_most(f"Drained, {way}", spread(took), 60, " s")
            if way == "stand-in" and len(fcm.accepted) != count * rounds:
                report.notes.append(f"The stand-in took {len(fcm.accepted):,} pushes.")
    return report


async def _drained(address: str, env: dict[str, str]) -> float:
    async with AsyncExitStack() as stack, connected(address) as connection:
        began = time.perf_counter()
        for _ in range(WORKERS):
            await stack.enter_async_context(working(env))
        while await connection.fetchval(LEFT):
            await asyncio.sleep(0.05)
            if time.perf_counter() - began > 300:
                raise RuntimeError("not drained within five minutes")
        return time.perf_counter() - began


async def _fill(address: str) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    async with connected(address) as connection:
        await connection.execute(FILL[0])
        for statement in FILL[1:]:
            await connection.execute(statement, since)
        await connection.execute("VACUUM ANALYZE")
