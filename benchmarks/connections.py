"""`GET /v1/connections` after five years of daily use, at the database: every statement that it takes, and its decisions."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event, insert, text

from benchmarks.environment import Environment
from benchmarks.figures import Report, percentile, spread
from benchmarks.people import add_person, add_session, membership_row
from core.database import Database
from core.encryption import Keyring, Vault
from core.ids import new_id
from core.unit_of_work import UnitOfWork
from migrations.run import upgrade
from models import Answer, Base, ReachIn, ReachOut, Recipient, Reflection, Talk
from rules.access import load_caller
from rules.daily.connections import load_connections
from rules.sealed_values import REFLECTION

PEOPLE = 20
CIRCLE = 5
DAYS = 5 * 365
TARGET_MS = 50.0
HISTORY = (ReachOut, Recipient, Answer, Reflection, ReachIn, Talk)
Rows = dict[str, list[dict[str, Any]]]


class Ring:
    """People in a ring: each has the next ones in their circle, and supports those before."""

    def __init__(self, keyring: Keyring, people: int, now: datetime) -> None:
        self.rows: Rows = {name: [] for name in ("people", "sessions", "memberships")}
        self.people = [add_person(self.rows, keyring, now) for _ in range(people)]
        self._vaults = {row["id"]: keyring.vault(row["id"], row["data_key"]) for row in self.rows["people"]}
        self.token = add_session(self.rows, self.people[0], now)
        self._circles: dict[UUID, list[tuple[UUID, UUID, str]]] = {}
        for number, owner in enumerate(self.people):
            for place in range(CIRCLE):
                member = self.people[(number + place + 1) % people]
                row = membership_row(owner, member, place, 1, now)
                self.rows["memberships"].append(row)
                self._circles.setdefault(owner, []).append((member, row["id"], row["role"]))

    def live(self, day: datetime, chance: random.Random) -> Rows:
        """Return what all of them do on one day: a press, answers, a reflection, two reach-ins, a talk."""
        rows: Rows = {model.__tablename__: [] for model in HISTORY}
        for owner, circle in self._circles.items():
            at = day + timedelta(minutes=chance.randrange(600))
            _press(rows, owner, circle, at, chance)
            rows["reflections"].append(_reflection(self._vaults[owner], rows["reach_outs"][-1]["id"], at, chance))
            for member, membership_id, _ in chance.sample(circle, 2):
                sent = {"id": new_id(at), "membership_id": membership_id, "created_at": at}
                rows["reach_ins"].append(sent | {"sender_id": owner, "recipient_id": member})
            member, membership_id, _ = chance.choice(circle)
            talk = {"id": new_id(at), "person_id": owner, "other_id": member, "membership_id": membership_id}
            rows["talks"].append(talk | {"day": day.date(), "created_at": at})
        return rows


def _press(rows: Rows, owner: UUID, circle: list[tuple[UUID, UUID, str]], at: datetime, chance: random.Random) -> None:
    reach_out_id = new_id(at)
    rows["reach_outs"].append(
        {
            "id": reach_out_id,
            "person_id": owner,
            "state": "closed",
            "created_at": at,
            "ladder": [0, 90, 300, 900],
            "rung": 1,
            "round": 1,
            "pushed_at": at,
            "closed_at": at + timedelta(hours=1),
            "outcome": "connected",
        }
    )
    answering = chance.randrange(CIRCLE)
    for place, (member, membership_id, role) in enumerate(circle):
        answered_at = at + timedelta(seconds=30 + chance.randrange(600))
        answer = "calling" if place == answering else "cannot" if place == (answering + 1) % CIRCLE else None
        rows["recipients"].append(
            {
                "reach_out_id": reach_out_id,
                "person_id": member,
                "membership_id": membership_id,
                "role": role,
                "step": 1,
                "told_at": at,
                "answer": answer,
                "answered_at": answered_at if answer else None,
            }
        )
        if answer:
            given = {"id": new_id(answered_at), "reach_out_id": reach_out_id, "person_id": member, "kind": answer}
            rows["answers"].append(given | {"created_at": answered_at})


def _reflection(vault: Vault, reach_out_id: UUID, at: datetime, chance: random.Random) -> dict[str, Any]:
    felt = {name: chance.randrange(4) for name in REFLECTION.names}
    sealed = {REFLECTION.sealed: REFLECTION.seal(vault, reach_out_id, felt)}
    return {"reach_out_id": reach_out_id, "created_at": at + timedelta(hours=1)} | sealed


async def run(environment: Environment, *, short: bool) -> Report:
    people, days, rounds, reads = (CIRCLE + 1, 60, 1, 3) if short else (PEOPLE, DAYS, 5, 20)
    report = Report(
        "connections",
        f"What `GET /v1/connections` does between the caller and the reply, in one process, for one of {people} people who each, on "
        f"every one of {days:,} days, pressed, were answered by one of five, said how it felt, sent two reach-ins and set "
        "a mark that they talked, and are in five circles that do the same. *Statements* is the time from sending each statement to its last row, "
        "summed; *all* adds the session, decrypted names and what is decided of the rows. *Quiet*: nobody was in touch within the weeks "
        "asked for, so the last time is looked for in all of the years. p95 is the largest of each round's.",
        rounds,
        ("database", "weeks", "statements, ms", "statements, p95 ms", "all, ms"),
    )
    sides = {
        "SQLite": f"sqlite+aiosqlite:///{environment.folder / 'connections.db'}",
        "PostgreSQL": environment.settings(await environment.database("connections")).sqlalchemy_url,
    }
    for name, url in sides.items():
        await _measure(environment, report, name, url, (people, days, rounds, reads))
    return report


async def _measure(
    environment: Environment, report: Report, name: str, url: str, size: tuple[int, int, int, int]
) -> None:
    people, days, rounds, reads = size
    await upgrade(url)
    database = Database(url, 4)
    try:
        keyring = await environment.keyring(url)
        now = datetime.now(UTC)
        ring = Ring(keyring, people, now)
        await _fill(database, ring, days, now)
        for weeks, later, quiet in ((8, 0, ""), (52, 0, ""), (8, 9, ", quiet")):
            figures = [
                await _read(database, keyring, ring.token, now + timedelta(weeks=later), weeks, reads)
                for _ in range(rounds)
            ]
            statements = spread([percentile([statement for statement, _ in round_], 0.5) for round_ in figures])
            largest = spread([percentile([statement for statement, _ in round_], 0.95) for round_ in figures])
            everything = spread([percentile([whole for _, whole in round_], 0.5) for round_ in figures])
            report.row(name, f"{weeks}{quiet}", statements, largest, everything)
            report.at_most(f"{name}, {weeks} weeks{quiet}, statements", statements, TARGET_MS, " ms")
    finally:
        await database.close()


async def _fill(database: Database, ring: Ring, days: int, now: datetime) -> None:
    """Insert day by day, as life would, so that one person's rows lie among everybody's."""
    chance = random.Random(1)
    for batch in _batches([ring.live(now - timedelta(days=days - day), chance) for day in range(days)], ring.rows):
        async with database.write() as session:
            for table, rows in batch.items():
                if rows:
                    await session.execute(insert(Base.metadata.tables[table]), rows)
            await session.commit()
    async with database.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("ANALYZE" if database.sqlite else "VACUUM ANALYZE"))


def _batches(days: list[Rows], first: Rows) -> Iterator[Rows]:
    yield first
    for begin in range(0, len(days), 50):
        together: Rows = {}
        for day in days[begin : begin + 50]:
            for table, rows in day.items():
                together.setdefault(table, []).extend(rows)
        yield together


async def _read(
    database: Database, keyring: Keyring, token: str, now: datetime, weeks: int, reads: int
) -> list[tuple[float, float]]:
    """Return, for each reading, the milliseconds of its statements and of all of it."""
    figures = []
    spent: list[float] = []
    engine = database.reader.sync_engine

    def before(connection: Connection, *_: object) -> None:
        connection.info["began"] = time.perf_counter()

    def after(connection: Connection, *_: object) -> None:
        spent.append(time.perf_counter() - connection.info["began"])

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        for _ in range(reads + 1):
            spent.clear()
            began = time.perf_counter()
            async with database.read() as session:
                unit = UnitOfWork(session, now, keyring)
                who = await load_caller(unit, token)
                spent.clear()
                await load_connections(unit, who, weeks)
            figures.append((sum(spent) * 1000, (time.perf_counter() - began) * 1000))
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
    return figures[1:]
