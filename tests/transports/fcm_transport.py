"""An open FCM transport that signs in at a stand-in, as a context manager."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from notifications.transports.fcm import FcmTransport
from tests.standins.fcm import FcmStandIn


@asynccontextmanager
async def open_fcm_transport(fcm: FcmStandIn, now: datetime, send_limit: float = 8.0) -> AsyncIterator[FcmTransport]:
    transport = FcmTransport(fcm.credentials_file, fcm.url, lambda: now, send_limit)
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()
