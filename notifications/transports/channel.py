"""Sends SMS, e-mail and ntfy messages and makes phone calls through the operator's gateways, with Apprise."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, Final, cast
from xml.sax.saxutils import escape

import structlog
from apprise import (
    Apprise,
    AppriseAsset,
    AttachmentManager,
    ConfigurationManager,
    NotifyBase,
    NotifyFormat,
    NotifyType,
)
from apprise import logger as apprise_log
from apprise.plugins.twilio import NotifyTwilio

from core.addresses import NORMALIZERS
from core.isolation import caught, isolated
from models.enums import ChannelKind, NoticeKind
from notifications.transports.gateway_url import fill_placeholder, with_placeholder
from notifications.transports.protocol import ChannelAddress, Push, Rejected, Result, RetryAt, Sent
from notifications.wording import TITLE
from rules.languages import catalogue_of

log = structlog.get_logger(__name__)

MAX_GATEWAY_SENDS = 8
"""Most concurrent sends to one gateway; each of them occupies a thread."""

_EXAMPLE_ADDRESSES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "sms": ("+15550100001", "+15550100002"),
        "email": ("one@example.org", "two@example.net"),
        "ntfy": ("one", "two"),
        "call": ("+15550100001", "+15550100002"),
    }
)

# Its log lines quote addresses and gateways' replies, which must not be logged.
apprise_log.disabled = True


class ChannelTransport:
    """Sends through one gateway to addresses of one kind (`sms`, `email`, `ntfy`, `call`).

    `url` is the operator's Apprise URL with the placeholder {to} for the address, and {language} for that of a voice;
    `public_url` is the app's origin, to which a push's `url` is appended for the link; `send_limit` is the time limit of a send, in seconds.
    Raises ValueError, which never quotes the URL, for an unusable URL.
    """

    max_concurrent = MAX_GATEWAY_SENDS

    def __init__(self, kind: str, url: str, public_url: str, send_limit: float = 8.0) -> None:
        self.name = kind
        self._kind = kind
        self._url = with_placeholder(url.strip())
        self._public_url = public_url
        self._limit = send_limit
        self._slots = asyncio.Semaphore(MAX_GATEWAY_SENDS)
        _disable_fetching()
        self._asset = AppriseAsset(
            app_id=TITLE,
            app_desc=TITLE,
            app_url=public_url,
            # No images from other hosts, whose operators would see who is notified.
            image_url_mask="",
            image_url_logo="",
            image_path_mask="",
            # Only the host that the operator chose may receive the text and the address.
            http_redirects=False,
            storage_mode="memory",
            pgp_autogen=False,
            pem_autogen=False,
            allow_templates=False,
        )
        self._check_url()

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        address = push.address
        if not isinstance(address, ChannelAddress) or address.kind != self._kind:
            return Rejected("wrong_transport")
        try:
            # Normalized again: the rules for addresses may have become stricter since this one was stored.
            to = NORMALIZERS[self._kind](address.address)
        except ValueError:
            return Rejected("bad_address")
        # Apprise supports a hundred gateways, each with its own errors.
        with isolated("channel_send_failed", delivery_id=str(push.delivery_id)):
            try:
                async with asyncio.timeout(self._limit):
                    accepted = await self._run_in_thread(partial(self._notify, to, push))
            except TimeoutError:
                return RetryAt("timeout")
            if accepted is None:
                return RetryAt("overslept")
            return Sent() if accepted else RetryAt("not_taken")
        return RetryAt("unexpected")

    def _text(self, push: Push) -> str:
        """Return the neutral sentence and a link to the app. A code needs no link, and nobody can tap on what is said."""
        if push.data.get("kind") == NoticeKind.TEST or self._kind == ChannelKind.CALL:
            return push.body
        url = push.data.get("url", "/")
        return f"{push.body}\n{self._public_url}{url}" if url else push.body

    def _notify(self, to: str, push: Push) -> bool | None:
        """Block until the gateway answers; return whether it accepted the message, None when it was too late to send."""
        voice = catalogue_of(push.language).call.voice
        service = self._service(to, voice)
        if service is None:
            return False
        body, title = self._text(push), push.title
        if self._kind == ChannelKind.CALL:
            # The sentence says itself who calls.
            title = ""
            if isinstance(service, NotifyTwilio):
                # Its own wrapping would be read in English. The pause lets somebody say their name first.
                body = f'<Response><Pause length="1"/><Say language="{voice}">{escape(body)}</Say></Response>'
        if push.overslept:
            return None
        return bool(service.notify(body=body, title=title, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT))

    def _service(self, to: str, voice: str = "") -> NotifyBase | None:
        """Return the gateway with this address; None when Apprise cannot use the URL."""
        service = Apprise.instantiate(fill_placeholder(self._url, to, voice), asset=self._asset)
        if self._kind == "email" and "'" in to and isinstance(getattr(service, "targets", None), list):
            # Apprise reads the apostrophe as the end of a name, and what follows as an address.
            service = self._readdressed(to)
        if service is not None:
            # Apprise's 4 s for HTTP would repeat messages that a slow gateway accepted; its 15 s for SMTP would block a thread.
            service.socket_connect_timeout = service.socket_read_timeout = self._limit
        return service

    def _readdressed(self, to: str) -> NotifyBase | None:
        """Return the gateway for an example address with `to` in its place; None when the example is not found."""
        plain = _EXAMPLE_ADDRESSES[self._kind][0]
        service: Any = Apprise.instantiate(fill_placeholder(self._url, plain), asset=self._asset)
        targets: list[Any] = getattr(service, "targets", [])
        readdressed = [_replace_address(target, plain, to) for target in targets]
        if service is None or readdressed == targets:
            return None
        service.targets = readdressed
        return cast("NotifyBase", service)

    def _check_url(self) -> None:
        """Raise ValueError for an unusable URL, or one in which the address could choose the server."""
        first, second = (self._service(to) for to in _EXAMPLE_ADDRESSES[self._kind])
        if first is None or second is None:
            raise ValueError("cannot be used by Apprise")
        if self._kind == ChannelKind.CALL and isinstance(first, NotifyTwilio) and first.method != "call":
            raise ValueError("would send an SMS: add ?method=call")
        if _server_of(first) != _server_of(second):
            raise ValueError("lets the address decide which server is contacted")

    async def _run_in_thread(self, work: Callable[[], bool | None]) -> bool | None:
        """Run `work` in a dedicated thread; an abandoned thread keeps its slot until it ends.

        Not in an executor: the interpreter waits for its threads at exit, and a hanging gateway would block that.
        """
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[bool | None] = loop.create_future()

        def resolve(result: bool | Exception | None) -> None:  # noqa: FBT001 (a result, not a switch)
            self._slots.release()
            if outcome.done():
                return
            if isinstance(result, Exception):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)

        def run() -> None:
            result: bool | Exception | None = None
            # Re-raised where the result is awaited.
            with caught() as sending:
                result = work()
            result = sending.error or result
            # The loop may be closed by the time a gateway answers.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(resolve, result)

        threading.Thread(target=run, name=f"channel-{self._kind}", daemon=True).start()
        return await outcome


def _disable_fetching() -> None:
    """Unload the parts of Apprise that could fetch attachments or configuration."""
    managers: tuple[type[Any], ...] = (AttachmentManager, ConfigurationManager)  # this part ships without types
    for manager in managers:
        parts = manager()
        # Loaded first, because parts that were never loaded would be loaded on demand.
        parts.load_modules()
        parts.unload_modules(disable_native=True)


def _replace_address(target: Any, plain: str, to: str) -> Any:  # noqa: ANN401 (an address, or a name with an address)
    if isinstance(target, tuple):
        return tuple(to if part == plain else part for part in target)
    return to if target == plain else target


def _server_of(service: NotifyBase) -> tuple[object, ...]:
    return (service.host, service.port, service.secure, getattr(service, "smtp_host", None))
