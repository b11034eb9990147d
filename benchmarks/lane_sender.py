"""Sends pushes one way, in a process of its own, and reports the CPU of each: `python -m benchmarks.lane_sender` reads a job."""

import asyncio
import itertools
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
import firebase_admin
import uvloop
from cryptography.hazmat.primitives.asymmetric import ec
from firebase_admin import credentials, messaging

from benchmarks.servers import ROOT
from benchmarks.stand_in import FastStandIn
from notifications.transports.fcm import FcmTransport
from notifications.transports.fcm_message import fcm_message, shell_of
from notifications.transports.http_pool import HttpAnswer, HttpPool, trusted_context
from notifications.transports.protocol import FcmAddress, Push, Sent, Transport, TransportAddress, WebPushAddress
from notifications.transports.vapid import VapidKeys
from notifications.transports.webpush import WebPushTransport, encrypt, payload
from tests.standins.webpush import Subscription, WebPushStandIn

CONCURRENT = 16
"""Sends at once, and so connections."""
PREPARED = 2000
"""Different pushes; fewer would be kept encoded."""

SendOne = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SendJob:
    """Send `count` pushes by `side` to the stand-in at `url`, whose files are in `folder`, after a quarter as many."""

    side: str
    count: int
    url: str
    folder: str


@dataclass(frozen=True, slots=True)
class SendCost:
    """`cpu`: microseconds of this process a push; `rate`: pushes a second."""

    cpu: float
    rate: float


async def run_sender(job: SendJob, env: Mapping[str, str]) -> SendCost:
    """Run the job in a separate process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.lane_sender", stdin=PIPE, stdout=PIPE, cwd=ROOT, env=dict(env)
    )
    out, _ = await process.communicate(json.dumps(asdict(job)).encode())
    if process.returncode:
        raise RuntimeError(f"{job.side} failed")
    return SendCost(**json.loads(out))


def _pushes(address: TransportAddress) -> Iterator[Push]:
    """Return pushes without end, made beforehand: ten a press, as to five people with two devices each."""
    return itertools.cycle([_push(address, number) for number in range(PREPARED)])


def _push(address: TransportAddress, number: int) -> Push:
    reach_out, notice, delivery = (str(UUID(int=place)) for place in (number // 10, number // 2, number))
    data = {
        "v": "1",
        "kind": "reach_out",
        "notice_id": notice,
        "delivery_id": delivery,
        "reach_out_id": reach_out,
        "tag": reach_out,
        "round": "1",
        "url": f"/reach-outs/{reach_out}",
        "urgent": "true",
        "closes": "false",
    }
    words = ("Porchlight", "Someone in your circle would like company.")
    return Push(UUID(int=number), address, data, *words, reach_out, urgent=True, renotify=True, ttl=3600)


async def _record(transport: Transport, push: Push) -> tuple[str, bytes, Mapping[str, str]]:
    """Return the URL, the body and the headers that the transport would post."""
    posted: list[tuple[str, bytes, Mapping[str, str]]] = []

    async def post(_: HttpPool, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        posted.append((url, body, headers))
        return HttpAnswer(503, b"", None)

    with patch.object(HttpPool, "post", post):
        await transport.send(push)
    return posted[0]


@asynccontextmanager
async def _bare_client(url: str, headers: Mapping[str, str]) -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """Yield what posts a body with aiohttp and reads the answer, with nothing around it."""
    connector = aiohttp.TCPConnector(limit=0, ssl=trusted_context())
    skip = ("Accept", "Accept-Encoding", "User-Agent")
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=skip
    ) as session:

        async def post(body: bytes) -> None:
            async with session.post(url, data=body, headers=headers) as reply:
                await reply.read()
                if reply.status not in {200, 201}:
                    raise RuntimeError("refused")

        yield post


async def _open_fcm(stack: AsyncExitStack, stand_in: FastStandIn) -> FcmTransport:
    transport = FcmTransport(stand_in.credentials_file, stand_in.url, lambda: datetime.now(UTC))
    await transport.open()
    stack.push_async_callback(transport.close)
    return transport


async def _fcm_floor(stack: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    url, body, headers = await _record(await _open_fcm(stack, stand_in), next(_pushes(_phone())))
    post = await stack.enter_async_context(_bare_client(url, headers))
    return lambda: post(body)


async def _fcm_lane(stack: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    transport, pushes = await _open_fcm(stack, stand_in), _pushes(_phone())

    async def send() -> None:
        if await transport.send(next(pushes)) != Sent():
            raise RuntimeError("not sent")

    return send


async def _fcm_sdk(_: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    """Send the SDK's own way; only the URL is replaced."""
    app = firebase_admin.initialize_app(credentials.Certificate(str(stand_in.credentials_file)))
    service = messaging._get_messaging_service(app)  # noqa: SLF001 (there is no setting for the URL)
    service._fcm_url = f"{stand_in.url}/v1/projects/{app.project_id}/messages:send"  # noqa: SLF001 (same)
    pushes = _pushes(_phone())

    async def send() -> None:
        push = next(pushes)
        message = fcm_message(messaging, shell_of(push, datetime.now(UTC)))
        message.data, message.token = dict(push.data), _phone().token
        batch = await messaging.send_each_async([message], app=app)
        if not batch.responses[0].success:
            raise RuntimeError("not sent")

    return send


