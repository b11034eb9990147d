"""Fixtures of the transport tests: a fixed time, pushes, and the stand-ins."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from notifications.transports.protocol import Push, TransportAddress
from notifications.transports.webpush import WebPushTransport
from tests.standins.fcm import FcmStandIn
from tests.standins.tls import authority
from tests.standins.webpush import WebPushStandIn
from tests.transports.webpush_transport import open_webpush_transport

MakePush = Callable[..., Push]


@pytest.fixture
def now() -> datetime:
    """Return the present as a fixed time, for tests that compare times."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def make_push() -> MakePush:
    def make(
        address: TransportAddress,
        *,
        kind: str = "reach_out",
        urgent: bool = True,
        renotify: bool = True,
        silent: bool = False,
        tag: str = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e",
        ttl: int = 3600,
        data: dict[str, str] | None = None,
    ) -> Push:
        contract = {
            "v": "1",
            "kind": kind,
            "notice_id": "0199f3c2-0000-7000-8000-000000000001",
            "delivery_id": "0199f3c2-0000-7000-8000-000000000002",
            "reach_out_id": "0199f3c2-0000-7000-8000-000000000003",
            "tag": tag,
            "round": "1",
            "url": "https://porch.example/reach-outs/0199f3c2-0000-7000-8000-000000000003",
        }
        return Push(
            delivery_id=UUID("0199f3c2-0000-7000-8000-000000000002"),
            address=address,
            data=contract if data is None else data,
            title="Porchlight",
            body="Someone in your circle would like company.",
            tag=tag,
            urgent=urgent,
            renotify=renotify,
            silent=silent,
            ttl=ttl,
        )

    return make


@pytest.fixture
def trusts_stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process trust the stand-ins, as a server started with their environment does."""
    for name, value in authority().env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)


@pytest.fixture
def fcm(trusts_stand_ins: None) -> Iterator[FcmStandIn]:
    with FcmStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def push_service(trusts_stand_ins: None) -> Iterator[WebPushStandIn]:
    with WebPushStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def transport(push_service: WebPushStandIn, now: datetime) -> AsyncIterator[WebPushTransport]:
    """The transport of Web Push; the tests of another protocol define their own."""
    async with open_webpush_transport(push_service.host, clock=lambda: now) as transport:
        yield transport
