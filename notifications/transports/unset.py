"""The transport of a kind of channel whose gateway is not set up."""

import structlog

from notifications.transports.protocol import Push, Rejected, Result

log = structlog.get_logger(__name__)


class NoChannel:
    """The null transport of a kind that the operator has not set up, or no longer: it says so, and nothing is sent."""

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
