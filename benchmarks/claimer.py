"""A worker process of the claim benchmark: prints "ready", waits for a line, processes deliveries until none is left."""

import argparse
import asyncio
import json
import sys
import time

import uvloop
from sqlalchemy.exc import DBAPIError

from cli.assemble import assemble
from cli.keyring import open_keyring
from core.bus import Bus
from core.clock import DatabaseClock
from core.database import Database, lost_a_race
from core.encryption import Keyring
from core.settings import Settings
from core.telemetry import configure_logging
from core.unit_of_work import Operation
from models.enums import ADDRESS_KINDS
from notifications import claim, record
from notifications.record import SendOutcome
from notifications.transports.protocol import Push, Result, Sent


class ImmediateTransport:
    """A transport that accepts everything immediately."""

    name = "immediate"
    max_concurrent = 256
    sent = 0

    async def open(self) -> None:
        pass

    async def send(self, _push: Push) -> Result:
        self.sent += 1
        return Sent()

    async def close(self) -> None:
        pass


async def _run(batch: int | None) -> None:
    settings = Settings()
    configure_logging(settings.log_level)
    database = Database(settings.sqlalchemy_url, 4)
    clock = DatabaseClock(database.time)
    await clock.anchor()
    keyring = await open_keyring(settings, database)
    transport = ImmediateTransport()
    process = assemble(
        settings,
        database=database,
        clock=clock,
        keyring=keyring,
        transports=dict.fromkeys(ADDRESS_KINDS, transport),
        webpush_public_key="",
    )
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.process_time()
    if batch is None:
        stop = asyncio.Event()
        worker = asyncio.create_task(process.worker.run(stop))
        # The parent process watches the database and sends a line when nothing is left.
        await asyncio.to_thread(sys.stdin.readline)
        stop.set()
        await worker
    else:
        transport.sent = await _claim_and_record(database, clock, keyring, process.context.bus, batch)
        print("empty", flush=True)
    print(json.dumps({"sent": transport.sent, "cpu": time.process_time() - began}), flush=True)
    await process.close()


async def _claim_and_record(database: Database, clock: DatabaseClock, keyring: Keyring, bus: Bus, batch: int) -> int:
    """Claim and record alternately, without sending; return the number of deliveries."""
    sent = 0
    while True:
        async with database.statements() as statements:
            operation = Operation(statements, clock.now(), keyring)
            claimed = await claim.claim_due(operation, ADDRESS_KINDS, batch, lambda _: True)
            await operation.commit(bus, lambda _: None)
        if not claimed.taken:
            return sent
        now = clock.now()
        outcomes = [SendOutcome(row, ImmediateTransport.name, Sent(), now, 0.5) for row in claimed.taken]
        while not await _record(database, keyring, bus, outcomes):
            # As in the dispatcher: another worker interfered, so try again.
            print("outcomes_not_recorded", file=sys.stderr, flush=True)
        record.count_outcomes(outcomes)
        sent += len(claimed.taken)


async def _record(database: Database, keyring: Keyring, bus: Bus, outcomes: list[SendOutcome]) -> bool:
    async with database.statements() as statements:
        operation = Operation(statements, outcomes[0].at, keyring)
        try:
            await record.record(operation, outcomes)
            await operation.commit(bus, lambda _: None)
        except DBAPIError as error:
            if not lost_a_race(error):
                raise
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(parser.parse_args().batch))


if __name__ == "__main__":
    main()
