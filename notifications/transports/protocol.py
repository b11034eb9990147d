"""The interface of transports: each sends one push at a time and returns a classified result."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.clock import elapsed
from core.frozen import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class FcmAddress:
    """A Firebase Cloud Messaging registration token; opaque, 1 to 4096 characters."""

    token: str


@dataclass(frozen=True, slots=True)
class WebPushAddress:
    """A browser's push subscription: its endpoint (RFC 8030) and its two keys (RFC 8291) in base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """A phone number, an e-mail address or an ntfy topic; `kind` is sms, email, ntfy or call."""

    kind: str
    address: str


TransportAddress = FcmAddress | WebPushAddress | ChannelAddress


@quick_dataclass(frozen=True, slots=True)
class Push:
    """One push to one device or channel, ready to be sent.

    `data` holds the strings of the contract (v, kind, notice_id, delivery_id, reach_out_id, tag, round, url) and the
    kind's policy `urgent` and `closes` ("true" or "false"), `silent` ("true") where the push makes no sound, and `neutral`, the sentence for a locked app, where `body` names somebody; `title` and `body` are neutral sentences; on the phone, a push
    replaces the one with the same `tag`; `ttl` is in seconds. `until` (by `core.clock.elapsed`): a send must not begin
    later, because the push may no longer be wanted. `language`: a tag such as `es`, of the sentences.
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
    silent: bool = False
    until: float = math.inf
    language: str | None = None

    @property
    def overslept(self) -> bool:
        """Whether it is too late to send. Check immediately before sending: a process may be suspended anywhere."""
        return elapsed() >= self.until


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has accepted the push. Only a receipt from the device shows that it arrived."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The push was not accepted, or its fate is unknown: send again, at `when` if the provider says so, else after a back-off.

    `refused`: the push was understood and refused, and will be until the operator fixes a mistake on our side. It is
    retried because it may still matter then; until then the address does not count as working.
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
    """The push will never be accepted, but the address may be valid (a bad payload, a wrong credential)."""

    why: str


Result = Sent | RetryAt | DeadAddress | Rejected


class Transport(Protocol):
    """Sends to one kind of address. It classifies what happened; it never decides what happens next.

    `why` is a short static word (`unavailable`, `quota`, `timeout`, …): it is logged and counted, so it never
    holds an address, a token or a provider's free text.
    """

    name: str
    max_concurrent: int
    """Most concurrent sends of this transport: its slots. The dispatcher never exceeds them."""

    async def open(self) -> None:
        """Prepare connections and tokens. Never raises because a provider is down."""
        ...

    async def send(self, push: Push) -> Result:
        """Send one push. Never raises for anything that a provider may answer; cancellation propagates."""
        ...

    async def close(self) -> None: ...
