"""The address at which people open an installation, written as browsers write it: they compare it letter by letter."""

from typing import Final
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_ADVICE: Final = "PUBLIC_URL is a whole address such as https://porch.example"


def public_address(text: str) -> str:
    """Return the address as a browser names it: small letters, no port that goes without saying, no letters beyond ASCII.

    Raises ValueError, with a sentence for the operator that does not quote it: it may hold a password.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_ADVICE) from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(_ADVICE)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"{_ADVICE}, without a user's name, and without ? and #")
    if parts.path.strip("/"):
        # The app's files, its links and its cookie all begin at /: behind a path, people would open an empty page.
        raise ValueError(
            "PUBLIC_URL ends behind the host's name: the app cannot live under a path. Give it a name of its own"
        )
    name = f"[{host}]" if ":" in host else _ascii_name(host)
    shown_port = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{name}{shown_port}"


def _ascii_name(host: str) -> str:
    """Return a host's name as it stands in the domain name system; `hostname` has made its letters small."""
    if host.isascii():
        return host
    try:
        name = host.encode("idna").decode("ascii")
        # Python's rules are older than the browsers': where both differ (ß), a name does not come back as it went.
        if name.encode("ascii").decode("idna") == host:
            return name
    except UnicodeError:
        pass  # a name that nobody can have
    raise ValueError("PUBLIC_URL: write the host's name as it stands in the domain name system, xn--…")
