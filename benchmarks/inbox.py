"""An inbox page compared with its floor, and a million notices compared with a thousand."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.people import People, create_people
from benchmarks.servers import RunningServer, start_porchlight, start_server

VIEWERS = 50
FLOOR = "floor, a thousand notices"
FEW = "porchlight, a thousand notices"
MANY = "porchlight, a million notices"
EVERYBODY = "porchlight, a million notices, everybody's inboxes"
NOTICES = """
INSERT INTO notices (id, recipient_id, kind, event_id, sender_id, reach_out_id, created_at, read_at)
SELECT (substr(md5(n::text), 1, 12) || '7' || substr(md5(n::text), 14, 3) || '8' || substr(md5(n::text), 18, 15))::uuid,
       ($1::uuid[])[1 + n % cardinality($1)], 'reach_out', gen_random_uuid(),
       ($2::uuid[])[1 + (n + n / cardinality($1) % 5) % cardinality($2)], gen_random_uuid(), $3::timestamptz - n * interval '1 second',
       CASE WHEN n % 3 = 0 THEN $3::timestamptz END
FROM generate_series(1, $4::integer) n
"""


def _new_report(rounds: int, everybody: int) -> Report:
    return Report(
        "inbox",
        "`GET /v1/inbox`, a page of 20, at 50 connections. The floor looks up the token and reads the page in one raw "
        "statement behind Starlette and decrypts nothing. The whole table has a thousand or a million notices, and 50 "
        f"people's inboxes are read in turn; in the last line, those of all {everybody:,}.",
        rounds,
        ("side", "pages a second", "share of the floor", "p50 ms", "p99 ms"),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    few, many, everybody = (1000, 5000, 100) if short else (1000, 1_000_000, 5000)
    rounds, count = (1, 200) if short else (5, 1000)
    report = _new_report(rounds, everybody)
    thousand = await environment.database("inbox_few")
    keyring = await environment.keyring(thousand)
    small = await create_people(thousand, keyring, VIEWERS, members_each=1)
    await _fill(thousand, small, few)
    million = await environment.database("inbox_many")
    await environment.keyring(million)
    large = await create_people(million, keyring, everybody, members_each=0)
    await _fill(million, large, many)
    chosen = large.tokens[:: everybody // VIEWERS]
    async with AsyncExitStack() as stack:
        at_few = await stack.enter_async_context(start_porchlight(environment.env(thousand)))
        at_many = await stack.enter_async_context(start_porchlight(environment.env(million)))
        sides = {
            FLOOR: (
                await stack.enter_async_context(
                    start_server("benchmarks.floor", [thousand], environment.env(thousand))
                ),
                small.tokens,
            ),
            FEW: (at_few, small.tokens),
            MANY: (at_many, chosen),
            EVERYBODY: (at_many, large.tokens),
        }
        answers_by_side: dict[str, list[LoadResult]] = {side: [] for side in sides}
        for number in range(rounds + (not short)):
            for side, (server, tokens) in sides.items():
                answered = await run_load(_job(server, tokens, count))
                if short or number:  # the first round warms up
                    answers_by_side[side].append(answered)
    _add_rows(report, answers_by_side)
    return report


def _add_rows(report: Report, answers_by_side: dict[str, list[LoadResult]]) -> None:
    rates = {side: [answer.rate for answer in answers] for side, answers in answers_by_side.items()}
    for side, answers in answers_by_side.items():
        report.row(
            side,
            spread(rates[side]),
            ratio(rates[side], rates[FLOOR]),
            spread([answer.p50 for answer in answers]),
            spread([answer.p99 for answer in answers]),
        )
    report.at_least("Pages, share of the floor", ratio(rates[FEW], rates[FLOOR]), 0.35)
    report.at_least("Rate at a million notices, share of that at a thousand", ratio(rates[MANY], rates[FEW]), 0.9)
    report.notes.append(
        f"Replies other than 200: {sum(answer.unexpected for side in answers_by_side.values() for answer in side)}."
    )


def _job(server: RunningServer, tokens: list[str], count: int) -> LoadJob:
    return LoadJob(server.port, "GET", "/v1/inbox", "", tokens, count, 200)


async def _fill(address: str, people: People, count: int) -> None:
    """Insert `count` notices, distributed evenly, with practically random ids, the worst order for the index."""
    senders: list[UUID] = people.members or people.owners[1:] + people.owners[:1]
    async with connect(address) as connection:
        # Skip the foreign-key checks for a million rows that are known to be valid.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(NOTICES, people.owners, senders, datetime.now(UTC), count, timeout=600)
        await connection.execute("VACUUM ANALYZE", timeout=600)
