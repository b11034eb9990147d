"""UnifiedPush: an app on a phone without Google is pushed as a browser is, through a distributor that it has chosen."""

from collections.abc import Callable

import pytest

from core.webpush_hosts import DEFAULT_HOSTS, allowed_endpoint
from notifications.transports.protocol import DeadAddress, Push, Rejected, RetryAt, Sent
from notifications.transports.webpush import WebPushTransport
from tests.standins.webpush import Subscription, WebPushStandIn
from tests.transports.webpush_transport import KEYS, address_of

MakePush = Callable[..., Push]


@pytest.fixture
def app(push_service: WebPushStandIn) -> Subscription:
    return push_service.subscribe(KEYS.public_key, distributor=True)


async def test_a_distributor_gets_an_encrypted_push_for_its_app(
    push_service: WebPushStandIn, transport: WebPushTransport, app: Subscription, make_push: MakePush
) -> None:
    push = make_push(address_of(app))
    assert await transport.send(push) == Sent()
    [attempt] = push_service.accepted
    assert (attempt.status, attempt.subscription_id) == (200, app.id)
    assert attempt.json["data"] == dict(push.data)
    assert attempt.headers["content-encoding"] == "aes128gcm", "by which ntfy knows it from a message in plain text"
    assert attempt.headers["ttl"] == "3600"
    assert attempt.headers["urgency"] == "high"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        # ntfy: nobody listens to the topic at the moment. The phone may be off; it is not gone.
        (507, RetryAt("unavailable")),
        (429, RetryAt("quota")),
        (404, DeadAddress("gone")),
        (410, DeadAddress("gone")),
        (413, Rejected("too_large")),
    ],
)
async def test_answers_of_a_distributor(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    app: Subscription,
    make_push: MakePush,
    status: int,
    expected: object,
) -> None:
    push_service.answer(status)
    assert await transport.send(make_push(address_of(app))) == expected


@pytest.mark.parametrize(
    ("distributor", "endpoint"),
    [
        ("ntfy", "https://ntfy.sh/upAbCdEfGhIjKl?up=1"),
        ("Sunup", "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"),
        ("Conversations", "https://up.conversations.im/push/0123-abcd"),
        ("embedded in an app, by Google", "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x"),
    ],
)
def test_the_well_known_distributors_are_allowed_without_a_setting(distributor: str, endpoint: str) -> None:
    assert allowed_endpoint(endpoint, DEFAULT_HOSTS), distributor


def test_a_distributor_of_ones_own_has_to_be_named() -> None:
    own = "https://cloud.example/index.php/apps/uppush/push/0123"
    assert not allowed_endpoint(own, DEFAULT_HOSTS)
    assert allowed_endpoint(own, (*DEFAULT_HOSTS, "cloud.example"))
    assert not allowed_endpoint("https://evil.ntfy.sh/upx", DEFAULT_HOSTS)
