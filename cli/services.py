"""Opens and closes the services of one process: database, keys, clock, transports, background tasks."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from cli import push_capability
from cli.assemble import Assembly, Seams, assemble
from cli.in_place import require_in_place
from cli.keyring import open_keyring
from cli.operator_errors import OperatorError
from core.bus import PostgresBridge
from core.clock import DatabaseClock
from core.database import Database
from core.settings import Settings
from models.enums import ChannelKind, DeviceKind
from notifications.transports.fcm import FcmTransport
from notifications.transports.log import LogTransport
from notifications.transports.protocol import Transport
from notifications.transports.unset import UnconfiguredChannel
from notifications.transports.vapid import VapidKeys, load_or_create_keys
from notifications.transports.webpush import WebPushTransport

FALLBACK_CONTACT = "mailto:operator@localhost.invalid"
"""Contact for push services when neither a contact nor a public address is set; all but Apple's accept it."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_services(
    settings: Settings, closing: asyncio.Event, seams: Seams | None = None
) -> AsyncIterator[Assembly]:
    """Open all services, keep the clock and the bridge running, and close everything in order at the end.

    `closing` is set when the process is asked to stop.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.sqlalchemy_url, settings.database_connections)
        stack.push_async_callback(database.close)
        async with database.read() as session:
            await require_in_place(session)
        clock = DatabaseClock(database.time)
        await clock.anchor()
        keyring = await open_keyring(settings, database)
        if not settings.webpush_key_path.exists():
            # Browsers registered with an earlier key have to register again.
            log.warning("webpush_key_made", path=str(settings.webpush_key_path))
        vapid = load_or_create_keys(settings.webpush_key_path)
        services = assemble(
            settings,
            database=database,
            clock=clock,
            keyring=keyring,
            transports=transports(settings, clock, vapid),
            webpush_public_key=vapid.public_key,
            closing=closing,
            seams=seams,
        )
        stack.callback(services.context.passphrases.close)
        background = await stack.enter_async_context(_background())
        stack.push_async_callback(services.dispatcher.close)
        await _open_transports(settings, services)
        background(clock.keep())
        if not database.sqlite:
            background(PostgresBridge(services.context.bus, database.url).run())
            await push_capability.record_push_capability(database, clock, keyring)
            background(push_capability.keep_push_capability_recorded(database, clock, keyring))
        yield services
        await asyncio.gather(*services.context.tasks, return_exceptions=True)


async def _open_transports(settings: Settings, services: Assembly) -> None:
    try:
        await services.dispatcher.open()
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"PORCHLIGHT_FCM_CREDENTIALS: {settings.fcm_credentials} is no service-account file that can be read."
        ) from error


@asynccontextmanager
async def _background() -> AsyncIterator[Callable[[Coroutine[None, None, None]], None]]:
    """Yield a function that starts background tasks, which are cancelled at the end of the block."""
    tasks: list[asyncio.Task[None]] = []
    try:
        yield lambda work: tasks.append(asyncio.create_task(work))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def transports(settings: Settings, clock: DatabaseClock, vapid: VapidKeys) -> Mapping[str, Transport]:
    """Return the transport for each kind of device and channel. Without Firebase credentials, pushes to apps are only logged."""
    if "FIREBASE_AUTH_EMULATOR_HOST" in os.environ:
        raise OperatorError("FIREBASE_AUTH_EMULATOR_HOST is set: unsigned tokens would be accepted. Unset it.")
    fcm: Transport = LogTransport()
    if settings.fcm_credentials is not None:
        fcm = FcmTransport(settings.fcm_credentials, settings.fcm_url, clock.now)
    else:
        log.warning("no_fcm_credentials", consequence="pushes to apps are only logged")
    subject = settings.push_contact
    if subject is None:
        log.warning("no_contact", consequence="Apple refuses pushes to iPhones and Macs", hint="set PORCHLIGHT_CONTACT")
    webpush = WebPushTransport(
        vapid, subject or FALLBACK_CONTACT, settings.webpush_hosts, clock.now, public_url=settings.public_url
    )
    return {str(DeviceKind.FCM): fcm, str(DeviceKind.WEBPUSH): webpush, **channel_transports(settings)}


def channel_transports(settings: Settings) -> Mapping[str, Transport]:
    """Return the operator's gateway for each kind of channel, or a null transport that rejects every push."""
    gateways: dict[str, Transport] = {kind: UnconfiguredChannel(kind) for kind in map(str, ChannelKind)}
    for kind, url in settings.channels.items():
        # Importing Apprise takes 50 ms, so only installations with a gateway do.
        from notifications.transports.channel import ChannelTransport

        try:
            gateways[kind] = ChannelTransport(kind, url, settings.public_url)
        except ValueError as error:
            raise OperatorError(f"PORCHLIGHT_{kind.upper()}_URL {error}. See docs/channels.md.") from None
    return gateways
