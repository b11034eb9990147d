"""The operator's Apprise URL and the place of the address in it."""

import re
from typing import Final
from urllib.parse import quote

PLACE: Final = "{to}"

_MAIL: Final = frozenset({"mailto", "mailtos"})
_WEBHOOKS: Final = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})


def with_place(url: str) -> str:
    """The URL with a place for the address: as the operator put it, else where its scheme looks for one.

    `to=` for e-mail, a field `to` of the body for a webhook (json, xml, form), otherwise the last part of the path.
    E-mail is sent as plain text unless `format=` says otherwise. Raises ValueError, which never quotes the URL.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme:
        raise ValueError("is no Apprise URL, such as ntfys://ntfy.sh/{to}")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if PLACE in scheme or PLACE in authority:
        raise ValueError("has {to} where the host stands: an address must not decide where a message goes")
    scheme = scheme.lower()
    if PLACE not in url:
        if scheme in _MAIL:
            url = _with_field(url, f"to={PLACE}")
        elif scheme in _WEBHOOKS:
            url = _with_field(url, f":to={PLACE}")
        else:
            path, mark, query = url.partition("?")
            url = f"{path.rstrip('/')}/{PLACE}{mark}{query}"
    if scheme in _MAIL and not re.search(r"[?&]format=", url):
        url = _with_field(url, "format=text")
    return url


def filled(url: str, address: str) -> str:
    """The URL of one message. Nothing in an address is left that could end its place or begin another one."""
    return url.replace(PLACE, quote(address, safe=""))


def _with_field(url: str, field: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{field}"
