"""The channel transport against gateways that answer, refuse, are slow or redirect; and hostile addresses."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import apprise
import pytest
from apprise.plugins.twilio import NotifyTwilio
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import NORMALIZERS
from notifications.transports.channel import MAX_GATEWAY_SENDS, ChannelTransport
from notifications.transports.gateway_url import fill_placeholder, with_placeholder
from notifications.transports.protocol import ChannelAddress, FcmAddress, Push, Rejected, RetryAt, Sent
from notifications.transports.unset import UnconfiguredChannel
from tests.standins.gateways import HttpGateway, SmtpStandIn
from tests.standins.serving import until

MakePush = Callable[..., Push]
PHONE = "+15550100199"
ORIGIN = "https://porch.example"


@pytest.fixture
def gateway() -> Iterator[HttpGateway]:
    with HttpGateway() as stand_in:
        yield stand_in


@pytest.fixture
def elsewhere() -> Iterator[HttpGateway]:
    with HttpGateway() as stand_in:
        yield stand_in


def sms(gateway: HttpGateway, send_limit: float = 8.0, where: str = "/{to}") -> ChannelTransport:
    return ChannelTransport("sms", f"json://127.0.0.1:{gateway.port}{where}", ORIGIN, send_limit)


# ---------------------------------------------------------------------------------------------------- results of a send


async def test_an_accepted_message_is_sent(gateway: HttpGateway, make_push: MakePush) -> None:
    push = make_push(ChannelAddress("sms", PHONE), data={"kind": "reach_out", "url": "/#/reach-outs/1"})
    assert await sms(gateway).send(push) == Sent()
    [taken] = gateway.taken
    assert taken.path in {f"/{PHONE}", "/%2B15550100199"}
    assert taken.json["title"] == "Porchlight"
    assert taken.json["message"] == f"{push.body}\n{ORIGIN}/#/reach-outs/1"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
async def test_a_refused_message_is_retried_and_retires_no_address(
    gateway: HttpGateway, make_push: MakePush, status: int
) -> None:
    gateway.behaviour.status = status
    assert await sms(gateway).send(make_push(ChannelAddress("sms", PHONE))) == RetryAt("not_taken")


async def test_an_unreachable_gateway_is_retried(gateway: HttpGateway, make_push: MakePush) -> None:
    transport = ChannelTransport("sms", "json://127.0.0.1:1/{to}", ORIGIN)
    assert await transport.send(make_push(ChannelAddress("sms", PHONE))) == RetryAt("not_taken")
    mail = ChannelTransport("email", "mailto://127.0.0.1:1?from=porch@example.org", ORIGIN)
    assert await mail.send(make_push(ChannelAddress("email", "a@b.example"))) == RetryAt("not_taken")


async def test_an_error_in_apprise_is_retried(
    gateway: HttpGateway, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = sms(gateway)

    def broken(*_: object, **__: object) -> None:
        raise KeyError(PHONE)

    monkeypatch.setattr(apprise.Apprise, "instantiate", broken)
    assert await transport.send(make_push(ChannelAddress("sms", PHONE))) == RetryAt("unexpected")


async def test_a_slow_gateway_times_out_and_keeps_its_thread_slot(gateway: HttpGateway, make_push: MakePush) -> None:
    gateway.behaviour.delay = 30.0
    transport = sms(gateway, send_limit=0.3)
    push = make_push(ChannelAddress("sms", PHONE))
    began = time.monotonic()
    results = await asyncio.gather(*(transport.send(push) for _ in range(3 * MAX_GATEWAY_SENDS)))
    assert time.monotonic() - began < 5
    assert set(results) == {RetryAt("timeout")}
    # Sends without a slot never start, not even later. A thread that has just freed its slot needs a moment to end.
    await until(lambda: len(_own_threads()) <= MAX_GATEWAY_SENDS)
    assert all(thread.daemon for thread in _own_threads()), "a slow gateway does not delay the end of the process"
    gateway.skip_delays.set()
    await until(lambda: not _own_threads())
    started = gateway.request_count
    await asyncio.sleep(0.2)
    assert gateway.request_count == started
    assert await transport.send(push) == Sent()


def _own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "channel-sms"]


async def test_a_slow_gateway_does_not_block_the_event_loop(gateway: HttpGateway, make_push: MakePush) -> None:
    gateway.behaviour.delay = 0.4
    task = asyncio.create_task(sms(gateway).send(make_push(ChannelAddress("sms", PHONE))))
    longest, last = 0.0, time.monotonic()
    while not task.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert await task == Sent()
    assert longest < 0.39


async def test_an_address_of_another_kind_is_rejected(gateway: HttpGateway, make_push: MakePush) -> None:
    transport = sms(gateway)
    for address in (FcmAddress("token"), ChannelAddress("email", "a@b.example"), ChannelAddress("ntfy", "topic")):
        assert await transport.send(make_push(address)) == Rejected("wrong_transport")


async def test_a_kind_without_a_gateway_is_rejected(make_push: MakePush) -> None:
    transport = UnconfiguredChannel("sms")
    await transport.open()
    assert await transport.send(make_push(ChannelAddress("sms", PHONE))) == Rejected("not_set_up")
    await transport.close()


async def test_an_e_mail_reaches_exactly_one_mailbox(make_push: MakePush) -> None:
    with SmtpStandIn() as smtp:
        transport = ChannelTransport("email", f"mailto://127.0.0.1:{smtp.port}?from=porch@example.org", ORIGIN)
        assert await transport.send(make_push(ChannelAddress("email", "ana.b+x@mail.example"))) == Sent()
        # Apprise by itself would send this one to brien@mail.example.
        assert await transport.send(make_push(ChannelAddress("email", "o'brien@mail.example"))) == Sent()
        assert [mail.recipients for mail in smtp.taken] == [("ana.b+x@mail.example",), ("o'brien@mail.example",)]
        smtp.refuse = True
        assert await transport.send(make_push(ChannelAddress("email", "a@b.example"))) == RetryAt("not_taken")


# ---------------------------------------------------------------------------------------------------------- phone calls


async def test_a_call_carries_what_is_said_and_its_language(gateway: HttpGateway, make_push: MakePush) -> None:
    url = f"json://127.0.0.1:{gateway.port}/call?:to={{to}}&:language={{language}}"
    push = replace(make_push(ChannelAddress("call", PHONE)), body="Hallo. Hallo.", language="de-AT")
    assert await ChannelTransport("call", url, ORIGIN).send(push) == Sent()
    [taken] = gateway.taken
    assert (taken.json["to"], taken.json["message"], taken.json["language"]) == (PHONE, "Hallo. Hallo.", "de-DE")
    assert ORIGIN not in str(taken)


async def test_twilio_is_given_what_to_say_in_its_language(
    gateway: HttpGateway, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyTwilio, "notify_call_url", f"http://127.0.0.1:{gateway.port}/Accounts/{{sid}}/Calls.json")
    account = "AC" + "0" * 32
    transport = ChannelTransport("call", f"twilio://{account}:{'a' * 32}@15550100100/{{to}}?method=call", ORIGIN)
    push = replace(make_push(ChannelAddress("call", PHONE)), body="A & B < C.", language="es")
    assert await transport.send(push) == Sent()
    [taken] = gateway.taken
    assert taken.path == f"/Accounts/{account}/Calls.json"
    assert taken.form == {
        "From": "+15550100100",
        "To": PHONE,
        "Twiml": '<Response><Pause length="1"/><Say language="es-ES">A &amp; B &lt; C.</Say></Response>',
    }


def test_a_twilio_url_that_would_send_an_sms_makes_no_calls() -> None:
    url = f"twilio://AC{'0' * 32}:{'a' * 32}@15550100100/{{to}}"
    with pytest.raises(ValueError, match="method=call"):
        ChannelTransport("call", url, ORIGIN)


# ---------------------------------------------------------------------------------------------------- hostile addresses


async def test_a_redirect_is_not_followed(gateway: HttpGateway, elsewhere: HttpGateway, make_push: MakePush) -> None:
    gateway.behaviour.status = 307
    gateway.behaviour.headers = {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
    assert await sms(gateway).send(make_push(ChannelAddress("sms", PHONE))) == RetryAt("not_taken")
    assert elsewhere.taken == []


HOSTILE = (
    "a@b.c/?x=",
    "+1555@evil.example",
    "+1555@127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/",
    "x?smtp=127.0.0.1:{port}",
    "x&smtp=127.0.0.1",
    "a@b.example,c@d.example",
    "%2540127.0.0.1",
    "x#@127.0.0.1:{port}",
    "{{to}}",
    "x y",
    "..%2f..%2f",
    "\r\nX-Evil: 1",
)


@pytest.mark.parametrize("kind", ["sms", "email", "ntfy", "call"])
async def test_no_address_can_redirect_a_message(
    gateway: HttpGateway, elsewhere: HttpGateway, make_push: MakePush, kind: str
) -> None:
    scheme = {"sms": "json", "email": "mailto", "ntfy": "ntfy", "call": "json"}[kind]
    more = "?from=porch@example.org" if kind == "email" else "/"
    transport = ChannelTransport(kind, f"{scheme}://127.0.0.1:{gateway.port}{more}", ORIGIN)
    for hostile in HOSTILE:
        address = ChannelAddress(kind, hostile.format(port=elsewhere.port))
        assert await transport.send(make_push(address)) == Rejected("bad_address"), hostile
    assert (gateway.taken, elsewhere.taken) == ([], [])


@given(st.text(max_size=80), st.sampled_from(sorted(NORMALIZERS)))
def test_an_address_never_changes_the_rest_of_the_url(text: str, kind: str) -> None:
    for url in ("json://user:pass@gw.example:81/a/{to}/b", "mailtos://gw.example?to={to}&x=1"):
        whole = fill_placeholder(url, text) if not any("\ud800" <= letter <= "\udfff" for letter in text) else url
        assert urlsplit(whole)[:2] == urlsplit(url)[:2]
        assert "#" not in whole
        assert whole.count("?") == url.count("?")
        assert whole.count("&") == url.count("&")
        try:
            address = NORMALIZERS[kind](text)
        except ValueError:
            continue
        assert not set(address) & set("/?#&%:;, \r\n\\\"'<>[]")


async def test_apprise_loads_no_attachment_and_no_configuration(gateway: HttpGateway, make_push: MakePush) -> None:
    assert await sms(gateway).send(make_push(ChannelAddress("sms", PHONE))) == Sent()
    assert "attachments" not in gateway.taken[0].json or gateway.taken[0].json["attachments"] == []
    url = f"http://127.0.0.1:{gateway.port}/x"
    assert apprise.AppriseAttachment.instantiate(url) is None
    assert apprise.AppriseAttachment.instantiate("file:///etc/hostname") is None
    assert apprise.AppriseConfig.instantiate(url) is None


async def test_apprise_logs_nothing(
    gateway: HttpGateway, make_push: MakePush, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.behaviour.status = 500
    await sms(gateway, where="/?:to={to}").send(make_push(ChannelAddress("sms", PHONE)))
    mail = ChannelTransport("email", "mailto://127.0.0.1:1?from=porch@example.org", ORIGIN)
    await mail.send(make_push(ChannelAddress("email", "ana@mail.example")))
    written = caplog.text + "".join(capfd.readouterr())
    assert "15550100199" not in written
    assert "ana@mail" not in written


# --------------------------------------------------------------------------------------------------- the operator's URL


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("ntfys://ntfy.sh", "ntfys://ntfy.sh/{to}"),
        ("ntfy://user:pass@ntfy.example:81/?priority=high", "ntfy://user:pass@ntfy.example:81/{to}?priority=high"),
        ("twilio://sid:token@15550100100", "twilio://sid:token@15550100100/{to}"),
        ("jsons://gw.example/send", "jsons://gw.example/send?:to={to}"),
        ("form://gw.example/send?method=post", "form://gw.example/send?method=post&:to={to}"),
        ("json://gw.example/{to}/sms", "json://gw.example/{to}/sms"),
        ("mailtos://user:pass@mail.example", "mailtos://user:pass@mail.example?to={to}&format=text"),
        ("mailto://mail.example?to={to}&format=html", "mailto://mail.example?to={to}&format=html"),
    ],
)
def test_where_the_address_goes_into_the_gateway_url(url: str, place: str) -> None:
    assert with_placeholder(url) == place


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("ntfy", "ntfys://{to}"),
        ("ntfy", "ntfys://{to}/topic"),
        ("sms", "json://{to}@gw.example/"),
        ("sms", "json://gw.example:{to}/"),
        ("sms", "{to}://gw.example/"),
        ("email", "mailto://{to}"),
        ("sms", "no URL at all"),
        ("sms", "unheard-of://gw.example/{to}"),
        ("sms", "http://gw.example/{to}"),
        ("sms", "twilio://secret@15550100100"),
        ("sms", ""),
    ],
)
def test_an_unusable_gateway_url_is_refused_at_the_start_and_never_quoted(kind: str, url: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        ChannelTransport(kind, url, ORIGIN)
    assert not url or url not in str(raised.value)
    assert "secret" not in str(raised.value)
