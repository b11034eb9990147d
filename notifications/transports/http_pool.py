"""Posts to push services over connections that stay open: no redirects, no cookies, no credentials, bounded answers."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from typing_extensions import override
from yarl import URL

from notifications.transports.protocol import RetryAt

MAX_ANSWER_BYTES = 64 * 1024
"""Bytes of an answer that are read; no push service sends as many."""
_KEPT_SECONDS = 60.0
_CONNECT_SHARE = 0.4
_SKIPPED_HEADERS = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_FIXED_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "porchlight"}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a push service answered. `retry_after` is its `Retry-After` header."""

    status: int
    body: bytes
    retry_after: str | None


_transport: ContextVar[asyncio.Transport | None] = ContextVar("transport", default=None)
"""That of the connection which the current post uses."""


class _Connector(aiohttp.TCPConnector):
    """Tells a post which connection it uses."""

    @override
    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        _transport.set(connection.transport)
        return connection


class HttpPool:
    """The way out for pushes over HTTP; create it in the event loop that uses it.

    HTTP/1.1, one request at a time on each connection: a send that is given up closes its own connection and affects no other
    (docs/decisions/0035). The number of connections is that of concurrent posts, which the caller limits. `send_limit`:
    seconds that a send may take, of which connecting may take two fifths. `context`: whom to trust, `trusted_context()` by
    default. `proxy`: the proxy's URL, if there is one.
    """

    def __init__(self, send_limit: float, context: ssl.SSLContext | None = None, *, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._session = aiohttp.ClientSession(
            connector=_Connector(limit=0, ssl=context or trusted_context(), keepalive_timeout=_KEPT_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=send_limit * _CONNECT_SHARE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_FIXED_HEADERS,
            skip_auto_headers=_SKIPPED_HEADERS,
            # Whoever can answer could make us unpack gigabytes.
            auto_decompress=False,
            # No .netrc, and no proxy but the one named: it would be looked up for each request.
            trust_env=False,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Post once and return the answer, a redirect included. The caller limits the time.

        Raises what `classify_missing_answer` knows when there is no whole answer.
        """
        # Sent as it is: the address of a subscription is opaque.
        target = URL(url, encoded=True)
        _transport.set(None)
        try:
            async with self._session.post(
                target, data=body, headers=headers, allow_redirects=False, proxy=self._proxy
            ) as reply:
                return HttpAnswer(reply.status, await _bounded_body(reply), reply.headers.get("Retry-After"))
        except BaseException:
            # aiohttp says goodbye first, and a service that hangs would keep the connection for half a minute.
            transport = _transport.get()
            if transport is not None:
                transport.abort()
            raise

    async def close(self) -> None:
        await self._session.close()


def classify_missing_answer(error: Exception) -> RetryAt | None:
    """Return the result for a post that raised; None when the error is not about the connection."""
    if isinstance(error, TimeoutError):
        return RetryAt("timeout")
    # Refused, reset, an untrusted certificate, half an answer, or one that is no HTTP.
    return RetryAt("connection") if isinstance(error, aiohttp.ClientError | OSError) else None


def trusted_context() -> ssl.SSLContext:
    """Return the context that trusts SSL_CERT_FILE or SSL_CERT_DIR, else certifi's list, which needs no files of the system."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    context = ssl.create_default_context(cafile=file or (None if folder else certifi.where()), capath=folder)
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for this URL (`HTTPS_PROXY`, `NO_PROXY`)."""
    target = URL(url)
    proxy = getproxies().get(target.scheme)
    return proxy if proxy and not proxy_bypass(str(target.host)) else None


async def _bounded_body(reply: aiohttp.ClientResponse) -> bytes:
    length = reply.content_length
    if length is not None and length <= MAX_ANSWER_BYTES:
        return await reply.read()
    body = b""
    while len(body) < MAX_ANSWER_BYTES and (part := await reply.content.readany()):
        body += part
    if not reply.content.at_eof():
        reply.close()  # ends the connection, so that the rest is never received
    return body[:MAX_ANSWER_BYTES]
