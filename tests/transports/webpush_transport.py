"""An open Web Push transport as a context manager, its keys, and a clock that a test sets."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.transports.protocol import WebPushAddress
from notifications.transports.vapid import VapidKeys
from notifications.transports.webpush import WebPushTransport
from tests.standins.webpush import Subscription

KEYS = VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1()))
SUBJECT = "mailto:hello@porch.example"


class ManualClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def open_webpush_transport(
    *hosts: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    keys: VapidKeys = KEYS,
    send_limit: float = 8.0,
    public_url: str = "",
    verify: ssl.SSLContext | None = None,
) -> AsyncIterator[WebPushTransport]:
    transport = WebPushTransport(keys, SUBJECT, hosts, clock, send_limit, public_url=public_url, verify=verify)
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()


def address_of(subscription: Subscription) -> WebPushAddress:
    return WebPushAddress(subscription.endpoint, subscription.p256dh, subscription.auth)
