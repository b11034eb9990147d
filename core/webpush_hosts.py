"""Which push services a subscription may point at: the well-known ones, and the check of an endpoint against the list."""

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
)
"""The push services of today's browsers. Each entry: `host`, `host:port` or `*.domain` (also written `.domain`)."""

_HTTPS = 443
_LONGEST = 2048
_ADDRESS = re.compile(r"https://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?][!-~]*)?", re.IGNORECASE)


def allowed_endpoint(endpoint: str, hosts: Iterable[str]) -> bool:
    """Whether the server may post to `endpoint`, an address that a client made up (so: no SSRF).

    True only for https, without user, password or fragment, at a host and port that `hosts` names. `host` in the list
    means port 443 and `host:port` that port; `*.domain` stands for names below the domain, never for the domain itself
    and never for an IP address, which must be listed as it is.
    """
    # Stricter than any URL parser: what two parsers could read differently (backslash, tab, user@) is refused outright.
    match = _ADDRESS.fullmatch(endpoint)
    if match is None or len(endpoint) > _LONGEST or "#" in endpoint or "\\" in endpoint:
        return False
    host, port = match[1].lower(), int(match[2] or _HTTPS)
    if urlsplit(endpoint).netloc.lower() != (host if match[2] is None else f"{host}:{match[2]}"):
        return False
    return any(_names(entry.strip().lower(), host, port) for entry in hosts)


def _names(entry: str, host: str, port: int) -> bool:
    """Whether one entry of the list names this host and port."""
    listed, separator, listed_port = entry.rpartition(":")
    if not separator or entry.endswith("]"):  # no port; an IPv6 address ends in its bracket
        listed, listed_port = entry, str(_HTTPS)
    if listed_port != str(port) or not listed:
        return False
    listed = listed.removeprefix("*") if listed.startswith("*.") else listed
    if listed.startswith("."):
        return host.endswith(listed) and len(host) > len(listed) and not _is_number(host)
    return host == listed


def _is_number(host: str) -> bool:
    """Whether the resolver would take this host for an IP address (also 127.1 or 0x7f000001)."""
    last = host.rpartition(".")[2]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return last.isdigit() or last.startswith("0x")
    return True
