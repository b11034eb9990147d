"""Defines transports: each takes one push and returns one classified result."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.clock import elapsed


@dataclass(frozen=True, slots=True)
class FcmAddress:
    """A Firebase Cloud Messaging registration token; opaque, 1 to 4096 characters."""

    token: str


@dataclass(frozen=True, slots=True)
class WebPushAddress:
    """A browser's push subscription (RFC 8030): its endpoint and the keys of RFC 8291, both base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """A phone number, an e-mail address or an ntfy topic; `kind` is sms, email or ntfy."""

    kind: str
    address: str


TransportAddress = FcmAddress | WebPushAddress | ChannelAddress


@dataclass(frozen=True, slots=True)
class Push:
    """One push to one device or channel, ready to be sent.

    `data` holds the strings of the contract (v, kind, notice_id, delivery_id, reach_out_id, tag, round, url) and
    `urgent` and `closes` of the kind's policy ("true" or "false"); `title` and `body` are neutral sentences; a push replaces
    the one with the same `tag` on the phone; `ttl` is in seconds.
    `until` (of `core.clock.elapsed`): a send that has not begun by then is not begun; what was wanted need not be any more.
    """

    delivery_id: UUID
    address: TransportAddress
    data: Mapping[str, str]
    title: str
    body: str
    tag: str
    urgent: bool
    renotify: bool
    ttl: int
    until: float = math.inf

    @property
    def overslept(self) -> bool:
        """Whether it is too late to send it. Checked immediately before sending: a process may be suspended anywhere."""
        return elapsed() >= self.until


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has accepted it. Whether it arrived, only the device knows (a receipt)."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Not taken, or nobody knows: send again. `when` is the provider's own wish, None leaves it to the back-off.

    `refused`: it was understood and refused, and will be until somebody mends what is wrong with us. It is tried again since
    the push may still matter then; until then the address does not count as working.
    """

    why: str
    when: datetime | None = None
    refused: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """The provider says that this address will never work again."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The push will never be taken, but the address may be good (our own bad payload, a wrong credential)."""

    why: str


Result = Sent | RetryAt | DeadAddress | Rejected


class Transport(Protocol):
    """Sends to one kind of address. It classifies what happened; it never decides what happens next.

    `why` is a short static word (`unavailable`, `quota`, `timeout`, …): it is logged and counted, so it never
    holds an address, a token or a provider's free text.
    """

    name: str
    max_concurrent: int
    """Most concurrent sends of this transport: its slots. The dispatcher claims no more than that."""

    async def open(self) -> None:
        """Make ready (connections, tokens). Never raises because a provider is down."""
        ...

    async def send(self, push: Push) -> Result:
        """Hand one push over. Never raises for what a provider answers; cancellation is passed on."""
        ...

    async def close(self) -> None: ...
