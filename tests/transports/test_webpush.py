"""The Web Push transport against a stand-in that decrypts: what a browser receives, and what is never sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifications.transports.protocol import (
    FcmAddress,
    Push,
    Rejected,
    RetryAt,
    Sent,
    WebPushAddress,
)
from notifications.transports.webpush import WebPushTransport, content_type, topic
from tests.standins.tls import authority
from tests.standins.webpush import Subscription, WebPushStandIn
from tests.transports.webpush_transport import KEYS, SUBJECT, ManualClock, address_of, open_webpush_transport

MakePush = Callable[..., Push]


@pytest.fixture
def browser(push_service: WebPushStandIn) -> Subscription:
    return push_service.subscribe(KEYS.public_key)


# ------------------------------------------------------------------------------------------------------ message contents


async def test_the_browser_decrypts_a_declarative_push_message(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push = replace(make_push(address_of(browser)), language="de")
    assert await transport.send(push) == Sent()
    (attempt,) = push_service.accepted
    assert attempt.subscription_id == browser.id
    assert attempt.json == {
        "web_push": 8030,
        "notification": {
            "title": push.title,
            "body": push.body,
            "tag": push.tag,
            "lang": "de",
            "renotify": True,
            "requireInteraction": True,
            "navigate": push.data["url"],
            "data": dict(push.data),
        },
        "mutable": True,
        "data": dict(push.data),
    }


async def test_the_push_service_can_read_no_content(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    push = make_push(address_of(browser))
    await transport.send(push)
    outside = " ".join(f"{name}: {value}" for name, value in push_service.accepted[0].headers.items())
    for inside in (push.title, push.body, push.tag, *push.data.values()):
        if len(inside) > 3:
            assert inside not in outside


@pytest.mark.parametrize(("urgent", "urgency"), [(True, "high"), (False, "normal")])
async def test_headers_carry_ttl_urgency_and_topic(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    urgent: bool,
    urgency: str,
) -> None:
    assert await transport.send(make_push(address_of(browser), urgent=urgent, ttl=1234)) == Sent()
    headers = push_service.accepted[0].headers
    assert headers["ttl"] == "1234"
    assert headers["urgency"] == urgency
    assert headers["topic"] == topic(make_push(address_of(browser)).tag)
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["content-type"] == "application/notification+json"


async def test_a_spared_alarm_says_that_it_makes_no_sound(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    for silent in (True, False):
        await transport.send(make_push(address_of(browser), silent=silent, renotify=not silent))
    spared, loud = push_service.accepted
    assert spared.json["notification"]["silent"] is True
    assert (spared.json["notification"]["renotify"], spared.headers["urgency"]) == (False, "high")
    assert "silent" not in loud.json["notification"]


def test_only_windows_gets_a_push_without_the_mark_of_a_declarative_message() -> None:
    assert content_type("https://web.push.apple.com/x") == "application/notification+json"
    assert content_type("https://notify.windows.com.example/x") == "application/notification+json"
    assert content_type("https://wns2-par02p.notify.windows.com/w/?token=x") == "application/octet-stream"


def test_a_topic_is_stable_and_well_formed() -> None:
    assert topic("a") == topic("a") != topic("b")
    assert all(
        len(topic(tag)) == 32 and topic(tag).replace("-", "").replace("_", "").isalnum() for tag in ("", "ä" * 99)
    )


async def test_a_relative_link_is_joined_to_the_public_url(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush
) -> None:
    async with open_webpush_transport(push_service.host, public_url="https://porch.example") as transport:
        await transport.send(make_push(address_of(browser), data={"v": "1", "url": "/inbox"}))
    assert push_service.accepted[0].json["notification"]["navigate"] == "https://porch.example/inbox"


async def test_a_signature_is_reused_for_eleven_hours(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush
) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(hours=11, minutes=30))
    async with open_webpush_transport(push_service.host, clock=clock) as transport:
        for hours in (0, 10, 1.2):
            clock.now += timedelta(hours=hours)
            assert await transport.send(make_push(address_of(browser))) == Sent()
    first, second, third = (attempt.headers["authorization"] for attempt in push_service.accepted)
    assert first == second != third


async def test_a_refused_signature_is_replaced(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush
) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(days=2))  # its signatures have expired
    async with open_webpush_transport(push_service.host, clock=clock) as transport:
        assert await transport.send(make_push(address_of(browser))) == Rejected("forbidden")
        clock.now = datetime.now(UTC)
        assert await transport.send(make_push(address_of(browser))) == Sent()


# ------------------------------------------------------------------------------------------------------ what is refused


async def test_an_unlisted_host_is_never_contacted(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush
) -> None:
    async with open_webpush_transport("fcm.googleapis.com") as transport:
        assert await transport.send(make_push(address_of(browser))) == Rejected("host_not_allowed")
    assert push_service.attempts == []


@pytest.mark.parametrize("name", ["p256dh", "auth"])
@pytest.mark.parametrize("value", ["", "!!!", "ä", "AAAA", "A" * 87, "A" * 22 + "B" * 22])
async def test_malformed_keys_are_rejected_and_never_sent(
    push_service: WebPushStandIn,
    transport: WebPushTransport,
    browser: Subscription,
    make_push: MakePush,
    name: str,
    value: str,
) -> None:
    keys = {**browser.keys, name: value}
    push = make_push(WebPushAddress(browser.endpoint, keys["p256dh"], keys["auth"]))
    assert await transport.send(push) == Rejected("bad_keys")
    assert push_service.attempts == []


async def test_padded_keys_are_accepted(
    push_service: WebPushStandIn, transport: WebPushTransport, browser: Subscription, make_push: MakePush
) -> None:
    assert (
        await transport.send(make_push(WebPushAddress(browser.endpoint, browser.p256dh + "=", browser.auth + "==")))
        == Sent()
    )


async def test_an_address_of_another_kind_is_rejected(transport: WebPushTransport, make_push: MakePush) -> None:
    assert await transport.send(make_push(FcmAddress("token"))) == Rejected("wrong_transport")


def test_an_unusable_subject_is_refused_at_the_start() -> None:
    with pytest.raises(Exception, match="sub"):
        WebPushTransport(KEYS, "somebody", [], lambda: datetime.now(UTC))


async def test_an_untrusted_certificate_is_refused(
    browser: Subscription, push_service: WebPushStandIn, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with open_webpush_transport(push_service.host) as transport:
        assert await transport.send(make_push(address_of(browser))) == RetryAt("connection")
    async with open_webpush_transport(push_service.host, verify=authority().client_context()) as transport:
        assert await transport.send(make_push(address_of(browser))) == Sent()


async def test_a_proxy_in_the_environment_is_ignored(
    browser: Subscription, push_service: WebPushStandIn, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with open_webpush_transport(push_service.host) as transport:
        assert await transport.send(make_push(address_of(browser))) == Sent()


async def test_a_transport_can_be_reopened_and_closed_twice(
    push_service: WebPushStandIn, browser: Subscription, make_push: MakePush
) -> None:
    transport = WebPushTransport(KEYS, SUBJECT, [push_service.host], lambda: datetime.now(UTC))
    for _ in range(2):
        await transport.open()
        assert await transport.send(make_push(address_of(browser))) == Sent()
        await transport.close()
        await transport.close()
    with pytest.raises(RuntimeError):
        await transport.send(make_push(address_of(browser)))
