"""The transport of an installation without push credentials: logs that a push would have been sent."""

import structlog

from notifications.transports.protocol import Push, Result, Sent

log = structlog.get_logger(__name__)


class LogTransport:
    """The null transport: logs ids and the kind, never text, addresses or tokens, and returns `Sent`."""

    name = "log"
    max_concurrent = 256

    async def open(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        log.info(
            "push_would_have_gone",
            delivery_id=str(push.delivery_id),
            notice_id=push.data.get("notice_id"),
            kind=push.data.get("kind"),
        )
        return Sent()

    async def close(self) -> None:
        pass
