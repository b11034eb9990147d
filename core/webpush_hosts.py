"""The push services that a subscription may use, and the check of an endpoint against that list."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

DEFAULT_HOSTS: tuple[str, ...] = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, Samsung Internet, Brave, Opera
    "updates.push.services.mozilla.com",  # Firefox
    "*.push.services.mozilla.com",
    "web.push.apple.com",  # Safari and the Home Screen on iOS
    "*.push.apple.com",
    "*.notify.windows.com",  # Edge on Windows
    # UnifiedPush: apps on phones without Google. Its other distributors are one of the services above (Sunup: Mozilla's,
    # the one embedded in apps: Google's), or a server of one's own, which the operator has to add.
    "ntfy.sh",
    "up.conversations.im",
)
"""The push services of today's browsers and phones. Each entry: `host`, `host:port` or `*.domain` (also written `.domain`)."""

_HTTPS_PORT = 443
_MAX_ENDPOINT_LENGTH = 2048
_ENDPOINT_PATTERN = re.compile(
    r"https://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?][!-~]*)?", re.IGNORECASE
)


def allowed_endpoint(endpoint: str, hosts: Iterable[str]) -> bool:
    """Return whether the server may post to `endpoint`, which a client chose; this prevents SSRF.

    True only for https without user, password or fragment, at a host and port in `hosts`. In the list, `host` means
    port 443 and `host:port` that port; `*.domain` matches names below the domain, but neither the domain itself nor an IP
    address, which must be listed literally.
    """
    # Stricter than any URL parser: whatever two parsers could read differently (backslash, tab, user@) is refused.
    match = _ENDPOINT_PATTERN.fullmatch(endpoint)
    if match is None or len(endpoint) > _MAX_ENDPOINT_LENGTH or "#" in endpoint or "\\" in endpoint:
        return False
    host, port = match[1].lower(), int(match[2] or _HTTPS_PORT)
    if urlsplit(endpoint).netloc.lower() != (host if match[2] is None else f"{host}:{match[2]}"):
        return False
    return any(_entry_allows(entry.strip().lower(), host, port) for entry in hosts)


def _entry_allows(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of the list allows this host and port."""
    listed, separator, listed_port = entry.rpartition(":")
    if not separator or entry.endswith("]"):  # no port; an IPv6 address ends in its bracket
        listed, listed_port = entry, str(_HTTPS_PORT)
    if listed_port != str(port) or not listed:
        return False
    listed = listed.removeprefix("*") if listed.startswith("*.") else listed
    if listed.startswith("."):
        return host.endswith(listed) and len(host) > len(listed) and not _is_ip_address(host)
    return host == listed


def _is_ip_address(host: str) -> bool:
    """Return whether the resolver would read this host as an IP address (including 127.1 and 0x7f000001)."""
    last = host.rpartition(".")[2]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return last.isdigit() or last.startswith("0x")
    return True
