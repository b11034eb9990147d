"""The transport for a kind of channel without a configured gateway."""

import structlog

from notifications.transports.protocol import Push, Rejected, Result

log = structlog.get_logger(__name__)


class UnconfiguredChannel:
    """The null transport for a kind without a gateway: logs and rejects every push."""

    max_concurrent = 64

    def __init__(self, kind: str) -> None:
        self.name = kind

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        log.warning("channel_not_set_up", delivery_id=str(push.delivery_id), kind=self.name)
        return Rejected("not_set_up")
