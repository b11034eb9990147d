"""Says whether a request comes from the machine that the server runs on, and not through a proxy on it."""

from urllib.parse import urlsplit

from fastapi import Request

from api.proxy_watch import FORWARDING_HEADERS
from core.places import is_loopback

PROXY_HEADERS = (*FORWARDING_HEADERS, "via")


def is_from_this_machine(request: Request) -> bool:
    """Return whether a client on this machine sends this, to a loopback address or `localhost`."""
    # Behind a proxy on the same machine every request comes from loopback; a forwarded one is not local.
    if request.client is None or any(name in request.headers for name in PROXY_HEADERS):
        return False
    # Nor is one to a public name: from a proxy that says nothing of itself, or from a page in a browser on this machine
    # whose own name was made to lead here (DNS rebinding).
    return is_loopback(request.client.host) and is_loopback(_named_host(request))


def _named_host(request: Request) -> str:
    """Return the name by which the client called this server; a client that names none (HTTP/1.0) called by no public one."""
    try:
        return urlsplit(f"//{request.headers.get('host', 'localhost')}").hostname or ""
    except ValueError:
        return ""
