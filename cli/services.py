"""One process's services, made from the settings and put together: the only place that knows all of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from api.context import Context
from cli import sight
from cli.keyring import open_keyring
from cli.operator_errors import OperatorError
from core.bus import Bus, PostgresBridge
from core.clock import DatabaseClock
from core.database import Database
from core.passphrases import Passphrases
from core.settings import Settings
from models.enums import ChannelKind, DeviceKind
from notifications.dispatcher import Dispatcher
from notifications.transports.fcm import FcmTransport
from notifications.transports.log import LogTransport
from notifications.transports.protocol import Transport
from notifications.transports.unset import NoChannel
from notifications.transports.vapid import VapidKeys, load_or_make
from notifications.transports.webpush import WebPushTransport
from notifications.wording import LANGUAGES

NOBODY = "mailto:operator@localhost.invalid"
"""Whom a push service may write to where nobody is named and there is no public address: services other than Apple's take it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    context: Context
    dispatcher: Dispatcher


@asynccontextmanager
async def running(settings: Settings, closing: asyncio.Event) -> AsyncIterator[Services]:
    """Open everything, keep the clock and the bridge going, and close it all in order at the end.

    `closing` is set when the process is asked to stop.
    """
    database = Database(settings.sqlalchemy_url, settings.database_connections)
    clock = DatabaseClock(database.time)
    passphrases = Passphrases()
    bus = Bus()
    background: list[asyncio.Task[None]] = []
    dispatcher: Dispatcher | None = None
    try:
        await clock.anchor()
        keyring = await open_keyring(settings, database)
        if not settings.webpush_key_path.exists():
            # Browsers that were registered with an earlier key have to register again.
            log.warning("webpush_key_made", path=str(settings.webpush_key_path))
        vapid = load_or_make(settings.webpush_key_path)
        dispatcher = Dispatcher(database, clock, keyring, bus, transports(settings, clock, vapid))
        try:
            await dispatcher.open()
        except (OSError, ValueError) as error:
            raise OperatorError(
                f"PORCHLIGHT_FCM_CREDENTIALS: {settings.fcm_credentials} is no service-account file that can be read."
            ) from error
        background.append(asyncio.create_task(clock.keep()))
        if not database.sqlite:
            background.append(asyncio.create_task(PostgresBridge(bus, database.url).run()))
            await sight.record_sight(database, clock, keyring)
            background.append(asyncio.create_task(sight.keep_sight(database, clock, keyring)))
        context = Context(
            settings=settings,
            database=database,
            clock=clock,
            keyring=keyring,
            passphrases=passphrases,
            bus=bus,
            dispatch_now=dispatcher.dispatch_now,
            webpush_public_key=vapid.public_key,
            fcm=settings.fcm_credentials is not None,
            languages=LANGUAGES,
            closing=closing,
        )
        yield Services(context, dispatcher)
        await asyncio.gather(*context.tasks, return_exceptions=True)
    finally:
        if dispatcher is not None:
            await dispatcher.close()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        passphrases.close()
        await database.close()


def transports(settings: Settings, clock: DatabaseClock, vapid: VapidKeys) -> Mapping[str, Transport]:
    """The way to each kind of device and channel. Without Firebase credentials a log line says what would have gone."""
    if "FIREBASE_AUTH_EMULATOR_HOST" in os.environ:
        raise OperatorError("FIREBASE_AUTH_EMULATOR_HOST is set: unsigned tokens would be taken for good. Unset it.")
    fcm: Transport = LogTransport()
    if settings.fcm_credentials is not None:
        fcm = FcmTransport(settings.fcm_credentials, settings.fcm_url, clock.now)
    else:
        log.warning("no_fcm_credentials", consequence="pushes to apps are only logged")
    subject = settings.push_contact
    if subject is None:
        log.warning("no_contact", consequence="Apple refuses pushes to iPhones and Macs", hint="set PORCHLIGHT_CONTACT")
    webpush = WebPushTransport(
        vapid, subject or NOBODY, settings.webpush_hosts, clock.now, public_url=settings.public_url
    )
    return {str(DeviceKind.FCM): fcm, str(DeviceKind.WEBPUSH): webpush, **channel_transports(settings)}


def channel_transports(settings: Settings) -> Mapping[str, Transport]:
    """The operator's gateway for each kind of channel; where there is none, one that says so and sends nothing."""
    made: dict[str, Transport] = {kind: NoChannel(kind) for kind in map(str, ChannelKind)}
    for kind, url in settings.channels.items():
        # Apprise takes a twentieth of a second of a start: only who has a gateway pays.
        from notifications.transports.channel import ChannelTransport

        try:
            made[kind] = ChannelTransport(kind, url, settings.public_url)
        except ValueError as error:
            raise OperatorError(f"PORCHLIGHT_{kind.upper()}_URL {error}. See docs/channels.md.") from None
    return made
