"""An open FCM transport that signs in at a stand-in, as a context manager."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from notifications.transports.fcm import FcmTransport
from tests.standins.fcm import FcmStandIn
from tests.world.patience import patient


@asynccontextmanager
async def open_fcm_transport(fcm: FcmStandIn, now: datetime, send_limit: float = 8.0) -> AsyncIterator[FcmTransport]:
    # A slow machine may take longer than `open` waits by itself; what a test then does would meet the first sign-in.
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now, send_limit, open_limit=patient(2.0))
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()
