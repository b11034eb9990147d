"""Ten thousand moments in the same minute: from the time at which they are due until a push service has taken every one."""

import asyncio
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import DeclarativeBase

from benchmarks.environment import Environment
from benchmarks.figures import Report, spread
from cli.assemble import assemble
from cli.keyring import open_keyring
from core.clock import DatabaseClock
from core.database import Database
from core.encryption import Keyring
from core.ids import new_id
from models import Device, Person, Rhythm
from models.enums import ADDRESS_KINDS
from notifications.transports.protocol import Push, Result, Sent

SEND_SECONDS = 0.05
"""How long the stand-in for a push service takes for one push."""
TARGET_SECONDS = 60.0


class SlowTransport:
    """Takes every push after a while, as many at once as the transport for Firebase."""

    name = "slow"
    max_concurrent = 64
    sent = 0

    async def open(self) -> None:
        pass

    async def send(self, _push: Push) -> Result:
        await asyncio.sleep(SEND_SECONDS)
        self.sent += 1
        return Sent()

    async def close(self) -> None:
        pass


async def run(environment: Environment, *, short: bool) -> Report:
    people, rounds = (200, 1) if short else (10_000, 3)
    report = Report(
        "moments",
        f"{people:,} people whose moment is due at once, a phone each; one worker process and a push service that takes"
        f" {SEND_SECONDS * 1000:.0f} ms a push, {SlowTransport.max_concurrent} at once. Until the last one is handed over.",
        rounds,
        ("database", "seconds", "moments a second"),
    )
    for kind in ("SQLite", "PostgreSQL"):
        seconds = []
        for number in range(rounds):
            if kind == "SQLite":
                address = f"sqlite:///{environment.folder}/moments-{number}.db"
                await environment.migrate(address)
            else:
                address = await environment.database(f"moments_{number}")
            seconds.append(await _hand_over_all(environment, address, people))
        report.row(kind, spread(seconds), spread([people / second for second in seconds]))
        report.at_most(f"{kind}, seconds until all are handed over", spread(seconds), TARGET_SECONDS)
    return report


async def _hand_over_all(environment: Environment, address: str, people: int) -> float:
    settings = environment.settings(address)
    database = Database(settings.sqlalchemy_url, 4)
    keyring = await open_keyring(settings, database)
    await _create_people(database, keyring, people)
    clock = DatabaseClock(database.time)
    await clock.anchor()
    transport = SlowTransport()
    process = assemble(
        settings,
        database=database,
        clock=clock,
        keyring=keyring,
        transports=dict.fromkeys(ADDRESS_KINDS, transport),
        webpush_public_key="",
    )
    stop = asyncio.Event()
    began = time.perf_counter()
    worker = asyncio.create_task(process.worker.run(stop))
    while transport.sent < people:  # noqa: ASYNC110 (counted by the transport itself)
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    stop.set()
    await worker
    await process.close()
    if transport.sent != people:
        raise RuntimeError(f"{transport.sent} pushes for {people} moments")
    return seconds


async def _create_people(database: Database, keyring: Keyring, count: int) -> None:
    now = datetime.now(UTC)
    # Whatever time of the day it is, it is the time that everybody has chosen.
    due_at = (now - timedelta(seconds=1)).replace(second=0, microsecond=0)
    rows: dict[type[DeclarativeBase], list[dict[str, Any]]] = {Person: [], Device: [], Rhythm: []}
    for _ in range(count):
        person_id, device_id = new_id(now), new_id(now)
        data_key = keyring.new_data_key(person_id)
        token = json.dumps({"token": secrets.token_urlsafe(106)})
        rows[Person].append(
            {
                "id": person_id,
                "sign_in_name_hash": secrets.token_bytes(32),
                "passphrase_hash": "none",
                "data_key": data_key,
                "time_zone": "UTC",
                "language": "en",
                "wake_me": False,
                "created_at": now,
            }
        )
        rows[Device].append(
            {
                "id": device_id,
                "person_id": person_id,
                "kind": "fcm",
                "address_hash": secrets.token_bytes(32),
                "address": keyring.vault(person_id, data_key).seal("devices.address", device_id, token),
                "created_at": now,
            }
        )
        rows[Rhythm].append(
            {
                "person_id": person_id,
                "check_in_at": f"{due_at:%H:%M}",
                "check_in_days": list(range(7)),
                "commitments": True,
                "follow_ups": True,
                "practice_offers": False,
                "next_at": due_at,
            }
        )
    async with database.write() as session:
        for model, values in rows.items():
            await session.execute(insert(cast("Table", model.__table__)), values)
        await session.commit()
