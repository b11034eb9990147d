"""The contact for push services (the subject of VAPID, RFC 8292): an address that their operators can really use."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_EMAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
# Nobody can be reached there, and Apple rejects a push whose subject names such a host.
_UNREACHABLE_DOMAINS: Final = ("localhost", "localdomain", "local", "invalid", "internal", "lan", "home", "arpa")
_CONTACT_ADVICE: Final = (
    "CONTACT is an e-mail address such as porch@example.org, or a page such as https://porch.example/about"
)


def contact_subject(contact: str) -> str:
    """Return the contact as `mailto:…` or `https://…`; a bare e-mail address is accepted. Raises ValueError with advice."""
    text = contact.strip()
    mail = text[len("mailto:") :].strip() if text.lower().startswith("mailto:") else text
    match = _EMAIL_ADDRESS.fullmatch(mail)
    if match is not None:
        if not _is_reachable_host(match[1]):
            raise ValueError(f"{_CONTACT_ADVICE}; push services refuse one at {match[1].rpartition('.')[2]}")
        return f"mailto:{mail}"
    site = site_subject(text)
    if site is None:
        raise ValueError(_CONTACT_ADVICE)
    return site


def site_subject(url: str) -> str | None:
    """Return `https://host` of a site as the subject; None for a host that is reachable only from this machine or network."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    if parts.scheme.lower() != "https" or not _is_reachable_host(host):
        return None
    # Without port and path: the signing library accepts neither.
    return f"https://{host}"


def _is_reachable_host(host: str) -> bool:
    try:
        return ip_address(host).is_global and ":" not in host
    except ValueError:
        name = host.lower().rstrip(".")
        return "." in name and name.rpartition(".")[2] not in _UNREACHABLE_DOMAINS
