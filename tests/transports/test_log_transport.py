"""The log transport: it logs that a push would have been sent, without its content."""

from collections.abc import Callable

from structlog.testing import capture_logs

from notifications.transports.log import LogTransport
from notifications.transports.protocol import FcmAddress, Push, Sent, WebPushAddress

MakePush = Callable[..., Push]


async def test_log_transport_logs_ids_and_kind_and_returns_sent(make_push: MakePush) -> None:
    push = make_push(FcmAddress("secret-token"))
    transport = LogTransport()
    await transport.open()
    with capture_logs() as lines:
        assert await transport.send(push) == Sent()
    await transport.close()
    assert lines == [
        {
            "event": "push_would_have_gone",
            "log_level": "info",
            "delivery_id": str(push.delivery_id),
            "notice_id": push.data["notice_id"],
            "kind": "reach_out",
        }
    ]


async def test_log_transport_logs_neither_text_nor_addresses(make_push: MakePush) -> None:
    push = make_push(WebPushAddress("https://push.example/secret-endpoint", "secret-key", "secret-auth"))
    with capture_logs() as lines:
        await LogTransport().send(push)
    written = str(lines)
    for unwanted in ("secret", push.title, push.body, "http"):
        assert unwanted not in written