async def _encryption(_: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    address = _browser(stand_in)
    pushes = _pushes(address)

    async def send() -> None:
        encrypt(payload(next(pushes)), address)

    return send


async def _webpush_floor(stack: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    address = _browser(stand_in)
    pushes = _pushes(address)
    url, _, headers = await _record(await _open_webpush(stack, stand_in), next(pushes))
    post = await stack.enter_async_context(_bare_client(url, headers))
    return lambda: post(encrypt(payload(next(pushes)), address))


async def _webpush_lane(stack: AsyncExitStack, stand_in: FastStandIn) -> SendOne:
    transport, pushes = await _open_webpush(stack, stand_in), _pushes(_browser(stand_in))

    async def send() -> None:
        if await transport.send(next(pushes)) != Sent():
            raise RuntimeError("not sent")

    return send


def _phone() -> FcmAddress:
    return FcmAddress("d" * 163)


def _browser(stand_in: FastStandIn) -> WebPushAddress:
    subscription: Subscription = WebPushStandIn().subscribe()
    return WebPushAddress(f"{stand_in.url}/push/one", subscription.p256dh, subscription.auth)


async def _open_webpush(stack: AsyncExitStack, stand_in: FastStandIn) -> WebPushTransport:
    keys = VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1()))
    hosts = [urlsplit(stand_in.url).netloc]
    transport = WebPushTransport(keys, "mailto:hello@porch.example", hosts, lambda: datetime.now(UTC))
    await transport.open()
    stack.push_async_callback(transport.close)
    return transport


SIDES: dict[str, Callable[[AsyncExitStack, FastStandIn], Awaitable[SendOne]]] = {
    "FCM: a bare client, the same bytes": _fcm_floor,
    "FCM: porchlight": _fcm_lane,
    "FCM: firebase-admin's own client": _fcm_sdk,
    "Web Push: encryption alone": _encryption,
    "Web Push: encryption and a bare client": _webpush_floor,
    "Web Push: porchlight": _webpush_lane,
}


async def _measure(job: SendJob) -> SendCost:
    async with AsyncExitStack() as stack:
        send = await SIDES[job.side](stack, FastStandIn(job.url, Path(job.folder)))
        await _send_many(send, job.count // 4)
        cpu, began = time.process_time(), time.perf_counter()
        await _send_many(send, job.count)
        cpu, took = time.process_time() - cpu, time.perf_counter() - began
        return SendCost(cpu / job.count * 1e6, job.count / took)


async def _send_many(send: SendOne, count: int) -> None:
    left = iter(range(count))

    async def send_some() -> None:
        for _ in left:
            await send()

    await asyncio.gather(*(send_some() for _ in range(CONCURRENT)))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_measure(SendJob(**json.load(sys.stdin)))))))
