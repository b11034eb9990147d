"""The services that `cli` passes to the API, which knows neither transports nor processes."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from api.proxy_watch import ProxyWatch
from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.encryption import Keyring
from core.passphrases import Passphrases
from core.settings import Settings
from core.steps import OnStep, ignore_step
from core.unit_of_work import DispatchNow


@dataclass(slots=True)
class Context:
    """The services of one process. `closing` is set when the process is asked to stop, so that event streams end."""

    settings: Settings
    database: Database
    clock: Clock
    keyring: Keyring
    passphrases: Passphrases
    bus: Bus
    dispatch_now: DispatchNow
    webpush_public_key: str
    fcm: bool
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    proxy_watch: ProxyWatch = field(default_factory=ProxyWatch)
    sliding: set[UUID] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    on_step: OnStep = ignore_step
