"""A world whose channels go out through real transports to stand-ins for an SMS gateway, a mail server, ntfy and a voice."""

import re
from dataclasses import dataclass
from typing import Any

from cli.services import channel_transports
from core.settings import Settings
from tests.standins.gateways import HttpGateway, SmtpStandIn
from tests.world.beginnings import Beginnings
from tests.world.person import Person
from tests.world.world import World

PHONE = "+15550100199"
MAIL = "ana.b+porch@example.org"
TOPIC = "a_topic-nobody-guesses"
ADDRESSES = {"sms": PHONE, "email": MAIL, "ntfy": TOPIC, "call": PHONE}


@dataclass(frozen=True, slots=True)
class Gateways:
    """The stand-ins for the four services, and the messages they accepted."""

    sms: HttpGateway
    email: SmtpStandIn
    ntfy: HttpGateway
    call: HttpGateway

    def texts(self, kind: str, to: str | None = None) -> list[str]:
        """Return the bodies accepted for this kind (and address, if given), oldest first."""
        if kind == "email":
            return [mail.text for mail in self.email.taken if to is None or to in mail.recipients]
        taken = {"sms": self.sms, "ntfy": self.ntfy, "call": self.call}[kind].taken
        field = "topic" if kind == "ntfy" else "to"
        return [str(post.json["message"]) for post in taken if to is None or post.json[field] == to]

    def code(self, kind: str, to: str | None = None) -> str:
        """Return the code in the latest message."""
        # A voice says the digits one by one.
        text = re.sub(r"(?<=[0-9]), (?=[0-9])", "", self.texts(kind, to)[-1])
        code = re.search(r"\b[0-9]{6}\b", text)
        assert code is not None
        return code[0]

    def count(self) -> int:
        return len(self.sms.taken) + len(self.email.taken) + len(self.ntfy.taken) + len(self.call.taken)


class ChannelWorld(World):
    """A world whose channels go out through real transports to stand-ins for the services."""

    def __init__(self, settings: Settings, gateways: Gateways, beginnings: Beginnings | None = None) -> None:
        super().__init__(settings, channels=channel_transports, beginnings=beginnings)
        self.gateways = gateways

    async def adds(self, person: Person, kind: str = "sms", address: str | None = None) -> dict[str, Any]:
        """Add a channel and wait until its code has arrived; it is not confirmed yet."""
        body = {"kind": kind, "address": address or ADDRESSES[kind]}
        channel: dict[str, Any] = await person.post("/v1/channels", body, expect=201)
        await self.settle()
        return channel

    async def channel(self, person: Person, kind: str = "sms", address: str | None = None) -> dict[str, Any]:
        """Add a channel and confirm it."""
        channel = await self.adds(person, kind, address)
        code = self.gateways.code(kind, address or ADDRESSES[kind])
        confirmed: dict[str, Any] = await person.post(
            f"/v1/channels/{channel['id']}/confirm", {"code": code}, expect=200
        )
        return confirmed

    async def sent(self) -> None:
        """Wait for what was written to be told, unless the test lets a gateway be slow."""
        slow = any(http.behaviour.delay for http in (self.gateways.sms, self.gateways.ntfy, self.gateways.call))
        if not slow:
            await super().sent()

    async def passes(self, seconds: float) -> None:
        """Let time pass, run the worker, and wait until every process has finished its work."""
        await super().passes(seconds)
        await self.settle()
