"""The composition root: connects the parts of a process, in production and in the tests."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import create_app
from api.context import Context
from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.passphrases import Passphrases
from core.settings import Settings
from core.steps import OnStep, ignore_step
from models.enums import DeviceKind
from notifications.dispatcher import Dispatcher
from notifications.transports.log import LogTransport
from notifications.transports.protocol import Transport
from worker.auditor import Auditor
from worker.loop import Worker
from worker.purge import Purge
from worker.push_address_sealing import PushAddressSealer
from worker.value_sealing import ValueSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What production leaves at its defaults and tests replace: randomness, pauses, the cost of hashing a passphrase."""

    passphrases: Callable[[], Passphrases] = Passphrases
    jitter: Callable[[], float] = random.random
    """Spread of retries, from 0 to 1."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Pause between two batches of the purge."""
    on_step: OnStep = ignore_step
    """Hook at which fault tests kill the process."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """All parts of one process. Nothing runs by itself: `cli.services` and `cli.serve` start and stop the parts."""

    context: Context
    dispatcher: Dispatcher
    worker: Worker
    auditor: Auditor
    purge: Purge
    push_addresses: PushAddressSealer
    values: ValueSealer

    def app(self, routes: FastAPI | None = None) -> ASGIApp:
        """Return the API of this process. `routes` that were built before save a fifth of a second."""
        return create_app(self.context, routes)

    async def close(self) -> None:
        """Finish running pushes and release leases, then close everything that `assemble` received or created."""
        await self.dispatcher.close()
        self.context.passphrases.close()
        await self.context.database.close()


def assemble(
    settings: Settings,
    *,
    database: Database,
    clock: Clock,
    keyring: Keyring,
    transports: Mapping[str, Transport],
    webpush_public_key: str,
    closing: asyncio.Event | None = None,
    seams: Seams | None = None,
) -> Assembly:
    """Connect the parts of one process, without opening a connection or starting a task.

    `transports`: by kind of device or channel. `closing` is set when the process is asked to stop.
    """
    seams = seams or Seams()
    bus = Bus()
    dispatcher = Dispatcher(database, clock, keyring, bus, transports, jitter=seams.jitter, on_step=seams.on_step)
    context = Context(
        settings=settings,
        database=database,
        clock=clock,
        keyring=keyring,
        passphrases=seams.passphrases(),
        bus=bus,
        dispatch_now=dispatcher.dispatch_now,
        webpush_public_key=webpush_public_key,
        fcm=not isinstance(transports.get(DeviceKind.FCM), LogTransport),
        closing=closing or asyncio.Event(),
        on_step=seams.on_step,
    )
    parts = (database, clock, keyring, bus, dispatcher.dispatch_now)
    return Assembly(
        context=context,
        dispatcher=dispatcher,
        worker=Worker(database, clock, keyring, bus, dispatcher, on_step=seams.on_step),
        auditor=Auditor(*parts),
        purge=Purge(*parts, settings.retention_days, pause=seams.pause),
        push_addresses=PushAddressSealer(database, clock, keyring),
        values=ValueSealer(database, clock, keyring),
    )
