"""SMS, e-mail and ntfy through the operator's own gateways; Apprise speaks to all of them."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, Final, cast

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

from core.addresses import NORMALIZERS
from core.isolation import caught, isolated
from models.enums import NoticeKind
from notifications.transports.gateway_url import filled, with_place
from notifications.transports.protocol import ChannelAddress, Push, Rejected, Result, RetryAt, Sent
from notifications.wording import TITLE

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Sends to one gateway side by side; each of them holds a thread."""

_EXAMPLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "sms": ("+15550100001", "+15550100002"),
        "email": ("one@example.org", "two@example.net"),
        "ntfy": ("one", "two"),
    }
)

# Its lines quote addresses and what gateways say to them. What came of a send is all that may be known of it.
apprise_log.disabled = True


class ChannelTransport:
    """Sends through one gateway to addresses of one kind (`sms`, `email`, `ntfy`).

    `url` is the operator's Apprise URL, in which {to} is the place of the address; `public_url` is the app's origin,
    onto which a push's `url` is put for the link; `send_limit` is seconds for one whole send.
    Raises ValueError, which never quotes the URL, for one that cannot be used.
    """

    max_concurrent = AT_ONCE

    def __init__(self, kind: str, url: str, public_url: str, send_limit: float = 8.0) -> None:
        self.name = kind
        self._kind = kind
        self._url = with_place(url.strip())
        self._public_url = public_url
        self._limit = send_limit
        self._places = asyncio.Semaphore(AT_ONCE)
        _fetch_nothing()
        self._asset = AppriseAsset(
            app_id=TITLE,
            app_desc=TITLE,
            app_url=public_url,
            # No pictures from elsewhere: whoever serves them would see who was told.
            image_url_mask="",
            image_url_logo="",
            image_path_mask="",
            # Another host than the operator named gets neither the text nor the address.
            http_redirects=False,
            storage_mode="memory",
            pgp_autogen=False,
            pem_autogen=False,
            allow_templates=False,
        )
        self._prove()

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, push: Push) -> Result:
        address = push.address
        if not isinstance(address, ChannelAddress) or address.kind != self._kind:
            return Rejected("wrong_transport")
        try:
            # Looked at again: what counts as an address may have become stricter since this one was stored.
            to = NORMALIZERS[self._kind](address.address)
        except ValueError:
            return Rejected("bad_address")
        # Apprise has a hundred gateways, each with errors of its own.
        with isolated("channel_send_failed", delivery_id=str(push.delivery_id)):
            try:
                async with asyncio.timeout(self._limit):
                    taken = await self._in_a_thread(partial(self._notify, to, push))
            except TimeoutError:
                return RetryAt("timeout")
            if taken is None:
                return RetryAt("overslept")
            return Sent() if taken else RetryAt("not_taken")
        return RetryAt("unexpected")

    def _text(self, push: Push) -> str:
        """The neutral sentence and a link that opens the app, which asks who is there; a code needs no link."""
        if push.data.get("kind") == NoticeKind.TEST:
            return push.body
        return f"{push.body}\n{self._public_url}{push.data.get('url', '/')}"

    def _notify(self, to: str, push: Push) -> bool | None:
        """Blocks until the gateway has answered; whether it took the message, None when it was too late to send it."""
        service = self._service(to)
        if service is None:
            return False
        body, title = self._text(push), push.title
        if push.overslept:
            return None
        return bool(service.notify(body=body, title=title, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT))

    def _service(self, to: str) -> NotifyBase | None:
        """The gateway, addressed; None when Apprise makes nothing of the URL."""
        service = Apprise.instantiate(filled(self._url, to), asset=self._asset)
        if self._kind == "email" and "'" in to and isinstance(getattr(service, "targets", None), list):
            # Apprise takes the apostrophe for the end of a name, and what follows it for somebody's address.
            service = self._readdressed(to)
        if service is not None:
            # Its 4 s for HTTP would send again what a slow gateway took; its 15 s for SMTP would hold a thread for nothing.
            service.socket_connect_timeout = service.socket_read_timeout = self._limit
        return service

    def _readdressed(self, to: str) -> NotifyBase | None:
        """The gateway as it stands for a plain address, which `to` then takes the place of; None where it cannot be found."""
        plain = _EXAMPLES[self._kind][0]
        service: Any = Apprise.instantiate(filled(self._url, plain), asset=self._asset)
        targets: list[Any] = getattr(service, "targets", [])
        readdressed = [_instead(one, plain, to) for one in targets]
        if service is None or readdressed == targets:
            return None
        service.targets = readdressed
        return cast("NotifyBase", service)

    def _prove(self) -> None:
        """A URL that cannot be used, or that lets an address say where to go, is found at the start."""
        one, two = (self._service(to) for to in _EXAMPLES[self._kind])
        if one is None or two is None:
            raise ValueError("Apprise can make nothing of it")
        if _where(one) != _where(two):
            raise ValueError("the address would decide which server is spoken to")

    async def _in_a_thread(self, work: Callable[[], bool | None]) -> bool | None:
        """Run `work` in a thread of its own, at most AT_ONCE; one that was given up keeps its place until it ends.

        Not an executor's: the interpreter waits for those when it ends, and a gateway that drips would hold it for good.
        """
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[bool | None] = loop.create_future()

        def settle(came: bool | Exception | None) -> None:  # noqa: FBT001 (what came of it, not a switch)
            self._places.release()
            if outcome.done():
                return
            if isinstance(came, Exception):
                outcome.set_exception(came)
            else:
                outcome.set_result(came)

        def run() -> None:
            came: bool | Exception | None = None
            # Raised where the result is awaited.
            with caught() as sending:
                came = work()
            came = sending.error or came
            # The loop may be gone by the time a gateway answers.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, came)

        threading.Thread(target=run, name=f"channel-{self._kind}", daemon=True).start()
        return await outcome


def _fetch_nothing() -> None:
    """Nothing is ever attached, nothing is configured from elsewhere: take away the parts that could fetch it."""
    managers: tuple[type[Any], ...] = (AttachmentManager, ConfigurationManager)  # the one part that ships without types
    for manager in managers:
        parts = manager()
        # Loaded first: what has never been loaded would be loaded again when it is asked for.
        parts.load_modules()
        parts.unload_modules(disable_native=True)


def _instead(target: Any, plain: str, to: str) -> Any:  # noqa: ANN401 (gateways hold an address, or a name with it)
    if isinstance(target, tuple):
        return tuple(to if part == plain else part for part in target)
    return to if target == plain else target


def _where(service: NotifyBase) -> tuple[object, ...]:
    return (service.host, service.port, service.secure, getattr(service, "smtp_host", None))
