"""Inserts addresses into the operator's Apprise URL."""

import re
from typing import Final
from urllib.parse import quote

ADDRESS_PLACEHOLDER: Final = "{to}"
LANGUAGE_PLACEHOLDER: Final = "{language}"
"""For gateways that read a text aloud."""

_EMAIL_SCHEMES: Final = frozenset({"mailto", "mailtos"})
_WEBHOOK_SCHEMES: Final = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})


def with_placeholder(url: str) -> str:
    """Return the URL with a placeholder for the address: the operator's, else one where the scheme expects the address.

    That is `to=` for e-mail, a body field `to` for a webhook (json, xml, form), otherwise the last part of the path.
    E-mail is sent as plain text unless `format=` says otherwise. Raises ValueError, which never quotes the URL.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme:
        raise ValueError("is not an Apprise URL such as ntfys://ntfy.sh/{to}")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if ADDRESS_PLACEHOLDER in scheme or ADDRESS_PLACEHOLDER in authority:
        raise ValueError("has {to} in the host: an address must not decide where a message goes")
    scheme = scheme.lower()
    if ADDRESS_PLACEHOLDER not in url:
        if scheme in _EMAIL_SCHEMES:
            url = _with_field(url, f"to={ADDRESS_PLACEHOLDER}")
        elif scheme in _WEBHOOK_SCHEMES:
            url = _with_field(url, f":to={ADDRESS_PLACEHOLDER}")
        else:
            path, mark, query = url.partition("?")
            url = f"{path.rstrip('/')}/{ADDRESS_PLACEHOLDER}{mark}{query}"
    if scheme in _EMAIL_SCHEMES and not re.search(r"[?&]format=", url):
        url = _with_field(url, "format=text")
    return url


def fill_placeholder(url: str, address: str, language: str = "") -> str:
    """Return the URL for one message. The address is quoted, so that it cannot become another part of the URL."""
    return url.replace(LANGUAGE_PLACEHOLDER, language).replace(ADDRESS_PLACEHOLDER, quote(address, safe=""))


def _with_field(url: str, field: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{field}"
